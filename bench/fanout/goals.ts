import type { Instant } from './instant.ts';
import { farNodes, roundTripMs } from './instant.ts';
import type { NodeCost } from './node-cost.ts';

/** Median CPU milliseconds per host and wall seconds of one subject. */
export interface Figure {
  readonly subject: string;
  readonly hosts: number;
  readonly cpuMsPerHost: number;
  readonly wallSeconds: number;
}

/** What was measured; a part that was not wanted is empty, NaN or absent. */
export interface Measured {
  readonly check: readonly Figure[];
  readonly push: readonly Figure[];
  readonly roundTrips: number;
  readonly instant: Instant | undefined;
  readonly node: NodeCost | undefined;
  readonly ramp:
    | {
        readonly hosts: number;
        readonly lost: number;
        readonly stallP99Ms: number;
        readonly rssBytes: number;
      }
    | undefined;
}

export interface Goal {
  readonly goal: string;
  /** `undefined` where the other side was not there to compare with. */
  readonly found: number | undefined;
  readonly isMet: boolean | undefined;
}

export const ours = 'assay';
export const oursBuilt = 'assay stop (built)';
export const plain = 'plain ssh2';

/** The fan-out goals, each as a number that this run found. Ratios are of medians of interleaved rounds. */
export function judgeGoals({ check, push, roundTrips, ramp, instant, node }: Measured): readonly Goal[] {
  const at = [100, 10].find((hosts) => [...check, ...push].some((one) => one.hosts === hosts)) ?? 0;
  const cpu = (figures: readonly Figure[], subject: string): number =>
    figures.find((one) => one.subject === subject && one.hosts === at)?.cpuMsPerHost ?? NaN;
  const wall = (subject: string): number =>
    check.find((one) => one.subject === subject && one.hosts === 10)?.wallSeconds ?? NaN;
  const goal = (text: string, value: number | undefined, holds: (value: number) => boolean): Goal => ({
    goal: text,
    ...(value === undefined || Number.isNaN(value)
      ? { found: undefined, isMet: undefined }
      : { found: value, isMet: holds(value) }),
  });
  const hosts = ramp?.hosts ?? 0;
  const atLeast = (least: number) => (value: number) => value >= least;
  const atMost = (most: number) => (value: number) => value <= most;
  return [
    goal(
      `1  ${farNodes} nodes behind ${roundTripMs} ms, to the first record, s: at most 3.6`,
      instant?.farSeconds,
      atMost(3.6),
    ),
    goal(
      '1  assay / plain ssh2, CPU of one further node that answers at once: at most 1.3',
      instant && instant.ours / instant.plain,
      atMost(1.3),
    ),
    goal(
      '1  `assay plan`, CPU ms of one further node that answers at once, facts included: at most 15',
      instant?.facts,
      atMost(15),
    ),
    goal(
      `2  push, clush / assay, CPU, N=${at}: at least 3`,
      cpu(push, 'clush') / cpu(push, ours),
      atLeast(3),
    ),
    goal('2  push: round trips until the first record: at most 8', roundTrips, atMost(8)),
    goal('3  built command line / pdsh, wall, N=10: at most 1', wall(oursBuilt) / wall('pdsh'), atMost(1)),
    goal(`4  event loop stall p99, ms, ${hosts} hosts at once: at most 100`, ramp?.stallP99Ms, atMost(100)),
    goal(
      `4  RSS, MB, ${hosts} hosts held: at most ${100 + 0.1 * hosts}`,
      ramp && ramp.rssBytes / 1e6,
      atMost(100 + 0.1 * hosts),
    ),
    goal(`5  hosts lost of ${hosts} at the default MaxStartups: none`, ramp?.lost, atMost(0)),
    goal('6  CPU of a quiet node until the first records, ms: at most 130', node?.welcome, atMost(130)),
    goal('6  the same until its facts are known: at most 300', node?.facts, atMost(300)),
  ];
}
