import { setImmediate } from 'node:timers/promises';
import type { Coverage } from '../../reports/site/coverage-page.ts';
import type { IndexedRun } from '../../reports/site/runs-page.ts';
import type { MachineNights } from '../../reports/verdict/machine-nights.ts';
import type { Nights } from '../../reports/verdict/nights.ts';
import { nightOfDate } from '../../reports/verdict/words/night-words.ts';
import type { Attendance } from '../history/attendance.ts';
import { attendanceOn } from '../history/attendance.ts';
import type { History } from '../history/history.ts';
import type { Judgement } from '../history/judge-nights.ts';
import { machineOf } from '../history/judge-nights.ts';
import type { KeptSeries, shownOf } from './kept-series.ts';
import { keepStratum } from './kept-series.ts';
import { coverMachines, listRuns } from './list-runs.ts';
import type { Slots } from './slots.ts';
import { sortSlots } from './slots.ts';

/** What the site reads of an index, and all that it can do with it. */
export type SiteHistory = Pick<History, 'zone' | 'version' | 'judge' | 'runs' | 'attendance'>;

/** Documents as `assay history` prints them. */
export interface SiteDocuments {
  readonly nights: (judgement: Judgement, zone: string) => Nights;
  readonly machine: (machine: string, shown: ReturnType<typeof shownOf>[]) => MachineNights;
}

/** All that the pages show, of one state of the index, so that a page only looks up. */
export interface Snapshot {
  readonly version: string;
  readonly nights: Nights;
  /** The last night in the index, in days since 1970-01-01; 0 where there is none. */
  readonly last: number;
  readonly byNode: ReadonlyMap<string, readonly KeptSeries[]>;
  readonly byMachine: ReadonlyMap<string, readonly KeptSeries[]>;
  /** One series of each kind of machine and metric, by both (`strataKey`). */
  readonly strata: ReadonlyMap<string, KeptSeries>;
  readonly slots: Slots;
  readonly attendance: ReadonlyMap<string, readonly Attendance[]>;
  /** Of each event by its id the nights on which it was found, the first on which it was known among them. */
  readonly foundOn: ReadonlyMap<string, { readonly nights: ReadonlySet<number>; readonly known: number }>;
  /** Why there is nothing of a machine on the last night, or `measured`. */
  readonly tonight: ReadonlyMap<string, string>;
  readonly machines: Coverage['machines'];
  /** The last first. */
  readonly runs: readonly IndexedRun[];
  /** Nights with a run, oldest first. */
  readonly measuredNights: readonly number[];
}

export const strataKey = (kind: string, words: string): string => JSON.stringify([kind, words]);

/** Goes through all nights once. Others are answered between one kind of series and the next. */
export async function readSnapshot(history: SiteHistory, documents: SiteDocuments): Promise<Snapshot> {
  const version = await history.version();
  const series: KeptSeries[] = [];
  const strata = new Map<string, KeptSeries>();
  const judgement = await history.judge(async (members, changeOf) => {
    const kept = keepStratum(members, changeOf);
    const [first] = kept;
    if (first !== undefined) strata.set(strataKey(first.row.kind, first.words), first);
    for (const each of kept) series.push(each);
    await setImmediate();
  });
  const nights = documents.nights(judgement, history.zone);
  const foundOn = new Map(
    judgement.events.map(({ id, spells }) => [
      id,
      {
        nights: new Set(spells.flatMap((spell) => spell.nights)),
        known: Math.min(...spells.map(({ confirmed }) => confirmed)),
      },
    ]),
  );
  const [runs, attendance] = [await history.runs(), await history.attendance()];
  const last = nights.lastNight === undefined ? 0 : nightOfDate(nights.lastNight);
  const byNode = Map.groupBy(series, ({ node }) => node);
  const byMachine = Map.groupBy(series, ({ row }) => machineOf(row.subject));
  const tonight = attendanceOn(last, attendance);
  return {
    ...{ version, nights, last, strata, byNode, byMachine, tonight, foundOn },
    slots: sortSlots(series),
    attendance: Map.groupBy(attendance, ({ node }) => node),
    machines: coverMachines({ last, attendance, byNode, tonight }),
    runs: listRuns(runs, attendance),
    measuredNights: [...new Set(runs.map(({ night }) => night))].toSorted((a, b) => a - b),
  };
}
