import { resolve } from 'node:path';
import { exitCodes } from '../../workloads/kit/error-code.ts';
import { defineCommand } from './command.ts';

/** `assay parse <workload> --tool T <file>`: the numbers of a log that you already have, read by the same parser. */
export const parseCommand = defineCommand({
  command: 'parse <workload> <file>',
  describe: 'Read the numbers of a saved tool output with the parser that a run uses',
  builder: (argv) =>
    argv
      .positional('workload', { type: 'string', demandOption: true })
      .positional('file', { type: 'string', demandOption: true })
      .option('tool', { type: 'string', demandOption: true, describe: 'Tool whose output it is' })
      .option('params', { type: 'string', demandOption: true, describe: 'Parameters of the step, as JSON' })
      .option('command', { type: 'string', default: 'run', describe: 'Id of the command that printed it' })
      .option('output', {
        type: 'string',
        default: 'stdout',
        describe: "stdout, stderr or the artifact's name",
      }),
  run: async ({ workload: id, file, tool: toolId, params: given, command, output }, { out, environment }) => {
    const { readFile } = await import('node:fs/promises');
    const { AssayError } = await import('../../workloads/kit/assay-error.ts');
    const { parseJson } = await import('../../agents/protocol/parse-json.ts');
    const { loadRegistry } = await import('../../workloads/registry.ts');
    const registered = (await loadRegistry()).get(id);
    const tool = registered?.tools.find((candidate) => candidate.id === toolId);
    if (registered === undefined || tool === undefined) {
      throw new AssayError('TOOL_UNKNOWN', `expected a workload and one of its tools, got ${id}/${toolId}`, {
        hint: 'See: assay workloads',
      });
    }
    const params = registered.workload.params.safeParse(parseJson(given));
    if (!params.success) {
      throw new AssayError(
        'CONFIG_INVALID',
        `--params: ${params.error.issues[0]?.path.join('.') ?? ''}: ${params.error.issues[0]?.message ?? 'not accepted'}`,
        {
          hint: `Give the parameters that ${id} knows, as JSON (workloads/${id}/README.md).`,
        },
      );
    }
    const text = await readFile(resolve(environment.workingDirectory, file), 'utf8').catch(
      (cause: unknown) => {
        throw new AssayError('USAGE', `expected a readable file, got ${file}`, { cause });
      },
    );
    const isStream = output === 'stdout' || output === 'stderr';
    const parsed = tool.parse(
      {
        [command]: {
          stdout: output === 'stdout' ? text : '',
          stderr: output === 'stderr' ? text : '',
          exitCode: 0,
          artifacts: isStream ? {} : { [output]: text },
          durationMs: 0,
        },
      },
      params.data,
    );
    if (!parsed.ok)
      throw new AssayError('CONFIG_INVALID', `${file}: ${parsed.error}`, {
        hint: 'Nothing was read; a step that printed this would be unreadable too.',
      });
    out.write(`${JSON.stringify(parsed.value, undefined, 1)}\n`);
    return exitCodes.pass;
  },
});
