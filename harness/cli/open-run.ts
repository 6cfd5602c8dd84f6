import { rm, rmdir, stat } from 'node:fs/promises';
import { dirname, resolve } from 'node:path';
import { AssayError } from '../../workloads/kit/assay-error.ts';
import type { ErrorCode } from '../../workloads/kit/error-code.ts';
import type { Registry } from '../../workloads/registry.ts';
import type { BuiltIn } from '../config/built-in.ts';
import type { Contract } from '../config/contract.ts';
import type { LoadedInventory } from '../config/load-inventory.ts';
import type { Suite } from '../config/suite.ts';
import { CoordinatorJournal } from '../store/coordinator-journal.ts';
import { createRun } from '../store/create-run.ts';
import type { KnownSeries } from '../store/known-series.ts';
import type { RunDirectory } from '../store/run-directory.ts';
import { runPaths } from '../store/run-directory.ts';
import type { RunHeader } from '../store/run-header.ts';
import { forgetRun, noteRun } from '../store/started-runs.ts';
import type { CliContext } from './command.ts';
import { createRunId, defaultRunPath, makeDefaultRunPath } from './run-location.ts';
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
    readonly contract?: Contract | undefined;
    readonly series?: readonly KnownSeries[] | undefined;
    readonly out: string | undefined;
    readonly scratch?: string | undefined;
    readonly isRehearsal?: boolean | undefined;
    readonly facilityAck?: string | undefined;
    readonly unattended?: string | undefined;
    readonly night?: RunHeader['night'];
  },
): Promise<RunDirectory> {
  const { environment } = context;
  if (options.out?.trim() === '')
    throw new AssayError('USAGE', 'expected --out to name a directory to create, got nothing', {
      hint: 'Give a path, or leave --out away.',
    });
  const { inventory, manifest } = options.targets;
  const facilityAck = readName(options.facilityAck, '--facility-ack to name who watches the cooling');
  const unattended = readName(options.unattended, '--unattended to name who vouches for it');
  const scratch =
    options.scratch === undefined ? undefined : resolve(environment.workingDirectory, options.scratch);
  if (scratch !== undefined && inventory.nodes.some(isLocal)) await requireDirectory(scratch);
  const id = createRunId(context.now());
  const path =
    options.out === undefined
      ? makeDefaultRunPath(environment, id)
      : resolve(environment.workingDirectory, options.out);
  const create = () =>
    createRun({
      path,
      id,
      purpose: options.purpose,
      startedAt: context.now(),
      profile: options.profile,
      builtIn: options.builtIn,
      suite: options.suite,
      manifest,
      contract: options.contract,
      series: options.series,
      isRehearsal: options.isRehearsal,
      facilityAck,
      unattended,
      night: options.night,
      inventory:
        scratch === undefined
          ? inventory
          : { ...inventory, nodes: inventory.nodes.map((node) => ({ scratch, ...node })) },
    });
  const run = await create().catch(async (cause: unknown) => {
    // Somebody beside us may have thrown the folder away with his own run.
    if (options.out !== undefined || !isFolderGone(cause)) throw cause;
    makeDefaultRunPath(environment, id);
    return create();
  });
  try {
    await noteRun(environment.stateHome, run);
  } catch (cause) {
    await rm(run.path, { recursive: true });
    throw cause;
  }
  return run;
}

const isFolderGone = (cause: unknown): boolean =>
  cause instanceof Error &&
  (('code' in cause && cause.code === 'ENOENT') || (cause.cause !== undefined && isFolderGone(cause.cause)));

/** Removes a run that never began, the note that it was started, and the default folder of runs when nothing else is in it. */
export async function discardRun({ environment }: CliContext, run: RunDirectory): Promise<void> {
  await rm(run.path, { recursive: true, force: true });
  await forgetRun(environment.stateHome, run);
  const folder = dirname(run.path);
  if (folder !== dirname(defaultRunPath(environment, run.header.id))) return;
  try {
    await rmdir(folder);
  } catch (cause) {
    // There are other runs in it, or it is gone.
    const code = cause instanceof Error && 'code' in cause ? cause.code : undefined;
    if (code !== 'ENOTEMPTY' && code !== 'EEXIST' && code !== 'ENOENT') throw cause;
  }
}

/**
 * Removes a run that failed before anything was planned, when no machine can hold anything of it: it is no document of
 * anybody's. What may be on a machine is kept here too, since only with it can one go on, and that is said.
 */
export async function removeIfUnbegun(
  context: CliContext,
  run: RunDirectory,
  cause: unknown,
): Promise<never> {
  const isPlanned = await run.has(runPaths.plan);
  const codes = [AssayError.from(cause), ...(isPlanned ? [] : await loadUnreached(run))].map(
    ({ code }) => code,
  );
  const isLeft = codes.every((code) => dismissing.has(code) || neverBegun.has(code));
  const isGone = dismissing.has(codes[0] ?? '') || !(await run.has('nodes'));
  if (!isPlanned && isLeft && isGone) await discardRun(context, run);
  // Whoever let go of the nodes has been told.
  else if (codes[0] !== 'INTERRUPTED')
    context.err.write(`The run is kept. Continue with: assay resume ${run.called}\n`);
  throw cause;
}

/** Why nodes could not be opened, as it was noted. */
async function loadUnreached(run: RunDirectory): Promise<readonly { readonly code: ErrorCode }[]> {
  const { records } = await CoordinatorJournal.read(run);
  return records.flatMap((record) => (record.type === 'unreached' ? [record.error] : []));
}

/** Our own refusals, after which the run was removed from the machines: no node can say them (fleet/refusal-of.ts). */
const dismissing: ReadonlySet<string> = new Set([
  'LEDGER_UNUSABLE',
  'NODE_OCCUPIED',
  'POWER_LIMIT',
  'COOLING_UNWATCHED',
  'FACILITY_UNREADABLE',
  'FACILITY_TROUBLE',
] satisfies ErrorCode[]);

/** Errors of a machine on which the run was not begun. */
const neverBegun: ReadonlySet<string> = new Set([
  'CONFIG_INVALID',
  'USAGE',
  'RUN_EXISTS',
  'HOST_UNREACHABLE',
  'HOST_KEY_UNKNOWN',
  'HOST_KEY_CHANGED',
  'AUTH_FAILED',
  'STATE_DIRECTORY_UNUSABLE',
  'RUNTIME_UNSUPPORTED',
  'LEASE_HELD',
] satisfies ErrorCode[]);

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

/** Somebody who is not named vouches for nothing. */
function readName(name: string | undefined, expected: string): string | undefined {
  const given = name?.trim();
  if (given === undefined || (given.length > 0 && given.length <= 80)) return given;
  throw new AssayError('USAGE', `expected ${expected}, got \`${name?.slice(0, 80)}\``, {
    hint: 'Give a name of 1 to 80 characters.',
  });
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
