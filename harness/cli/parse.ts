import { resolve } from 'node:path';
import { AssayError } from '../../workloads/kit/assay-error.ts';
import { exitCodes } from '../../workloads/kit/error-code.ts';
import { defineCommand } from './command.ts';

/** `assay parse <workload> <outputs..>`: the numbers of logs that you already have, read by the parser of a run. */
export const parseCommand = defineCommand({
  command: 'parse <workload> <outputs..>',
  describe: 'Read saved tool outputs with the parser that a run uses',
  examples: [
    [
      "parse allreduce --tool openmpi --params '{…}' run.stdout=log.txt",
      'the numbers of a log that you have',
    ],
  ],
  builder: (argv) =>
    argv
      .positional('workload', {
        type: 'string',
        demandOption: true,
        describe: 'Workload the tool belongs to',
      })
      .positional('outputs', {
        type: 'string',
        array: true,
        demandOption: true,
        describe: 'command.output=file, for example speed.stdout=speed.txt',
      })
      .option('tool', { type: 'string', demandOption: true, describe: 'Tool whose outputs they are' })
      .option('params', { type: 'string', demandOption: true, describe: 'Parameters of the step, as JSON' }),
  run: async ({ workload: id, outputs: given, tool: toolId, params: text }, { out, environment }) => {
    const { escapeJson } = await import('../../reports/text/clean-text.ts');
    const { parseJson } = await import('../../workloads/kit/parse-json.ts');
    const { readGivenFile } = await import('./read-given-file.ts');
    const { loadRegistry } = await import('../../workloads/registry.ts');
    const registered = (await loadRegistry()).get(id);
    const tool = registered?.tools.find((candidate) => candidate.id === toolId);
    if (registered === undefined || tool === undefined) {
      throw new AssayError('TOOL_UNKNOWN', `expected a workload and one of its tools, got ${id}/${toolId}`, {
        hint: 'See: assay workloads',
      });
    }
    const params = registered.workload.params.safeParse(parseJson(text));
    if (!params.success) {
      const [issue] = params.error.issues;
      throw new AssayError(
        'CONFIG_INVALID',
        `--params: ${issue?.path.join('.') ?? ''}: ${issue?.message ?? 'not accepted'}`,
        {
          hint: `Give the parameters that ${id} knows, as JSON (workloads/${id}/README.md).`,
        },
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
          hint: "For example speed.stdout=speed.txt; a workload's README names the commands of its tools.",
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
  },
});
