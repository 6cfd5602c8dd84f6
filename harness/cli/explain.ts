import { exitCodes } from '../../workloads/kit/error-code.ts';
import { defineCommand } from './command.ts';
import { givenRun, ofProfile } from './options.ts';

/** `assay explain <run> <cell>`: how a field of the verdict came about and how to get the number by hand. */
export const explainCommand = defineCommand({
  command: 'explain <run> <cell>',
  describe: 'Show where a cell or a metric comes from and how to reproduce it by hand',
  examples: [
    ['explain latest matmul.throughput', 'where each reading of a metric stands, and how to take it by hand'],
    ['explain latest gpu01:matmul-fp16', 'one cell: a node and a requirement'],
  ],
  builder: (argv) =>
    argv
      .positional('run', givenRun)
      .positional('cell', {
        type: 'string',
        demandOption: true,
        describe: 'Cell id `<subject>:<requirement>`, a requirement or its title, or a metric',
      })
      .option('profile', ofProfile)
      .option('json', { type: 'boolean', default: false, describe: 'Print as JSON' }),
  run: async ({ run: given, cell, profile, json }, context) => {
    const { escapeJson } = await import('../../reports/text/clean-text.ts');
    const { loadRegistry } = await import('../../workloads/registry.ts');
    const { explainCell, formatExplanation } = await import('../run/explain-cell.ts');
    const { openRun } = await import('./run-location.ts');
    const explanation = await explainCell(
      await openRun(context.environment, given),
      await loadRegistry(),
      cell,
      profile,
    );
    context.out.write(
      json ? `${escapeJson(JSON.stringify(explanation, undefined, 1))}\n` : formatExplanation(explanation),
    );
    return exitCodes.pass;
  },
});
