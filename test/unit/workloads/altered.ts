import type { CommandOutput, StepOutputs } from '../../../workloads/kit/tool.ts';

/** A constructed step: one in which a command's output differs. */
export function altered(
  outputs: StepOutputs,
  id: string,
  change: (output: CommandOutput) => Partial<CommandOutput>,
): StepOutputs {
  const output = outputs[id];
  if (output === undefined) throw new Error(`no command ${id}`);
  return { ...outputs, [id]: { ...output, ...change(output) } };
}

/** The same step with a piece of a command's stdout, or of a file of it, replaced; the piece must be there. */
export const withText = (
  outputs: StepOutputs,
  [id, file]: readonly [id: string, file?: string],
  from: string | RegExp,
  to: string,
): StepOutputs =>
  altered(outputs, id, ({ stdout, artifacts }) => {
    const before = file === undefined ? stdout : (artifacts[file] ?? '');
    const after = before.replace(from, to);
    if (after === before) throw new Error(`expected \`${String(from)}\` in ${id} ${file ?? 'stdout'}`);
    return file === undefined ? { stdout: after } : { artifacts: { ...artifacts, [file]: after } };
  });
