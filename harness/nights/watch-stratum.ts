import { median } from '../stats/median.ts';
import type { Baseline } from './baseline.ts';
import { normalConsistency, withNoiseOf } from './baseline.ts';
import type { Series } from './series.ts';
import { levelOf } from './series.ts';
import type { Closing, NightFinding, Peers } from './watch-series.ts';
import { SeriesWatch } from './watch-series.ts';

/** What all nights say of the series of one stratum, and of what they have in common. */
export interface StratumFindings {
  readonly stratum: string;
  readonly findings: ReadonlyMap<string, readonly NightFinding[]>;
  /** Of the stratum itself: a driver, a hot hall, a switch that all have in common. Never begins anew. */
  readonly common: readonly NightFinding[];
  /** What the next night of a series is held against, of those that are known well enough. */
  readonly baselines: ReadonlyMap<string, Baseline>;
}

/** So many series have to be there for what they have in common to be told from what one has. */
export const leastPeers = 8;
/** Where tonight has fewer, the last measurements of this many nights stand in for it. */
const recentNights = 7;

interface Member {
  readonly series: Series;
  readonly watch: SeriesWatch;
  readonly findings: NightFinding[];
  /** The last night that it was measured on, and how far it then was from its own usual level. */
  last?: { readonly night: number; readonly difference: number };
}

/**
 * Goes through the nights of the series of one stratum. What most of them have in common on a night is taken off before
 * each is held against its own past, so that a hot night accuses nobody; it is watched as a series of its own. Each is
 * compared with its own usual level first, so it does not matter which of them were measured that night. `closings` are those of events
 * by the series in them, of what they have in common by the stratum.
 */
export function watchStratum(
  stratum: string,
  all: readonly Series[],
  closings?: ReadonlyMap<string, readonly Closing[]>,
): StratumFindings {
  const members = all.map(
    (series): Member => ({ series, watch: new SeriesWatch(closings?.get(series.id)), findings: [] }),
  );
  const isLarge = members.length >= leastPeers;
  const byNight = new Map<number, { member: Member; level: number | undefined; epoch: string }[]>();
  for (const member of members)
    for (const each of member.series.nights) {
      const measured = { member, level: levelOf(member.series, each), epoch: each.epoch };
      const those = byNight.get(each.night);
      if (those === undefined) byNight.set(each.night, [measured]);
      else those.push(measured);
    }
  const shared = new SeriesWatch(closings?.get(stratum));
  const common: NightFinding[] = [];
  for (const night of [...byNight.keys()].toSorted((a, b) => a - b)) {
    const present = byNight.get(night) ?? [];
    const effect = isLarge ? effectOf(night, present, members) : { level: 0, found: members.length };
    if (effect.level !== undefined && isLarge) common.push(shared.next(night, effect.level, '', undefined));
    const peers = isLarge && effect.level !== undefined ? peersOf(members) : undefined;
    for (const { member, level, epoch } of present) {
      const { watch, findings } = member;
      if (level === undefined) findings.push(unjudged(night, { because: 'no-ratio' }));
      else if (effect.level === undefined)
        findings.push(unjudged(night, { because: 'few-peers', found: effect.found, least: leastPeers }));
      else findings.push(watch.next(night, level - effect.level, epoch, peers));
    }
  }
  const others = isLarge ? peersOf(members)?.noise : undefined;
  return {
    stratum,
    common,
    findings: new Map(members.map(({ series, findings }) => [series.id, findings])),
    baselines: new Map(
      members.flatMap(({ series, watch: { baseline } }) =>
        baseline === undefined ? [] : [[series.id, withNoiseOf(baseline, others)]],
      ),
    ),
  };
}

const unjudged = (night: number, why: NonNullable<NightFinding['why']>): NightFinding => ({
  night,
  state: 'unjudged',
  speeds: [],
  why,
});

/** What the series measured tonight, or else lately, have in common: the median of how far each is from its usual level. */
function effectOf(
  night: number,
  present: readonly { readonly member: Member; readonly level: number | undefined }[],
  members: readonly Member[],
): { readonly level?: number; readonly found: number } {
  const tonight: number[] = [];
  let isFirst = true;
  for (const { member, level } of present) {
    const { usual } = member.watch;
    if (level === undefined) continue;
    if (usual === undefined) continue;
    isFirst = false;
    member.last = { night, difference: level - usual };
    tonight.push(level - usual);
  }
  if (tonight.length >= leastPeers) return { level: median(tonight), found: tonight.length };
  // The first night of all is what the others are told from.
  const hasPast = members.some(({ watch }) => watch.usual !== undefined);
  if (isFirst && !hasPast)
    return present.length >= leastPeers ? { level: 0, found: present.length } : { found: present.length };
  const lately = members.flatMap(({ last }) =>
    last !== undefined && night - last.night < recentNights ? [last.difference] : [],
  );
  return lately.length >= leastPeers
    ? { level: median(lately), found: lately.length }
    : { found: lately.length };
}

/** What those that have a baseline are like: what a part without a past is held against, and how much noise is usual. */
function peersOf(members: readonly Member[]): Peers | undefined {
  const baselines = members.flatMap(({ watch }) => watch.baseline ?? []);
  if (baselines.length < leastPeers) return undefined;
  const middleOf = (of: (each: Baseline) => number): number => median(baselines.map(of));
  const middle = middleOf((each) => each.middle);
  return {
    middle,
    spread: normalConsistency * middleOf((each) => Math.abs(each.middle - middle)),
    noise: { scale: middleOf(({ scale }) => scale), persistence: middleOf(({ persistence }) => persistence) },
  };
}
