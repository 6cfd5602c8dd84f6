import type { SkipCause } from '../../store/coordinator-journal.ts';
import type { RunMaterial } from '../../store/run-material.ts';
import type { Dossier, RunDossier } from '../run-dossier.ts';

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
export function fateOf(step: string, node: Dossier, { material }: RunDossier): StepFate {
  const result = node.steps.get(step);
  const unreadable = node.unreadable.get(step);
  if (result === undefined) {
    return {
      step,
      execution: 'skipped',
      reason: unreadable ?? describeSkip(material.skips.get(step), material) ?? 'it left no evidence',
      isEvidence: false,
      isUnreadable: false,
    };
  }
  const isUnreadable = unreadable !== undefined && ended.has(result.execution);
  const stale = node.stale.get(step);
  const reason = [
    result.reason,
    stale?.reason,
    isUnreadable ? `output could not be read: ${unreadable}` : undefined,
  ]
    .filter((part) => part !== undefined)
    .join('; ');
  return {
    step,
    execution: result.execution,
    reason: reason === '' ? undefined : reason,
    durationMs: result.durationMs,
    isEvidence: result.execution === 'completed' && unreadable === undefined && stale === undefined,
    isUnreadable,
  };
}

function describeSkip(cause: SkipCause | undefined, { plannedProfile }: RunMaterial): string | undefined {
  switch (cause?.why) {
    case undefined:
      return undefined;
    case 'gate': {
      const gate = plannedProfile.requirements.find(({ id }) => id === cause.requirement);
      return `${cause.node} is kept out (${gate?.title ?? cause.requirement})`;
    }
    case 'blamed':
      return `${cause.node} is kept out (it is to blame for other measurements)`;
    case 'lost':
      return `${cause.node} is lost to this run`;
    case 'begun':
      return `${cause.node} began it before an interruption, and a step is never run twice`;
    case 'said':
      return cause.words;
  }
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
