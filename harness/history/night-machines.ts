import type { Attendance } from './attendance.ts';

/** A machine of the inventory on one night; nights are days since 1970-01-01. */
export interface NightMachine {
  readonly node: string;
  /** `measured`, or why not. */
  readonly state: string;
  /** The last night on which it was measured, this one included. */
  readonly last: number | undefined;
  /** Nights since then; of a machine that never was, since it was first seen, that night included. */
  readonly nights: number;
  readonly isOverdue: boolean;
}

/** Reasons that are nobody's fault, by what a verdict says of them: they count only when a machine was not measured for too long. */
export const excuses = {
  'in-use': 'in use',
  'not-held': 'not held',
  'tenant-came': 'a tenant came',
  'out-of-window': 'out of the window',
} as const;
const excused: ReadonlySet<string> = new Set(Object.values(excuses));

export const isExcused = (state: string): boolean => excused.has(state);

/** What `all` attendances up to a night say of each of the machines, whose states are those of one run. */
export function nightMachines(
  states: ReadonlyMap<string, string>,
  all: readonly Attendance[],
  { night, maxGap }: { readonly night: number; readonly maxGap: number },
): readonly NightMachine[] {
  const seen = Map.groupBy(
    all.filter((each) => each.night <= night),
    ({ node }) => node,
  );
  return [...states].map(([node, state]) => {
    const own = seen.get(node) ?? [];
    const measured = own.filter(({ reason }) => reason === null).map((each) => each.night);
    const last = measured.length === 0 ? undefined : Math.max(...measured);
    const first = Math.min(night, ...own.map((each) => each.night));
    const nights = last === undefined ? night - first + 1 : night - last;
    return { node, state, last, nights, isOverdue: nights > maxGap };
  });
}

/** How many of the machines were measured on one of the last `nights` nights, this one included. */
export const covered = (machines: readonly NightMachine[], nights: number): number =>
  machines.filter((each) => each.last !== undefined && each.nights < nights).length;

/**
 * Machines as a night takes them: who was not measured for longest comes first, before all who never was; else in the given order.
 */
export function orderByNeed(nodes: readonly string[], all: readonly Attendance[]): readonly string[] {
  const last = new Map<string, number>();
  for (const { node, reason, night } of all)
    if (reason === null) last.set(node, Math.max(night, last.get(node) ?? night));
  return nodes.toSorted(
    (a, b) => (last.get(a) ?? Number.NEGATIVE_INFINITY) - (last.get(b) ?? Number.NEGATIVE_INFINITY) || 0,
  );
}
