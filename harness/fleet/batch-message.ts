import type { ToAgent } from '../../agents/protocol/messages.ts';
import type { StepRequest } from '../../agents/protocol/step.ts';
import { budgetOf } from '../../agents/protocol/step.ts';
import type { Launch } from '../../workloads/kit/seat.ts';

/** By what the steps of a batch are run. */
export interface BatchSurroundings {
  readonly plan: string;
  readonly facts: string;
  readonly scratch?: string | undefined;
  readonly leashMs?: number | undefined;
  readonly launch?: Launch | undefined;
}

/** What a batch may take beyond the budgets of its steps: building up, writing down, killing. */
const batchMarginMs = 60_000;

/** Steps as they are asked for. */
export function batchMessage(
  batch: string,
  steps: readonly StepRequest[],
  around: BatchSurroundings & { readonly isUnattended: boolean },
): Extract<ToAgent, { type: 'batch' }> {
  const { plan, facts, scratch, leashMs, launch, isUnattended } = around;
  return {
    type: 'batch',
    batch,
    plan,
    facts,
    deadlineMs: budgetOf(steps) + batchMarginMs,
    ...(scratch === undefined ? {} : { scratch }),
    ...(leashMs === undefined ? {} : { leashMs }),
    ...(launch === undefined ? {} : { launch }),
    ...(isUnattended ? { unattended: true } : {}),
    steps: [...steps],
  };
}
