import { rm, stat } from 'node:fs/promises';
import { resolve } from 'node:path';
import { AssayError } from '../../workloads/kit/assay-error.ts';
import type { Registry } from '../../workloads/registry.ts';
import type { BuiltIn } from '../config/built-in.ts';
import type { LoadedInventory } from '../config/load-inventory.ts';
import type { Suite } from '../config/suite.ts';
import { createRun } from '../store/create-run.ts';
import type { RunDirectory } from '../store/run-directory.ts';
import { runPaths } from '../store/run-directory.ts';
import type { RunHeader } from '../store/run-header.ts';
import { forgetRun, noteRun } from '../store/started-runs.ts';
import type { CliContext } from './command.ts';
import { createRunId, makeDefaultRunPath } from './run-location.ts';
import { isLocal } from './ways.ts';

/** Creates the directory of a new run, at `out` or below the working directory. */
export async function openNewRun(
  context: CliContext,
  options: {
    readonly purpose: RunHeader['purpose'];
    readonly profile: string;
    readonly builtIn: BuiltIn;
    readonly suite: Suite;
    readonly targets: LoadedInventory;
    readonly out: string | undefined;
    readonly scratch?: string | undefined;
  },
): Promise<RunDirectory> {
  const { environment } = context;
  if (options.out?.trim() === '')
    throw new AssayError('USAGE', 'expected --out to name a directory to create, got nothing', {
      hint: 'Give a path, or leave --out away.',
    });
  const { inventory, manifest } = options.targets;
  const id = createRunId(context.now());
  const path =
    options.out === undefined
      ? await makeDefaultRunPath(environment, id)
      : resolve(environment.workingDirectory, options.out);
  const scratch =
    options.scratch === undefined ? undefined : resolve(environment.workingDirectory, options.scratch);
  if (scratch !== undefined && inventory.nodes.some(isLocal)) await requireDirectory(scratch);
  const run = await createRun({
    path,
    id,
    purpose: options.purpose,
    startedAt: context.now(),
    profile: options.profile,
    builtIn: options.builtIn,
    suite: options.suite,
    manifest,
    inventory:
      scratch === undefined
        ? inventory
        : { ...inventory, nodes: inventory.nodes.map((node) => ({ scratch, ...node })) },
  });
  try {
    await noteRun(environment.stateHome, run);
  } catch (cause) {
    await rm(run.path, { recursive: true });
    throw cause;
  }
  return run;
}

/** Removes a run that never began, and the note that it was started. */
export async function discardRun({ environment }: CliContext, run: RunDirectory): Promise<void> {
  await rm(run.path, { recursive: true, force: true });
  await forgetRun(environment.stateHome, run);
}

/**
 * A run that never got anything from a machine, or that we refused for what its machines are, is no document of anybody's.
 * From the moment on at which it is planned, steps may have been sent, and it is kept whatever the error.
 */
export async function removeIfEmpty(context: CliContext, run: RunDirectory, cause: unknown): Promise<never> {
  const isRefused = cause instanceof AssayError && refusals.has(cause.code);
  const isBegun = await run.has(runPaths.plan);
  if (!isBegun && (isRefused || !(await run.has('nodes')))) await discardRun(context, run);
  throw cause;
}

/** Our own, before anything is planned: no node can say them (run/refusal-of.ts). */
const refusals: ReadonlySet<string> = new Set(['NODE_OCCUPIED', 'POWER_LIMIT']);

/** Packages of the best native tool for every entry: what a survey of this machine would use. */
export function packagesFor(suite: Suite, registry: Registry): readonly string[] {
  const tools = suite.entries.flatMap(({ workload, tool }) => {
    const native = (registry.get(workload)?.tools ?? []).filter(
      ({ id, origin }) => origin === 'native' && (tool === undefined || id === tool),
    );
    return native;
  });
  return [...new Set(tools.flatMap(({ requires }) => requires.packages))].toSorted();
}

/** A typo here would measure another drive than the one that is meant, so the directory must exist. */
async function requireDirectory(path: string): Promise<void> {
  const found = await stat(path).catch((cause: unknown) => {
    if (cause instanceof Error && 'code' in cause && (cause.code === 'ENOENT' || cause.code === 'ENOTDIR'))
      return undefined;
    throw cause;
  });
  if (found?.isDirectory() === true) return;
  throw new AssayError('USAGE', `expected --scratch to be a directory that exists, got ${path}`, {
    hint: 'Name a directory on the drive that is to be measured.',
  });
}
