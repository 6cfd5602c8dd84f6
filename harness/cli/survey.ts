import { rm, stat } from 'node:fs/promises';
import { resolve } from 'node:path';
import { AssayError } from '../../workloads/kit/assay-error.ts';
import { exitCodes } from '../../workloads/kit/error-code.ts';
import type { Registry } from '../../workloads/registry.ts';
import type { Suite } from '../config/suite.ts';
import { defineCommand } from './command.ts';

/** `assay survey local`: facts first, then whatever can be measured here, classified by the ladder of purposes. */
export const surveyCommand = defineCommand({
  command: 'survey <targets..>',
  describe: 'Measure machines and say what they are fit for',
  builder: (argv) =>
    argv
      .positional('targets', {
        type: 'string',
        array: true,
        demandOption: true,
        describe: '`local` (this machine), or machines as ssh takes them: [user@]host[:port]',
      })
      .option('suite', { type: 'string', default: 'survey', describe: 'What to run: a name, or a YAML file' })
      .option('out', { type: 'string', describe: 'Run directory to create (default: assay-runs/<id>)' })
      .option('scratch', {
        type: 'string',
        describe: "Directory on the drive to measure (default: the agent's state directory)",
      })
      .option('install-tools', {
        type: 'boolean',
        default: false,
        describe: 'Install the tools the suite needs on this machine first (apt)',
      })
      .option('json', { type: 'boolean', default: false, describe: 'Print the verdict document' }),
  run: async (args, context) => {
    const { localNode, nameNodes } = await import('./targets.ts');
    const nodes = nameNodes(args.targets);
    if (args.installTools && nodes.some(({ name }) => name !== localNode)) {
      throw new AssayError('USAGE', 'expected --install-tools with the target `local` alone', {
        hint: 'Assay installs nothing on a machine that it measures from elsewhere.',
      });
    }
    const { loadRegistry } = await import('../../workloads/registry.ts');
    const { loadBuiltIn, findSuite } = await import('../run/built-in.ts');
    const { createRun } = await import('../run/create-run.ts');
    const { measureAndConclude } = await import('./measure-and-conclude.ts');
    const { createRunId, makeDefaultRunPath } = await import('./run-location.ts');
    const registry = await loadRegistry();
    const builtIn = await loadBuiltIn(registry);
    const suite = await findSuite(args.suite, registry, context.environment.workingDirectory);
    if (args.installTools) {
      const { installTools } = await import('../deploy/install-tools.ts');
      await installTools(packagesFor(suite, registry), context);
    }
    const id = createRunId(context.now());
    const path =
      args.out === undefined
        ? await makeDefaultRunPath(context.environment, id)
        : resolve(context.environment.workingDirectory, args.out);
    const scratch =
      args.scratch === undefined ? undefined : resolve(context.environment.workingDirectory, args.scratch);
    if (scratch !== undefined && nodes.some(({ name }) => name === localNode))
      await requireDirectory(scratch);
    const run = await createRun({
      path,
      id,
      purpose: 'survey',
      startedAt: context.now(),
      profile: 'survey',
      builtIn,
      suite,
      inventory: {
        schema: 'assay/inventory',
        schemaVersion: 1,
        nodes: nodes.map((node) => ({ ...node, claims: {}, ...(scratch === undefined ? {} : { scratch }) })),
      },
    });
    const verdict = await measureAndConclude({ run, registry, context, mode: 'open', json: args.json }).catch(
      async (cause: unknown) => {
        // A run that never got anything from the machine is no document of anybody's.
        if (!(await run.has('nodes'))) await rm(path, { recursive: true });
        throw cause;
      },
    );
    // A survey succeeds when it could say what the machine is; what the machine is fit for is its answer.
    return verdict.nodes.some(({ reached }) => reached) ? exitCodes.pass : exitCodes.infrastructure;
  },
});

/** A typo here would measure another drive than the one that is meant, so the directory must exist. */
async function requireDirectory(path: string): Promise<void> {
  const found = await stat(path).catch(() => undefined);
  if (found?.isDirectory() === true) return;
  throw new AssayError('USAGE', `expected --scratch to be a directory that exists, got ${path}`, {
    hint: 'Name a directory on the drive that is to be measured.',
  });
}

/** Debian packages of the best native tool for every entry: what a survey of this machine would use. */
function packagesFor(suite: Suite, registry: Registry): readonly string[] {
  const tools = suite.entries.flatMap(({ workload, tool }) => {
    const native = (registry.get(workload)?.tools ?? []).filter(
      ({ id, origin }) => origin === 'native' && (tool === undefined || id === tool),
    );
    return native;
  });
  return [...new Set(tools.flatMap(({ requires }) => requires.packages))].toSorted();
}
