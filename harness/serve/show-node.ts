import type { ShownNode } from '../../reports/site/node-page.ts';
import { hasText } from '../../reports/site/site-page.ts';
import { dateOf, eventSubject } from '../../reports/verdict/words/night-words.ts';
import { shellWord } from '../../workloads/kit/shell-quote.ts';
import type { KeptSeries } from './kept-series.ts';
import { shownOf } from './kept-series.ts';
import { periodOf, showSeries } from './show-series.ts';
import type { SiteDocuments, Snapshot } from './snapshot.ts';

/** So many series of a machine are drawn. */
const mostDrawn = 48;

/** A machine by its name or serial number, with all its series; `undefined` where there is none of it. */
export function showNode(
  snapshot: Snapshot,
  documents: SiteDocuments,
  { machine, sought }: { readonly machine: string; readonly sought: string },
): ShownNode | undefined {
  const { nights, attendance, runs, tonight } = snapshot;
  const own = [
    ...new Set([...(snapshot.byNode.get(machine) ?? []), ...(snapshot.byMachine.get(machine) ?? [])]),
  ];
  const node = own.length === 0 || attendance.has(machine) ? machine : (own[0]?.node ?? machine);
  const there = attendance.get(node) ?? [];
  if (own.length === 0 && there.length === 0) return undefined;
  const period = periodOf(snapshot);
  const found = own
    .filter(({ row, words }) => hasText(sought, [row.subject, words, row.metric]))
    .toSorted((a, b) => worstLately(a) - worstLately(b) || (a.words < b.words ? -1 : 1));
  const measured = there.filter(({ reason }) => reason === null).at(-1);
  const lastRun = measured === undefined ? undefined : runs.find(({ id }) => id === measured.run);
  const subjects = new Set(own.map(({ row }) => row.subject));
  return {
    document: documents.machine(machine, found.map(shownOf)),
    rack: there.findLast(({ rack }) => rack !== null)?.rack ?? undefined,
    lastMeasured: measured === undefined ? undefined : dateOf(measured.night),
    tonight: tonight.get(node),
    lastRun: lastRun?.id,
    events: nights.events
      .filter(({ subjects: those }) => those.some((subject) => subjects.has(subject)))
      .toReversed()
      .map((event) => ({ event, who: eventSubject(event) })),
    lastNight: nights.lastNight,
    series: found.slice(0, mostDrawn).map((kept) => showSeries(kept, period)),
    more: Math.max(0, found.length - mostDrawn),
    nights: period,
    sought,
    limitsBy:
      lastRun === undefined
        ? undefined
        : `assay judge ${shellWord(lastRun.id)} --profile ${shellWord(lastRun.profile)}`,
  };
}

/** By how much it was off when it was measured last; what nothing is known of stands behind what is worse, and before all else. */
function worstLately({ kin, from, to }: KeptSeries): number {
  const last = from === to ? undefined : kin.changes[to - 1];
  return last === undefined || Number.isNaN(last) ? -0.005 : last;
}
