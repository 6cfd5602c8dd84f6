import type { ChangeOf, WatchedSeries } from '../history/judge-nights.ts';
import type { NightFinding, Speed } from '../nights/watch-series.ts';

/** A series as the site keeps it: 42 bytes a night, since there may be millions. All lists are by measured night, oldest first. */
export interface KeptSeries {
  readonly row: WatchedSeries['row'];
  readonly node: string;
  readonly rack: string | undefined;
  readonly kin: Kin;
  readonly nights: Int32Array;
  readonly values: Float64Array;
  /** Places in `states`. */
  readonly states: Uint8Array;
  /** One bit for each of `speeds`. */
  readonly speeds: Uint8Array;
  /** As a share and in standard deviations; not a number where there is no baseline. */
  readonly changes: Float64Array;
  readonly deviations: Float64Array;
  /** From which nights on the machine was in another state, and what had changed. */
  readonly epochs: readonly { readonly night: number; readonly change: string | undefined }[];
}

/** What all series of a stratum measured, by night: how many, and between what values most of them lie. */
export interface Kin {
  readonly stratum: string;
  readonly size: number;
  readonly byNight: ReadonlyMap<number, KinNight>;
}

export interface KinNight {
  readonly count: number;
  readonly middle: number;
  /** A tenth of them is below, a tenth above. */
  readonly low: number;
  readonly high: number;
}

/** As a place in it, a state takes one byte. */
export const states = [
  'quiet',
  'suspect',
  'worse',
  'unjudged',
] as const satisfies readonly NightFinding['state'][];
const speeds = ['extreme', 'step', 'slow', 'drift', 'entry', 'vanished'] as const satisfies readonly Speed[];

/** Keeps the series of one stratum. */
export function keepStratum(members: readonly WatchedSeries[], changeOf: ChangeOf): readonly KeptSeries[] {
  const kin = kinOf(members);
  return members.map(({ row, node, domain, nights, findings }) => ({
    row,
    node,
    rack: domain,
    kin,
    nights: Int32Array.from(nights, ({ night }) => night),
    values: Float64Array.from(nights, ({ value }) => value),
    states: Uint8Array.from(nights, (_, at) => states.indexOf(findings[at]?.state ?? 'unjudged')),
    speeds: Uint8Array.from(nights, (_, at) =>
      (findings[at]?.speeds ?? []).reduce((bits, speed) => bits | (1 << speeds.indexOf(speed)), 0),
    ),
    changes: Float64Array.from(nights, (_, at) => findings[at]?.change ?? Number.NaN),
    deviations: Float64Array.from(nights, (_, at) => findings[at]?.deviation ?? Number.NaN),
    epochs: nights.flatMap(({ night, epoch }, at) => {
      const before = nights[at - 1]?.epoch;
      return before === undefined || before === epoch ? [] : [{ night, change: changeOf(before, epoch) }];
    }),
  }));
}

/** The series as they were, of which documents are made. */
export const shownOf = (
  kept: KeptSeries,
): { row: KeptSeries['row']; nights: WatchedSeries['nights']; findings: readonly NightFinding[] } => ({
  row: kept.row,
  nights: Array.from(kept.nights, (night, at) => ({ night, value: kept.values[at] ?? 0, epoch: '' })),
  findings: Array.from(kept.nights, (night, at): NightFinding => {
    const [change, deviation] = [kept.changes[at], kept.deviations[at]].map((each) =>
      each === undefined || Number.isNaN(each) ? undefined : each,
    );
    return {
      night,
      state: states[kept.states[at] ?? 3] ?? 'unjudged',
      speeds: speeds.filter((_, bit) => ((kept.speeds[at] ?? 0) & (1 << bit)) !== 0),
      ...(change === undefined ? {} : { change }),
      ...(deviation === undefined ? {} : { deviation }),
    };
  }),
});

/** The machine that a subject is or is in. */
export const machineOf = (subject: string): string => subject.split('/', 1)[0] ?? subject;

/** Its place in the lists of a series; −1 where it was not measured on that night. */
export function placeOf({ nights }: KeptSeries, night: number): number {
  let [from, to] = [0, nights.length - 1];
  while (from <= to) {
    const at = (from + to) >> 1;
    const found = nights[at] ?? 0;
    if (found === night) return at;
    if (found < night) from = at + 1;
    else to = at - 1;
  }
  return -1;
}

function kinOf(members: readonly WatchedSeries[]): Kin {
  const values = new Map<number, number[]>();
  for (const { nights } of members)
    for (const { night, value } of nights) {
      const those = values.get(night);
      if (those === undefined) values.set(night, [value]);
      else those.push(value);
    }
  const byNight = new Map<number, KinNight>();
  for (const [night, those] of values) {
    const sorted = Float64Array.from(those).sort();
    const ranked = (share: number, round: (place: number) => number): number =>
      sorted[round(share * (sorted.length - 1))] ?? 0;
    byNight.set(night, {
      count: sorted.length,
      middle: (ranked(0.5, Math.floor) + ranked(0.5, Math.ceil)) / 2,
      low: ranked(0.1, Math.floor),
      high: ranked(0.9, Math.ceil),
    });
  }
  return { stratum: members[0]?.row.stratum ?? '', size: members.length, byNight };
}
