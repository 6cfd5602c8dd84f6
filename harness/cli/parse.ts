import { resolve } from 'node:path';
import { AssayError } from '../../workloads/kit/assay-error.ts';
import type { ExitCode } from '../../workloads/kit/error-code.ts';
import { exitCodes } from '../../workloads/kit/error-code.ts';
import type { CliContext } from './command.ts';
import { defineCommand } from './command.ts';

/**
 * `assay parse <logs..>`: the numbers of logs that people have, each recognised by its own words; with `--tool` of outputs of one step,
 * read by the parser of a run.
 */
export const parseCommand = defineCommand({
  command: 'parse <logs..>',
  describe: 'Read logs that you already have: a directory of them, or outputs of one tool',
  examples: [
    ['parse old-logs', 'all logs below a directory: what each one says, and why others are not understood'],
    ['parse old-logs --class hgx-h100-8 --json', 'held against the published limits of that hardware'],
    ['parse before1 before2 before3 --after after1 after2 after3', 'compared, a directory for each session'],
    [
      "parse allreduce run.stdout=log.txt --tool openmpi --params '{…}'",
      'outputs of one step of a tool, by its parameters',
    ],
  ],
  lists: ['after'],
  builder: (argv) =>
    argv
      .positional('logs', {
        type: 'string',
        array: true,
        demandOption: true,
        describe:
          'Directories of logs, or logs; with --tool: the workload, and command.output=file for each output',
      })
      .option('after', {
        type: 'string',
        array: true,
        describe: 'Directories of logs to compare with; each directory of a side is one session',
      })
      .option('class', {
        type: 'string',
        describe: 'Hardware whose published limits the numbers are held against',
      })
      .option('model', {
        type: 'string',
        describe: 'Part whose published limits the numbers are held against',
      })
      .option('margin', {
        type: 'string',
        describe: 'How much worse is still not inferior, as a share (0.03) or 3%; else 5%',
      })
      .option('out', {
        type: 'string',
        describe: 'Folder for imported.json, .html, .md and .csv (nothing is written without)',
      })
      .option('json', { type: 'boolean', default: false, describe: 'Print the document of imported numbers' })
      .option('tool', { type: 'string', describe: 'Tool whose outputs they are' })
      .option('params', { type: 'string', describe: 'Parameters of the step, as JSON' }),
  run: async (args, context) => {
    const { logs, tool, params, ...asked } = args;
    if (tool !== undefined && params !== undefined) return parseStep(logs, tool, params, context);
    if (tool !== undefined || params !== undefined)
      throw new AssayError('USAGE', 'expected --tool and --params together, got one of them', {
        hint: 'Outputs of one step need both; logs that stand by themselves need neither: assay parse DIRECTORY',
      });
    const { parseLogs } = await import('./parse-logs.ts');
    return parseLogs({ logs, ...asked }, context);
  },
});

/** Outputs of one step, by the parser that a run has for them. */
async function parseStep(
  [id = '', ...given]: readonly string[],
  toolId: string,
  text: string,
  { out, environment }: CliContext,
): Promise<ExitCode> {
  const { escapeJson } = await import('../../reports/text/clean-text.ts');
  const { parseJson } = await import('../../workloads/kit/parse-json.ts');
  const { describeIssues } = await import('../config/describe-issues.ts');
  const { readGivenFile } = await import('./read-given-file.ts');
  const { loadRegistry } = await import('../../workloads/registry.ts');
  const registered = (await loadRegistry()).get(id);
  const tool = registered?.tools.find((candidate) => candidate.id === toolId);
  if (registered === undefined || tool === undefined) {
    throw new AssayError('TOOL_UNKNOWN', `expected a workload and one of its tools, got ${id}/${toolId}`, {
      hint: 'See: assay workloads',
    });
  }
  const asked = parseJson(text);
  const params = registered.workload.params.safeParse(asked);
  if (!params.success) {
    const { message, hint } = describeIssues('--params', registered.workload.params, asked, params.error);
    const known = `Give the parameters that ${id} knows, as JSON (workloads/${id}/README.md).`;
    throw new AssayError(
      'CONFIG_INVALID',
      asked === undefined ? `--params: expected JSON, got \`${text.slice(0, 80)}\`` : message,
      { hint: hint ?? known },
    );
  }
  const outputs: Record<
    string,
    {
      stdout: string;
      stderr: string;
      exitCode: number;
      artifacts: Record<string, string>;
      durationMs: number;
    }
  > = {};
  for (const each of given) {
    const [, command = '', output = '', file = ''] = /^([a-z][a-z0-9-]*)\.([^=]+)=(.+)$/.exec(each) ?? [];
    if (file === '') {
      throw new AssayError('USAGE', `expected command.output=file, got \`${each}\``, {
        hint: 'For example run.stdout=log.txt; docs/parse.md names the outputs of each tool.',
      });
    }
    const content = await readGivenFile(resolve(environment.workingDirectory, file));
    // A log does not carry its exit code: that it was kept says that its owner took it for good.
    const kept = (outputs[command] ??= {
      stdout: '',
      stderr: '',
      exitCode: 0,
      artifacts: {},
      durationMs: 0,
    });
    if (output === 'stdout' || output === 'stderr') kept[output] = content;
    else kept.artifacts[output] = content;
  }
  const parsed = tool.parse(outputs, params.data);
  if (!parsed.ok) {
    throw new AssayError('CONFIG_INVALID', `${toolId}: ${parsed.error}`, {
      hint: 'Nothing was read; a step that printed this would be unreadable too. Give every output that the message names.',
    });
  }
  out.write(`${escapeJson(JSON.stringify({ origin: 'imported', ...parsed.value }, undefined, 1))}\n`);
  return exitCodes.pass;
}
