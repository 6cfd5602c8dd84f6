import type { Coverage } from '../../reports/site/coverage-page.ts';
import type { IndexedRun } from '../../reports/site/runs-page.ts';
import { hasText } from '../../reports/site/site-page.ts';
import { compareNatural } from '../../reports/text/compare-natural.ts';
import { dateOf, nightOfDate } from '../../reports/verdict/words/night-words.ts';
import { attendanceOn, measuredNights } from '../history/attendance.ts';
import type { Snapshot } from './site-state.ts';

const week = 7;
const month = 30;
/** What was not seen for longer is no machine of the site any more. */
const goneAfter = 90;

/** When which machine was measured last, the longest not measured first. */
export function showCoverage({ nights, attendance, series }: Snapshot, sought: string): Coverage {
  if (nights.lastNight === undefined)
    return { lastNight: undefined, machines: [], withinWeek: [0, 0], sought };
  const last = nightOfDate(nights.lastNight);
  const there = attendance.filter(({ night }) => night > last - goneAfter);
  const measured = measuredNights(there);
  const racks = new Map(there.flatMap(({ node, rack }) => (rack === null ? [] : [[node, rack] as const])));
  const tonight = attendanceOn(last, there);
  const own = Map.groupBy(series, ({ node }) => node);
  const machines = [...new Set(there.map(({ node }) => node))].map((node) => {
    const when = measured.get(node) ?? [];
    const latest = when.at(-1);
    const recent = (own.get(node) ?? []).filter((each) => (each.nights.at(-1) ?? 0) > last - month);
    return {
      node,
      rack: racks.get(node),
      last: latest === undefined ? undefined : dateOf(latest),
      age: latest === undefined ? undefined : last - latest,
      tonight: tonight.get(node) ?? 'not planned',
      ofThirty: when.filter((night) => night > last - month).length,
      series: recent.length,
      lacking: recent.filter((each) => each.nights.at(-1) !== latest).length,
    };
  });
  return {
    lastNight: nights.lastNight,
    machines: machines
      .filter(({ node, rack }) => hasText(sought, [node, rack]))
      .toSorted(
        (a, b) =>
          (b.age ?? Number.POSITIVE_INFINITY) - (a.age ?? Number.POSITIVE_INFINITY) ||
          compareNatural(a.node, b.node),
      ),
    withinWeek: [machines.filter(({ age }) => age !== undefined && age < week).length, machines.length],
    sought,
  };
}

/** The runs in the index, the last first. */
export function showRuns({ runs, attendance }: Snapshot, sought: string): readonly IndexedRun[] {
  const inRun = Map.groupBy(attendance, ({ run }) => run);
  return runs
    .toReversed()
    .map(({ id, night, started, suite, profile, digest }) => {
      const all = inRun.get(id) ?? [];
      const reasons = Map.groupBy(all, ({ reason }) => reason ?? '');
      return {
        ...{ id, started, suite, profile, digest },
        night: dateOf(night),
        machines: all.length,
        measured: reasons.get('')?.length ?? 0,
        reasons: [...reasons].flatMap(([reason, those]) =>
          reason === '' ? [] : [[reason, those.length] as const],
        ),
      };
    })
    .filter(({ id, night, suite, profile }) => hasText(sought, [id, night, suite, profile]));
}
