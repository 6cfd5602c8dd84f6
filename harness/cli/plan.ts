import { exitCodes } from '../../workloads/kit/error-code.ts';
import { defineCommand } from './command.ts';
import { contract, exclusiveConfirmed, json, soak } from './options.ts';

/** `assay plan <inventory> --profile P`: looks at the machines and says what certify would do, without any load. */
export const planCommand = defineCommand({
  command: 'plan <inventory>',
  describe: 'Look at the machines and print what certify would run, write, draw and not be able to show',
  examples: [
    [
      'plan rack.yaml --profile cpu-cluster',
      'what certify would run, write and draw, and what it could not show',
    ],
  ],
  builder: (argv) =>
    argv
      .positional('inventory', { type: 'string', demandOption: true, describe: 'Inventory file (YAML)' })
      .option('profile', {
        type: 'string',
        demandOption: true,
        describe: 'What must hold: a name, or a YAML file',
      })
      .option('suite', { type: 'string', describe: 'What to run: a name, or a YAML file' })
      .option('contract', contract)
      .option('soak', soak)
      .option('exclusive-confirmed', exclusiveConfirmed)
      .option('json', { ...json, describe: 'Print the plan document' }),
  run: async (args, context) => {
    const { loadRegistry } = await import('../../workloads/registry.ts');
    const { prepareCertify } = await import('./prepare-certify.ts');
    const { escapeJson } = await import('../../reports/text/clean-text.ts');
    const { describeWholePlan } = await import('./describe-plan.ts');
    const { cannotPass, foresee } = await import('./forecast.ts');
    const { lookOnce } = await import('./look-once.ts');
    const { shellWord } = await import('../../workloads/kit/shell-quote.ts');
    const registry = await loadRegistry();
    const { columns } = context.environment.terminal;
    const run = await prepareCertify(args, registry, context);
    const options = {
      run,
      registry,
      acceptsOccupied: args.exclusiveConfirmed,
      quiet: { onPlan: () => undefined },
    };
    return lookOnce(context, options, (evidence, seen) => {
      if (seen === undefined) return exitCodes.infrastructure;
      context.out.write(
        args.json
          ? `${escapeJson(JSON.stringify(seen.plan, undefined, 1))}\n`
          : `${describeWholePlan(evidence, seen, columns).join('\n')}\n`,
      );
      const given = (['suite', 'contract', 'soak'] as const).map((name) => {
        const value = args[name];
        return value === undefined ? '' : ` --${name}${value === '' ? '' : ` ${shellWord(value)}`}`;
      });
      const how = `${shellWord(args.inventory)} --profile ${args.profile}${given.join('')}`;
      const isInVain = cannotPass(foresee(evidence.material(), registry));
      context.err.write(
        isInVain
          ? `\nAs it stands certify cannot end with a pass: see what is \`required\` above. Then again: assay plan ${how}\n`
          : `\nnext      assay certify ${how}\n`,
      );
      return exitCodes.pass;
    });
  },
});
