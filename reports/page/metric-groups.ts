import { perObject } from '../../workloads/kit/per-object.ts';
import type { Subject } from '../../workloads/kit/subject.ts';
import { nameOf } from '../../workloads/kit/subject.ts';
import type { Cell } from '../verdict/cell.ts';
import type { Measurement } from '../verdict/measurement.ts';
import type { VerdictLookup } from '../verdict/verdict-lookup.ts';
import { formatDimensions } from '../verdict/words/format-dimensions.ts';
import { createTelling } from '../verdict/words/telling-dimensions.ts';

export const subjectKinds = ['Nodes', 'Devices', 'Pairs', 'Groups'] as const;
export type SubjectKind = (typeof subjectKinds)[number];

/** One metric by one procedure on all subjects of a kind. */
export interface MetricGroup {
  readonly kind: SubjectKind;
  readonly first: Measurement;
  /** What tells it from others of the metric: dimensions, tool, which way is better. */
  readonly note: string;
  readonly members: readonly [Measurement, ...Measurement[]];
}

/** What tells the measurements of a verdict apart, found once for all sections. */
export const tellingOf = perObject(({ verdict }: VerdictLookup) => createTelling(verdict.measurements));

/** Nodes before devices before pairs before groups, each in the order of the verdict. */
export const metricGroups = perObject((lookup: VerdictLookup) => {
  const { measurements } = lookup.verdict;
  const telling = tellingOf(lookup);
  const told = measurements.map((it) => ({ it, kind: kindOf(it.subject), note: noteOf(it, telling) }));
  const alike = Map.groupBy(told, ({ it, kind, note }) =>
    JSON.stringify([kind, it.metric, it.title, it.unit, it.origin, note]),
  );
  const groups = [...alike.values()].flatMap(([head, ...more]): readonly MetricGroup[] =>
    head === undefined
      ? []
      : [
          {
            kind: head.kind,
            first: head.it,
            note: head.note,
            members: [head.it, ...more.map(({ it }) => it)],
          },
        ],
  );
  return subjectKinds.flatMap((kind) => groups.filter((group) => group.kind === kind));
});

function kindOf(subject: Subject): SubjectKind {
  switch (subject.kind) {
    case 'node':
      return 'Nodes';
    case 'device':
      return 'Devices';
    case 'pair':
      return 'Pairs';
    case 'group':
      return 'Groups';
  }
}

const noteOf = (it: Measurement, telling: (it: Measurement) => Measurement['dimensions']): string =>
  [
    formatDimensions(telling(it)),
    toolOf(it),
    it.better === 'lower' && !it.correctness ? 'lower is better' : '',
  ]
    .filter((text) => text !== '')
    .join(' · ');

export const toolOf = ({ tool, toolVersion = '', origin }: Measurement): string =>
  `${tool} ${toolVersion}`.trim() + (origin === 'imported' ? ', imported' : '');

/** A limit as a number of a measurement's unit, with the cell that has it. */
export interface HeldAgainst {
  readonly cell: Cell;
  readonly value: number;
  readonly misses: boolean;
}

/**
 * What a measurement was held against: the cells on its subject whose statistics are those of this very measurement. Where a
 * cell was decided on several measurements, or on a count, none of them has it.
 */
export const limitsOf = perObject(
  ({ verdict: { cells } }: VerdictLookup): ((it: Measurement) => readonly HeldAgainst[]) => {
    const known = new Map<string, HeldAgainst[]>();
    for (const cell of cells) {
      const { observed, limit, subject, verdict } = cell;
      const expected = limit?.expected;
      if (observed?.kind !== 'samples' || typeof expected !== 'object' || Array.isArray(expected)) continue;
      if (expected.unit !== observed.unit) continue;
      const key = keyOf(subject, observed);
      const held = { cell, value: expected.value, misses: verdict === 'fail' };
      const others = known.get(key);
      if (others === undefined) known.set(key, [held]);
      else others.push(held);
    }
    return (it) => known.get(keyOf(it.subject, it)) ?? [];
  },
);

const keyOf = (
  subject: Subject,
  { unit, n, min, median, max }: Pick<Measurement, 'unit' | 'n' | 'min' | 'median' | 'max'>,
): string => `${nameOf(subject)} ${unit} ${n} ${min} ${median} ${max}`;

/**
 * Whether a measurement misses its limit: as its cell says, or where it has none (a pair that was added to find out who is to blame)
 * by the one limit that all others of its group have.
 */
export function missesIn(
  { members }: MetricGroup,
  held: (it: Measurement) => readonly HeldAgainst[],
): (it: Measurement) => boolean {
  const limits = new Map(
    members
      .flatMap(held)
      .map(({ cell: { limit }, value }) => [`${limit?.comparator} ${value}`, { limit, value }]),
  );
  const [only] = limits.size === 1 ? limits.values() : [];
  return (it) => {
    if (it.invalid !== undefined) return false;
    const own = held(it);
    if (own.length > 0) return own.some(({ misses }) => misses);
    if (only?.limit?.comparator === 'atLeast') return it.median < only.value;
    return only?.limit?.comparator === 'atMost' && it.median > only.value;
  };
}
