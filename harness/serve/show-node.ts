import type { ShownNode } from '../../reports/site/node-page.ts';
import { hasText } from '../../reports/site/site-page.ts';
import { dateOf, eventSubject, nightOfDate } from '../../reports/verdict/words/night-words.ts';
import { shellWord } from '../../workloads/kit/shell-quote.ts';
import { attendanceOn } from '../history/attendance.ts';
import { wordsOf } from '../history/judge-nights.ts';
import type { KeptSeries } from './kept-series.ts';
import { machineOf, shownOf } from './kept-series.ts';
import { periodOf, showSeries } from './show-series.ts';
import type { SiteDocuments, Snapshot } from './site-state.ts';

/** So many series of a machine are drawn. */
const mostDrawn = 48;

/** A machine by its name or serial number, with all its series; `undefined` where there is none of it. */
export function showNode(
  { nights, names, series, attendance, runs }: Snapshot,
  documents: SiteDocuments,
  { machine, sought }: { readonly machine: string; readonly sought: string },
): ShownNode | undefined {
  const own = series.filter(
    ({ node, row: { subject } }) => node === machine || machineOf(subject) === machine,
  );
  const there = attendance.filter(({ node }) => node === machine || own.some((each) => each.node === node));
  if (own.length === 0 && there.length === 0) return undefined;
  const node = there.at(-1)?.node ?? machine;
  const last = nightOfDate(nights.lastNight ?? '1970-01-01');
  const period = periodOf(runs, last);
  const found = own
    .filter(({ row }) => hasText(sought, [row.subject, wordsOf(row), row.metric]))
    .toSorted((a, b) => worstLately(a) - worstLately(b) || (wordsOf(a.row) < wordsOf(b.row) ? -1 : 1));
  const measured = there.filter(({ reason }) => reason === null).at(-1);
  const lastRun = measured === undefined ? undefined : runs.find(({ id }) => id === measured.run);
  const subjects = new Set(own.map(({ row }) => row.subject));
  return {
    document: documents.machine(machine, found.map(shownOf)),
    rack: there.findLast(({ rack }) => rack !== null)?.rack ?? undefined,
    lastMeasured: measured === undefined ? undefined : dateOf(measured.night),
    tonight: attendanceOn(last, attendance).get(node),
    lastRun: lastRun?.id,
    events: nights.events
      .filter(({ subjects: those }) => those.some((subject) => subjects.has(subject)))
      .toReversed()
      .map((event) => ({ event, name: names.get(event.id) ?? event.id, who: eventSubject(event) })),
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
function worstLately({ changes }: KeptSeries): number {
  const last = changes.at(-1);
  return last === undefined || Number.isNaN(last) ? -0.005 : last;
}
