import type { StepOutputs } from '../../../../workloads/kit/tool.ts';
import { Params } from '../../../../workloads/nvme/workload.ts';
import { loadCase } from '../../../support/case.ts';

/** A recorded step: its outputs as the agent kept them, and what was asked for. */
export function recorded(name: string): { readonly outputs: StepOutputs; readonly params: Params } {
  const { outputs, params } = loadCase('nvme', name);
  return { outputs, params: Params.parse(params) };
}
