import type { CommandOutput, StepOutputs } from '../../../../workloads/kit/tool.ts';
import { Params } from '../../../../workloads/nvme/spec.ts';
import { loadCase } from '../../../support/case.ts';

/** A recorded step: its outputs as the agent kept them, and what was asked for. */
export function recorded(name: string): { readonly outputs: StepOutputs; readonly params: Params } {
  const { outputs, params } = loadCase('nvme', name);
  return { outputs, params: Params.parse(params) };
}

/** A constructed step: a recorded one in which one command's output differs. */
export function altered(
  outputs: StepOutputs,
  id: string,
  change: (output: CommandOutput) => Partial<CommandOutput>,
): StepOutputs {
  const output = outputs[id];
  if (output === undefined) throw new Error(`no command ${id}`);
  return { ...outputs, [id]: { ...output, ...change(output) } };
}

/** A constructed step: text replaced in the artifact `<id>.json`. */
export const edited = (outputs: StepOutputs, id: string, from: string | RegExp, to: string): StepOutputs =>
  altered(outputs, id, ({ artifacts }) => {
    const before = artifacts[`${id}.json`] ?? '';
    const after = before.replace(from, to);
    if (after === before) throw new Error(`nothing to replace in ${id}.json`);
    return { artifacts: { ...artifacts, [`${id}.json`]: after } };
  });
