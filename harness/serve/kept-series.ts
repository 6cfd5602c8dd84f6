import type { ChangeOf, WatchedSeries } from '../history/judge-nights.ts';
import { wordsOf } from '../history/judge-nights.ts';
import type { NightFinding, Speed } from '../nights/watch-series.ts';

/** A series as the site keeps it: its nights are those of its stratum from one place to another, oldest first. */
export interface KeptSeries {
  readonly row: WatchedSeries['row'];
  /** What it is of, in words. */
  readonly words: string;
  readonly node: string;
  readonly rack: string | undefined;
  readonly kin: Kin;
  readonly from: number;
  readonly to: number;
  /** From which nights on the machine was in another state, and what had changed. */
  readonly epochs: readonly { readonly night: number; readonly change: string | undefined }[];
}

/** All nights of all series of a stratum, 22 bytes each, since there may be millions; and what they have in common. */
export interface Kin {
  readonly nights: Int32Array;
  readonly values: Float64Array;
  /** Places in `states`. */
  readonly states: Uint8Array;
  /** One bit for each of `speeds`. */
  readonly speeds: Uint8Array;
  /** As a share and in standard deviations; not a number where there is no baseline. */
  readonly changes: Float32Array;
  readonly deviations: Float32Array;
  /** By night, oldest first. */
  readonly byNight: ReadonlyMap<number, KinNight>;
}

/** What all series of a stratum measured on a night: how many, and between what values most of them lie. */
export interface KinNight {
  readonly night: number;
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
/** Why nothing can be said stands behind them in the same byte. */
const reasons = ['few-nights', 'few-peers', 'no-ratio'] as const satisfies readonly Reason[];
type Reason = NonNullable<NightFinding['why']>['because'];
const speeds = [
  'extreme',
  'step',
  'slow',
  'drift',
  'entry',
  'vanished',
  'counted',
] as const satisfies readonly Speed[];

/** Keeps the series of one stratum. */
export function keepStratum(members: readonly WatchedSeries[], changeOf: ChangeOf): readonly KeptSeries[] {
  const size = members.reduce((sum, { nights }) => sum + nights.length, 0);
  const kin: Kin = {
    nights: new Int32Array(size),
    values: new Float64Array(size),
    states: new Uint8Array(size),
    speeds: new Uint8Array(size),
    changes: new Float32Array(size),
    deviations: new Float32Array(size),
    byNight: kinByNight(members),
  };
  const said = new Map<string, string>();
  const wordsOnce = (row: KeptSeries['row']): string => {
    const words = wordsOf(row);
    if (!said.has(words)) said.set(words, words);
    return said.get(words) ?? words;
  };
  let place = 0;
  return members.map(({ row, node, domain, nights, findings }) => {
    const from = place;
    for (const [at, { night, value }] of nights.entries()) {
      const { state = 'unjudged', speeds: found = [], change, deviation, why } = findings[at] ?? {};
      kin.nights[place] = night;
      kin.values[place] = value;
      kin.states[place] =
        why === undefined ? states.indexOf(state) : states.length + reasons.indexOf(why.because);
      kin.speeds[place] = found.reduce((bits, speed) => bits | (1 << speeds.indexOf(speed)), 0);
      kin.changes[place] = change ?? Number.NaN;
      kin.deviations[place] = deviation ?? Number.NaN;
      place += 1;
    }
    const epochs = nights.flatMap(({ night, epoch }, at) => {
      const before = nights[at - 1]?.epoch;
      return before === undefined || before === epoch ? [] : [{ night, change: changeOf(before, epoch) }];
    });
    return { row, words: wordsOnce(row), node, rack: domain, kin, from, to: place, epochs };
  });
}

/** The series as they were, of which documents are made. */
export function shownOf({ row, kin, from, to }: KeptSeries): {
  row: KeptSeries['row'];
  nights: WatchedSeries['nights'];
  findings: readonly NightFinding[];
} {
  const places = Array.from({ length: to - from }, (_, at) => from + at);
  const known = (value: number | undefined): number | undefined =>
    value === undefined || Number.isNaN(value) ? undefined : value;
  return {
    row,
    nights: places.map((at) => ({ night: kin.nights[at] ?? 0, value: kin.values[at] ?? 0, epoch: '' })),
    findings: places.map((at): NightFinding => {
      const [change, deviation] = [known(kin.changes[at]), known(kin.deviations[at])];
      return {
        night: kin.nights[at] ?? 0,
        state: stateAt(kin, at),
        speeds: speeds.filter((_, bit) => ((kin.speeds[at] ?? 0) & (1 << bit)) !== 0),
        ...(change === undefined ? {} : { change }),
        ...(deviation === undefined ? {} : { deviation }),
      };
    }),
  };
}

export const stateAt = (kin: Kin, at: number): NightFinding['state'] =>
  states[kin.states[at] ?? 3] ?? 'unjudged';

/** Why nothing can be said; absent where something can. */
export const whyAt = (kin: Kin, at: number): Reason | undefined =>
  reasons[(kin.states[at] ?? 0) - states.length];

/** The first and the last night on which it was measured; infinite where it never was. */
export const endsOf = ({ kin, from, to }: KeptSeries): readonly [number, number] =>
  from === to ? [Infinity, -Infinity] : [kin.nights[from] ?? Infinity, kin.nights[to - 1] ?? -Infinity];

/** Its place in the lists of its kin; −1 where it was not measured on that night. */
export function placeOf({ kin: { nights }, from, to }: KeptSeries, night: number): number {
  let [low, high] = [from, to - 1];
  while (low <= high) {
    const at = (low + high) >> 1;
    const found = nights[at] ?? 0;
    if (found === night) return at;
    if (found < night) low = at + 1;
    else high = at - 1;
  }
  return -1;
}

function kinByNight(members: readonly WatchedSeries[]): ReadonlyMap<number, KinNight> {
  const values = new Map<number, number[]>();
  for (const { nights } of members)
    for (const { night, value } of nights) {
      const those = values.get(night);
      if (those === undefined) values.set(night, [value]);
      else those.push(value);
    }
  return new Map(
    [...values]
      .toSorted(([a], [b]) => a - b)
      .map(([night, those]) => {
        const sorted = new Float64Array(those).sort();
        const ranked = (share: number, round: (place: number) => number): number =>
          sorted[round(share * (sorted.length - 1))] ?? 0;
        const middle = (ranked(0.5, Math.floor) + ranked(0.5, Math.ceil)) / 2;
        const [low, high] = [ranked(0.1, Math.floor), ranked(0.9, Math.ceil)];
        return [night, { night, count: sorted.length, middle, low, high }];
      }),
  );
}
