import type { Coverage } from '../../reports/site/coverage-page.ts';
import type { IndexedRun } from '../../reports/site/runs-page.ts';
import { compareNatural } from '../../reports/text/compare-natural.ts';
import { dateOf } from '../../reports/verdict/words/night-words.ts';
import type { Attendance } from '../history/attendance.ts';
import { measuredNights } from '../history/attendance.ts';
import type { KeptSeries } from './kept-series.ts';
import { endsOf } from './kept-series.ts';
import type { SiteHistory } from './snapshot.ts';

const month = 30;
/** What was not seen for longer is no machine of the site any more. */
const goneAfter = 90;

/** When which machine was measured last, the longest not measured first. */
export function coverMachines({
  last,
  attendance,
  byNode,
  tonight,
}: {
  readonly last: number;
  readonly attendance: readonly Attendance[];
  readonly byNode: ReadonlyMap<string, readonly KeptSeries[]>;
  readonly tonight: ReadonlyMap<string, string>;
}): Coverage['machines'] {
  const there = attendance.filter(({ night }) => night > last - goneAfter);
  const measured = measuredNights(there);
  const racks = new Map(there.flatMap(({ node, rack }) => (rack === null ? [] : [[node, rack] as const])));
  const machines = [...new Set(there.map(({ node }) => node))].map((node) => {
    const when = measured.get(node) ?? [];
    const latest = when.at(-1);
    const lasts = (byNode.get(node) ?? [])
      .map((each) => endsOf(each)[1])
      .filter((night) => night > last - month);
    return {
      node,
      rack: racks.get(node),
      last: latest === undefined ? undefined : dateOf(latest),
      age: latest === undefined ? undefined : last - latest,
      tonight: tonight.get(node) ?? 'not planned',
      ofThirty: when.filter((night) => night > last - month).length,
      series: lasts.length,
      lacking: lasts.filter((night) => night !== latest).length,
    };
  });
  const ageOf = ({ age = Number.MAX_SAFE_INTEGER }: Coverage['machines'][number]): number => age;
  return machines.toSorted((a, b) => ageOf(b) - ageOf(a) || compareNatural(a.node, b.node));
}

/** The runs in the index, the last first. */
export function listRuns(
  runs: Awaited<ReturnType<SiteHistory['runs']>>,
  attendance: readonly Attendance[],
): readonly IndexedRun[] {
  const inRun = Map.groupBy(attendance, ({ run }) => run);
  return runs.toReversed().map(({ id, night, started, suite, profile, digest }) => {
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
  });
}
