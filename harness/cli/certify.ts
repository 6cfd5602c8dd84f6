import { AssayError } from '../../workloads/kit/assay-error.ts';
import { asExitCode } from '../../workloads/kit/error-code.ts';
import { defineCommand } from './command.ts';
import {
  contract,
  exclusiveConfirmed,
  facilityAck,
  json,
  key,
  out,
  passphraseFd,
  publicKey,
  rehearsal,
  signer,
  soak,
  unattended,
} from './options.ts';

/** `assay certify <inventory> --profile P`: measures the machines of an inventory and judges them by one profile. */
export const certifyCommand = defineCommand({
  command: 'certify <inventory>',
  describe: 'Measure the machines of an inventory and say whether they conform to a profile',
  examples: [
    ['certify rack.yaml --profile cpu-cluster', 'is this block fit for that purpose?'],
    [
      'certify rack.yaml --profile ai-training-singlenode --contract contract.yaml',
      'with the numbers of a customer',
    ],
    [
      'certify assay-runs/<id> --session after-boot',
      'measure the same once more, after a reboot of the nodes',
    ],
  ],
  builder: (argv) =>
    argv
      .positional('inventory', {
        type: 'string',
        demandOption: true,
        describe:
          'Inventory file (YAML): docs/inventory.md; with --session or --repair a run directory, or its name',
      })
      .option('profile', {
        type: 'string',
        describe: 'What must hold: a name that `assay profiles` lists, or a YAML file',
      })
      .option('suite', {
        type: 'string',
        describe: "What to run: a name, or a YAML file (default: the profile's own for acceptance)",
      })
      .option('session', {
        type: 'string',
        choices: ['after-boot'] as const,
        describe: 'Measure a run once more, on nodes that you reboot: waits for their next boot',
      })
      .option('repair', {
        type: 'string',
        describe:
          'NODE=PART: measure in a run again what the repair of a part touches (gpu027=GPU5; or a serial number, baseboard, dimm, cpu, cable)',
      })
      .conflicts('repair', [
        'session',
        'profile',
        'suite',
        'contract',
        'soak',
        'out',
        'unattended',
        'facility-ack',
      ])
      .conflicts('session', ['profile', 'suite', 'contract', 'soak', 'out', 'unattended', 'facility-ack'])
      .option('out', out)
      .option('exclusive-confirmed', exclusiveConfirmed)
      .option('facility-ack', facilityAck)
      .option('contract', contract)
      .option('soak', soak)
      .option('unattended', unattended)
      .option('rehearsal', rehearsal)
      .option('key', key)
      .option('signer', signer)
      .option('public-key', publicKey)
      .option('passphrase-fd', passphraseFd)
      .option('json', json),
  run: async (args, context) => {
    const { loadRegistry } = await import('../../workloads/registry.ts');
    const { measureAndConclude } = await import('./measure-and-conclude.ts');
    const registry = await loadRegistry();
    const { json: asJson, exclusiveConfirmed: acceptsOccupied, profile } = args;
    const signs = args.key !== undefined || args.signer !== undefined;
    // Asked for now, not after hours of measuring.
    const signer = signs ? await (await import('./signer.ts')).openSigner(context, args) : undefined;
    const options = { registry, context, mode: 'open', json: asJson, acceptsOccupied, signer } as const;
    if (args.repair !== undefined) {
      const { repairRun } = await import('./repair-run.ts');
      return asExitCode((await repairRun(args.inventory, args.repair, options)).exitCode);
    }
    if (args.session !== undefined) {
      const { openRun } = await import('./run-location.ts');
      const { loadOwnInventory } = await import('./own-inventory.ts');
      const run = await openRun(context.environment, args.inventory);
      const inventory = await loadOwnInventory(context, run, undefined);
      const verdict = await measureAndConclude({ ...options, run, inventory, isAfterBoot: true });
      return asExitCode(verdict.exitCode);
    }
    if (profile === undefined)
      throw new AssayError('USAGE', 'expected --profile to say what must hold, got none', {
        hint: 'See: assay profiles',
      });
    const { prepareCertify } = await import('./prepare-certify.ts');
    const { loadRunInventory } = await import('./targets.ts');
    const { removeIfUnbegun } = await import('./open-run.ts');
    const run = await prepareCertify({ ...args, profile }, registry, context);
    if (signs && run.header.rehearsal === true) {
      const hint = 'A rehearsal says nothing about any machine.';
      const refusal = new AssayError('USAGE', 'expected an acceptance to sign, got a rehearsal', { hint });
      return removeIfUnbegun(context, run, refusal);
    }
    const inventory = await loadRunInventory(run);
    const verdict = await measureAndConclude({ ...options, run, inventory }).catch((cause: unknown) =>
      removeIfUnbegun(context, run, cause),
    );
    return asExitCode(verdict.exitCode);
  },
});
