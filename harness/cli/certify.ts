import { asExitCode } from '../../workloads/kit/error-code.ts';
import { defineCommand } from './command.ts';
import { exclusiveConfirmed, json, out } from './options.ts';

/** `assay certify <inventory> --profile P`: measures the machines of an inventory and judges them by one profile. */
export const certifyCommand = defineCommand({
  command: 'certify <inventory>',
  describe: 'Measure the machines of an inventory and say whether they conform to a profile',
  builder: (argv) =>
    argv
      .positional('inventory', {
        type: 'string',
        demandOption: true,
        describe: 'Inventory file (YAML): docs/inventory.md',
      })
      .option('profile', {
        type: 'string',
        demandOption: true,
        describe: 'What must hold: a name that `assay profiles` lists',
      })
      .option('suite', {
        type: 'string',
        describe: "What to run: a name, or a YAML file (default: the profile's own for acceptance)",
      })
      .option('out', out)
      .option('exclusive-confirmed', exclusiveConfirmed)
      .option('json', json),
  run: async (args, context) => {
    const { loadRegistry } = await import('../../workloads/registry.ts');
    const { prepareCertify } = await import('./prepare-certify.ts');
    const { measureAndConclude } = await import('./measure-and-conclude.ts');
    const { loadRunInventory } = await import('./targets.ts');
    const { removeIfUnbegun } = await import('./open-run.ts');
    const registry = await loadRegistry();
    const run = await prepareCertify(args, registry, context);
    const verdict = await measureAndConclude({
      run,
      inventory: await loadRunInventory(run),
      registry,
      context,
      mode: 'open',
      json: args.json,
      acceptsOccupied: args.exclusiveConfirmed,
    }).catch((cause: unknown) => removeIfUnbegun(context, run, cause));
    return asExitCode(verdict.exitCode);
  },
});
