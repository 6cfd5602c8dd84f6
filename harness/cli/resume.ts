import { asExitCode } from '../../workloads/kit/error-code.ts';
import { defineCommand } from './command.ts';
import { exclusiveConfirmed as exclusiveConfirmedOption, givenRun, ownInventory } from './options.ts';

/** `assay resume <run>`: goes on from wherever the run stands, and finishes its report. */
export const resumeCommand = defineCommand({
  command: 'resume <run>',
  describe: 'Go on with a run after an interruption, and finish its report',
  examples: [['resume latest', 'after Ctrl-C, a crash, a closed laptop']],
  builder: (argv) =>
    argv
      .positional('run', givenRun)
      .option('inventory', ownInventory)
      .option('exclusive-confirmed', exclusiveConfirmedOption)
      .option('json', { type: 'boolean', default: false, describe: 'Print the verdict document' }),
  run: async ({ run: given, json, exclusiveConfirmed, inventory: named }, context) => {
    const { loadRegistry } = await import('../../workloads/registry.ts');
    const { measureAndConclude } = await import('./measure-and-conclude.ts');
    const { openRun } = await import('./run-location.ts');
    const { loadOwnInventory } = await import('./own-inventory.ts');
    const { isLocal } = await import('./ways.ts');
    const { tellUnshipped } = await import('./shipped-rules.ts');
    const run = await openRun(context.environment, given);
    const inventory = await loadOwnInventory(context, run, named);
    const registry = await loadRegistry();
    const verdict = await measureAndConclude({
      run,
      inventory,
      registry,
      context,
      mode: 'attach',
      json,
      acceptsOccupied: exclusiveConfirmed || inventory.nodes.every(isLocal),
    });
    await tellUnshipped(context, run, registry);
    return asExitCode(verdict.exitCode);
  },
});
