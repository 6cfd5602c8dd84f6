import { AssayError } from '../../workloads/kit/assay-error.ts';
import { asExitCode } from '../../workloads/kit/error-code.ts';
import { defineCommand } from './command.ts';
import {
  exclusiveConfirmed,
  facilityAck,
  json as jsonOption,
  out as outOption,
  rehearsal,
  sshConfig,
} from './options.ts';

/** `assay survey local`: facts first, then whatever can be measured here, classified by the ladder of purposes. */
export const surveyCommand = defineCommand({
  command: 'survey <targets..>',
  describe: 'Measure machines and say what they are fit for',
  examples: [
    ['survey local', 'what is this machine fit for?'],
    ['survey local --install-tools', 'with the tools that are missing installed first'],
    ["survey 'gpu[01-04]' root@10.0.0.8:2222", 'machines as ssh takes them'],
  ],
  builder: (argv) =>
    argv
      .positional('targets', {
        type: 'string',
        array: true,
        demandOption: true,
        describe:
          '`local` (this machine), machines as ssh takes them ([user@]host[:port], gpu[01-04]), or an inventory file',
      })
      .option('suite', { type: 'string', default: 'survey', describe: 'What to run: a name, or a YAML file' })
      .option('out', outOption)
      .option('scratch', {
        type: 'string',
        describe: "Directory on the drive to measure (default: the agent's state directory)",
      })
      .option('install-tools', {
        type: 'boolean',
        default: false,
        describe: 'Install the tools the suite needs on this machine first (apt)',
      })
      .option('ssh-config', sshConfig)
      .option('exclusive-confirmed', exclusiveConfirmed)
      .option('facility-ack', facilityAck)
      .option('rehearsal', rehearsal)
      .option('json', jsonOption),
  run: async (args, context) => {
    const { loadRunInventory, loadTargets } = await import('./targets.ts');
    const { isLocal } = await import('./ways.ts');
    const targets = await loadTargets(args.targets, context.environment, args.sshConfig);
    const isAllLocal = targets.inventory.nodes.every(isLocal);
    if (args.installTools && !isAllLocal) {
      throw new AssayError('USAGE', 'expected --install-tools with the target `local` alone', {
        hint: 'Assay installs nothing on a machine that it measures from elsewhere.',
      });
    }
    const { loadRegistry } = await import('../../workloads/registry.ts');
    const { loadBuiltIn, findSuite } = await import('../config/built-in.ts');
    const { measureAndConclude } = await import('./measure-and-conclude.ts');
    const { openNewRun, packagesFor, removeIfUnbegun } = await import('./open-run.ts');
    const registry = await loadRegistry();
    const builtIn = await loadBuiltIn(registry);
    const suite = await findSuite(args.suite, registry, context.environment.workingDirectory);
    if (args.installTools) {
      const { installTools } = await import('../deploy/install-tools.ts');
      await installTools(packagesFor(suite, registry), context);
    }
    const { out, scratch } = args;
    const run = await openNewRun(context, {
      purpose: 'survey',
      profile: 'survey',
      builtIn,
      suite,
      targets,
      out,
      scratch,
      isRehearsal: args.rehearsal,
      facilityAck: args.facilityAck,
    });
    const verdict = await measureAndConclude({
      run,
      inventory: await loadRunInventory(run),
      registry,
      context,
      mode: 'open',
      json: args.json,
      // On one's own machine one sees that it is in use; elsewhere it may be somebody else's.
      acceptsOccupied: isAllLocal || args.exclusiveConfirmed,
    }).catch((cause: unknown) => removeIfUnbegun(context, run, cause));
    return asExitCode(verdict.exitCode);
  },
});
