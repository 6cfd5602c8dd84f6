import { isFatal, sayXid } from '../kit/xids.ts';
import type { Finding, Recorded } from './judge-card.ts';

/** Events beside Xids that say that a card is sick, by their bit. */
const bits: Readonly<Record<number, string>> = {
  0x2: 'a double-bit ECC error',
  0x800: 'a row or page that could not be retired',
  0x4000: 'the card is not available',
};

/** Xids of a program: a bad address, a bad command. */
const ofPrograms = [13, 31];

/** How often each Xid came; of two sources the one that has more, since either may have begun late. */
function countXids({ events }: Recorded): ReadonlyMap<number, { times: number; by: readonly string[] }> {
  const all = Map.groupBy(
    events.flatMap(({ xid, by }) => (xid === undefined ? [] : [{ xid, by }])),
    ({ xid }) => xid,
  );
  return new Map(
    [...all].map(([xid, each]) => {
      const sources = Map.groupBy(each, ({ by }) => by);
      return [
        xid,
        { times: Math.max(...[...sources.values()].map(({ length }) => length)), by: [...sources.keys()] },
      ];
    }),
  );
}

const timesOf = (recorded: Recorded, wanted: readonly number[]): number =>
  [...countXids(recorded)].reduce((sum, [xid, { times }]) => (wanted.includes(xid) ? sum + times : sum), 0);

/** Whether the events of a card, or the kernel's log, were heard from before the first load to behind the last one. */
function coverage({ card, hasLog, gaps }: Recorded) {
  const gapIn = (of: 'events' | 'log'): string | undefined => gaps.find((gap) => gap.of === of)?.said;
  const events = card.events === 'open' ? gapIn('events') : card.events;
  const log = hasLog === 'open' ? gapIn('log') : hasLog;
  return { events, log };
}

/**
 * What Xids say of a card. One that is fatal, or in no table, stands however it was heard; that there was none counts only where
 * somebody listened all the time. A program's own ones, twice or more on one card of several and never on another, are the card's.
 */
export function findXids(recorded: Recorded, all: readonly Recorded[]): readonly Finding[] {
  const { events, faults, card } = recorded;
  const xids = countXids(recorded);
  const closed = coverage(recorded);
  const others = all.filter((each) => each !== recorded);
  const isAlone =
    others.length > 0 &&
    timesOf(recorded, ofPrograms) >= 2 &&
    others.every((each) => timesOf(each, ofPrograms) === 0);
  const isAgainst = (xid: number): boolean => isFatal(xid) || (isAlone && ofPrograms.includes(xid));
  const say = ([xid, { times, by }]: readonly [number, { times: number; by: readonly string[] }]): string => {
    const words = `${times > 1 ? `${times} × ` : ''}${sayXid(xid)}`;
    const alone = by.length === 1 && closed.events === undefined && closed.log === undefined;
    return alone ? `${words}, told by ${by[0] === 'log' ? "the kernel's log" : 'events'} alone` : words;
  };
  const against = [...xids].filter(([xid]) => isAgainst(xid));
  const told = events.flatMap(({ bit }) => (bit === undefined ? [] : (bits[bit] ?? `event ${bit}`)));
  // Where all are lost it may be the driver; one of several is sick by itself.
  const isDriver = others.length > 0 ? all.every((each) => each.faults.length > 0) : faults.length > 0;
  const said = isDriver ? [] : faults.map((fault) => `its driver says: ${fault.said}`);
  const words = [
    ...against.map(say),
    ...(isAlone ? ['of several cards the only one with Xids of programs'] : []),
    ...new Set(told),
    ...new Set(said),
  ];
  const value = against.reduce((sum, [, { times }]) => sum + times, 0) + told.length + said.length;
  const { n: line } = events[0] ?? faults[0] ?? card;
  const own = [...xids].filter(([xid]) => !isAgainst(xid));
  const ofApplications = own.reduce((sum, [, { times }]) => sum + times, 0);
  const isHeard = closed.events === undefined || closed.log === undefined;
  const why =
    isDriver && faults[0] !== undefined
      ? `its driver says of every card: ${faults[0].said}`
      : `nobody listened all the time: its events: ${closed.events ?? 'open'}; the kernel's log: ${closed.log ?? 'open'}`;
  return [
    value > 0
      ? { metric: 'fatalXids', value, error: words.join('; '), line }
      : isHeard && !isDriver
        ? { metric: 'fatalXids', value: 0, line }
        : { of: 'Xids', why },
    ...(ofApplications > 0 || isHeard
      ? [
          {
            metric: 'applicationXids' as const,
            value: ofApplications,
            line,
            ...(ofApplications > 0 ? { error: own.map(say).join('; ') } : {}),
          },
        ]
      : []),
  ];
}
