import type { Said, SaidFate } from '../../../reports/verdict/said.ts';
import type { SkipCause } from '../../store/coordinator-journal.ts';
import type { RunMaterial } from '../../store/run-material.ts';
import type { Dossier } from '../dossier.ts';
import type { RunDossier } from '../run-dossier.ts';

/** What became of one planned step, and why if it is not evidence. */
export interface StepFate {
  readonly step: string;
  readonly execution: string;
  readonly reason?: Said | undefined;
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
      reason: unreadable ??
        describeSkip(material.skips.get(step), material) ??
        describeIdle(node.id, material) ??
        node.leftOut ?? { say: 'no-evidence' },
      isEvidence: false,
      isUnreadable: false,
    };
  }
  const isUnreadable = unreadable !== undefined && ended.has(result.execution);
  const stale = node.stale.get(step);
  const reasons: readonly Said[] = [
    ...(result.reason === undefined ? [] : [{ say: 'quoted' as const, text: result.reason }]),
    ...(stale === undefined ? [] : [stale.reason]),
    ...(isUnreadable ? [{ say: 'unreadable' as const, why: unreadable }] : []),
  ];
  return {
    step,
    execution: result.execution,
    reason: allOf(reasons),
    durationMs: result.durationMs,
    isEvidence: result.execution === 'completed' && unreadable === undefined && stale === undefined,
    isUnreadable,
  };
}

/** Several things that are said of one; of none, nothing. */
export const allOf = ([first, ...more]: readonly Said[]): Said | undefined =>
  first === undefined || more.length === 0 ? first : { say: 'all', of: [first, ...more] };

/** Nothing was begun on a node whose cooling is in trouble. */
function describeIdle(node: string, { idled }: RunMaterial): Said | undefined {
  const trouble = idled.get(node);
  return trouble === undefined ? undefined : { say: 'idled', trouble };
}

function describeSkip(cause: SkipCause | undefined, material: RunMaterial): Said | undefined {
  switch (cause?.why) {
    case undefined:
      return undefined;
    case 'gate': {
      const gate = material.plannedProfile.requirements.find(({ id }) => id === cause.requirement);
      return { say: 'kept-out', node: cause.node, because: gate?.title ?? cause.requirement };
    }
    case 'blamed':
      return { say: 'kept-out', node: cause.node };
    case 'lost':
      return { say: 'lost-node', node: cause.node };
    case 'idled':
      return describeIdle(cause.node, material) ?? { say: 'lost-node', node: cause.node };
    case 'tenant':
      return { say: 'tenant-came', what: cause.node };
    case 'window':
      return { say: 'out-of-window', until: material.header.night?.until ?? '' };
    case 'begun':
      return { say: 'begun-before', node: cause.node };
    case 'said':
      return { say: 'quoted', text: cause.words };
  }
}

/**
 * What became of steps, once per fate. A step that ended well and is named here lacked the reading in question.
 */
export function foldFates(fates: readonly StepFate[]): SaidFate[] {
  const alike = Map.groupBy(fates, ({ execution, reason, isEvidence }) =>
    JSON.stringify(isEvidence ? [execution] : [execution, reason ?? null]),
  );
  return [...alike.values()].flatMap((same): SaidFate[] => {
    const [first] = same;
    if (first === undefined) return [];
    const { execution, reason, isEvidence } = first;
    const steps = same.map(({ step }) => step);
    if (isEvidence) return [{ steps, execution, isWithout: true }];
    return [{ steps, execution, ...(reason === undefined ? {} : { reason }) }];
  });
}
