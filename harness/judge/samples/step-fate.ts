import type { Plan, PlannedStep } from '../../plan/plan.ts';
import type { NodeMaterial } from '../../store/run-material.ts';

/** What became of one planned step, and why if it is not evidence. */
export interface StepFate {
  readonly step: string;
  readonly execution: string;
  readonly reason?: string | undefined;
  readonly durationMs?: number | undefined;
  /** It ran to its end and what it printed could be read. */
  readonly isEvidence: boolean;
  /** It ended by itself, and what it printed could not be parsed. */
  readonly isUnreadable: boolean;
}

/** A step that ended by itself, so that its output can be blamed for being unreadable. */
const ended: ReadonlySet<string> = new Set(['completed', 'error']);

/** What became of a step of this node. A planned step that left nothing behind is listed, never forgotten. */
export function fateOf(step: string, node: NodeMaterial): StepFate {
  const result = node.steps.find((each) => each.step === step);
  const unreadable = node.unreadable.find((each) => each.step === step);
  if (result === undefined) {
    return {
      step,
      execution: 'skipped',
      reason: unreadable?.reason ?? node.skips?.get(step)?.reason ?? 'it left no evidence',
      isEvidence: false,
      isUnreadable: false,
    };
  }
  const isUnreadable = unreadable !== undefined && ended.has(result.execution);
  const reason = [result.reason, isUnreadable ? `output could not be read: ${unreadable.reason}` : undefined]
    .filter((part) => part !== undefined)
    .join('; ');
  return {
    step,
    execution: result.execution,
    reason: reason === '' ? undefined : reason,
    durationMs: result.durationMs,
    isEvidence: result.execution === 'completed' && unreadable === undefined,
    isUnreadable,
  };
}

/**
 * What became of steps, once per fate: `timeout: 60 s are over (r1-copy, r2-copy)`. A step that ended well and is
 * named here lacked the reading in question.
 */
export function describeFates(fates: readonly StepFate[]): string {
  const steps = new Map<string, string[]>();
  for (const { step, execution, reason, isEvidence } of fates) {
    const words = isEvidence
      ? `${execution} without this reading`
      : [execution, reason].filter((part) => part !== undefined).join(': ');
    steps.set(words, [...(steps.get(words) ?? []), step]);
  }
  return [...steps].map(([words, names]) => `${words} (${names.join(', ')})`).join('; ');
}

/** The planned steps that give evidence about a node, pair or group, in the order of the plan. */
export const plannedFor = (plan: Plan | undefined, id: string): readonly PlannedStep[] =>
  plan?.steps.filter(({ node, seat }) =>
    seat === undefined ? node === id : seat.rank === 0 && seat.group === id,
  ) ?? [];
