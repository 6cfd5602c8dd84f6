import { resolve } from 'node:path';
import { asExitCode } from '../../workloads/kit/error-code.ts';
import { defineCommand } from './command.ts';
import { comparedSides } from './compared-sides.ts';
import { comparisonOptions, readComparisonOptions } from './comparison-options.ts';

/** `assay conversion <before> <after>`: what a hall was fit for and what it is fit for now; the exit code is that of the comparison. */
export const conversionCommand = defineCommand({
  command: 'conversion <runs..>',
  describe: 'What machines were fit for before and are fit for after: letters, power, energy, what changed',
  examples: [
    [
      'conversion rigs-run racks-run --energy energy.csv --out hall2',
      'what the hall was fit for, and is now',
    ],
  ],
  lists: ['after'],
  builder: (argv) =>
    argv
      .positional('runs', {
        type: 'string',
        array: true,
        demandOption: true,
        describe: 'Run directories before; without --after the second one is the run after',
      })
      .option('after', { type: 'string', array: true, describe: 'Run directories after' })
      .option('profile', {
        type: 'string',
        describe: "Profile to judge by; that of the last run after, when it isn't given",
      })
      .options(comparisonOptions)
      .option('energy', {
        type: 'string',
        describe: 'CSV (asset,from,to,joule,label): energy of machines over periods',
      })
      .option('out', {
        type: 'string',
        describe: 'Folder for conversion.json, .html, .md and .csv (nothing is written without)',
      })
      .option('json', { type: 'boolean', default: false, describe: 'Print the conversion document' }),
  run: async (args, context) => {
    const { environment } = context;
    const given = comparedSides(args.runs, args.after);
    const { conversionPaper } = await import('../../reports/page/conversion-paper.ts');
    const { Conversion } = await import('../../reports/verdict/conversion.ts');
    const { renderConversionCsv } = await import('../../reports/writers/conversion-csv.ts');
    const { convert } = await import('../compare/convert.ts');
    const { readEnergy } = await import('../config/read-energy.ts');
    const { openSides } = await import('./load-readings.ts');
    const { readRuns } = await import('./read-runs.ts');
    const { readGivenFile } = await import('./read-given-file.ts');
    const { givePaper, requireOut } = await import('./give-paper.ts');
    requireOut(context, 'conversion', args.out);
    const options = await readComparisonOptions(args, environment);
    const { energy: file } = args;
    const energy =
      file === undefined
        ? undefined
        : { file, rows: readEnergy(await readGivenFile(resolve(environment.workingDirectory, file)), file) };
    const conversion = Conversion.parse(
      convert(await readRuns('judged', await openSides(environment, given, args.profile)), {
        ...options,
        energy,
      }),
    );
    await givePaper(context, {
      name: 'conversion',
      document: conversion,
      paper: conversionPaper(conversion),
      csv: () => renderConversionCsv(conversion),
      out: args.out,
      json: args.json,
    });
    return asExitCode(conversion.comparison.exitCode);
  },
});
