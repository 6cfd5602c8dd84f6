import { dirname, join, relative, resolve } from 'node:path';
import { AssayError } from '../../workloads/kit/assay-error.ts';
import { exitCodes } from '../../workloads/kit/error-code.ts';
import { defineCommand } from './command.ts';
import { givenRun, ofProfile, reportsOut } from './options.ts';

/** `assay ocp <run>`: a verdict for whoever reads OCP Test & Validation 2.0, a stream for each node. */
export const ocpCommand = defineCommand({
  command: 'ocp <run>',
  describe:
    'Write a verdict as OCP Test & Validation 2.0: JSON lines, a file for each node (docs/evidence.md)',
  examples: [
    ['ocp latest', 'what was judged, for tools that read the output of OCP tests'],
    [
      'ocp latest --schema json_spec/output/root.json',
      'and check each line by the schema that OCP publishes',
    ],
  ],
  builder: (argv) =>
    argv
      .positional('run', givenRun)
      .option('profile', ofProfile)
      .option('schema', {
        type: 'string',
        describe: 'JSON Schema that each line has to be by; others in its folder are read with it',
      })
      .option('out', reportsOut),
  run: async (args, context) => {
    const { environment, out } = context;
    const { ocpLines } = await import('../../reports/ocp/stream.ts');
    const { nodeParts } = await import('../../reports/verdict/node-parts.ts');
    const { listSoakSeries } = await import('../judge/samples/list-soak-series.ts');
    const { openJudged } = await import('./judged-run.ts');
    const { folder, evidence, verdict } = await openJudged(environment, args);
    const soak = listSoakSeries(evidence.material(args.profile), verdict);
    const check =
      args.schema === undefined
        ? undefined
        : await loadSchema(resolve(environment.workingDirectory, args.schema));
    const partOf = verdict.block === undefined ? () => verdict : nodeParts(verdict);
    const prefix =
      verdict.profile.id === evidence.run.header.profile ? 'ocp' : `verdicts/${verdict.profile.id}.ocp`;
    const streams = verdict.nodes.map(({ id }) => [id, [...ocpLines(partOf(id), soak)]] as const);
    // All of it is looked at before any of it is written.
    for (const [node, lines] of streams)
      for (const [index, line] of lines.entries()) {
        const wrong = check?.(JSON.parse(line));
        if (wrong !== undefined)
          throw new AssayError(
            'CONFIG_INVALID',
            `${args.schema}: expected line ${index + 1} on ${node} to be by it, found ${wrong.slice(0, 200)}`,
            { hint: 'Assay writes version 2.0 of OCP Test & Validation: give the root.json of that.' },
          );
      }
    folder.mark();
    for (const [node, lines] of streams) {
      folder.write(`${prefix}/${node}.jsonl`, lines);
      out.write(`${relative(environment.workingDirectory, join(folder.path, prefix, `${node}.jsonl`))}\n`);
    }
    return exitCodes.pass;
  },
});

/** More files than these are no folder of schemas. */
const mostFiles = 200;

async function loadSchema(file: string): Promise<(line: unknown) => string | undefined> {
  const { checkBySchema } = await import('../../reports/ocp/official-schema.ts');
  const { loadSource } = await import('../config/load-source.ts');
  const { parseJson } = await import('../../workloads/kit/parse-json.ts');
  const { readdir } = await import('node:fs/promises');
  const read = async (path: string): Promise<object> => {
    const value = parseJson((await loadSource(path)).text);
    if (typeof value === 'object' && value !== null) return value;
    throw invalid(path, 'no JSON object');
  };
  const root = await read(file);
  const beside = (await readdir(dirname(file))).filter(
    (name) => name.endsWith('.json') && join(dirname(file), name) !== file,
  );
  if (beside.length > mostFiles) throw invalid(dirname(file), `${beside.length} files`);
  const others: object[] = [];
  for (const name of beside) others.push(await read(join(dirname(file), name)));
  try {
    return checkBySchema(root, others);
  } catch (cause) {
    throw invalid(file, cause instanceof Error ? cause.message.slice(0, 200) : 'something else', cause);
  }
}

const invalid = (file: string, found: string, cause?: unknown): AssayError =>
  new AssayError('CONFIG_INVALID', `${file}: expected a JSON Schema (draft 2020-12), found ${found}`, {
    cause,
    hint: 'Give root.json in its folder, as it is published.',
  });
