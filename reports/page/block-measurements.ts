import type { Subject } from '../../workloads/kit/subject.ts';
import type { Measurement } from '../verdict/measurement.ts';
import type { VerdictLookup } from '../verdict/verdict-lookup.ts';
import { formatQuantity } from '../verdict/words/format-quantity.ts';
import { middleOf } from './block-shown.ts';
import type { Row, Section, Span, TableCell, Text } from './content.ts';
import { nodeName, noted, number, paragraph, plain } from './content.ts';
import type { MetricGroup } from './metric-groups.ts';
import { metricGroups } from './metric-groups.ts';

/** Every metric over all nodes, devices, pairs and groups, with the worst of them by name; single readings are on their pages. */
export function blockMeasurementsSection(lookup: VerdictLookup): Section {
  const rows = metricGroups(lookup).map((group) => rowOf(group, lookup));
  return {
    id: 'measurements',
    title: 'Measured',
    note: 'Over all that were measured; lowest and highest are single readings, medians are those of each subject. Every reading is in the report of its node.',
    content: [
      ...(rows.length === 0 ? [paragraph('Nothing was measured.', 'page')] : []),
      {
        kind: 'table',
        depth: 'page',
        label: 'Measurements over all nodes',
        columns: [
          plain('Metric'),
          { title: 'Of', role: 'group' },
          ...['Measured on', 'Lowest', 'Median', 'Highest'].map(number),
          plain('Worst medians'),
        ],
        rows,
      },
    ],
  };
}

function rowOf({ members: those, kind, note, first }: MetricGroup, { pages }: VerdictLookup): Row {
  const { title, unit } = first;
  const invalid = those.filter((it) => it.invalid !== undefined).length;
  const lowest = those.reduce((least, { min }) => Math.min(least, min), Infinity);
  const highest = those.reduce((most, { max }) => Math.max(most, max), -Infinity);
  const median = middleOf(those.map((it) => it.median));
  return {
    ...(invalid === 0 ? {} : { remark: `⊘ ${invalid} of ${those.length} invalid` }),
    cells: [
      noted(title, note),
      kind,
      String(those.length),
      ...[lowest, median, highest].map((value) => formatQuantity(value, unit)),
      worstOf(those, pages),
    ],
  };
}

/** So many of the worst are named. */
const mostNamed = 3;

/** Where all have one number, none is the worst. */
function worstOf(those: readonly Measurement[], pages: ReadonlySet<string>): TableCell {
  const [first] = those;
  if (first === undefined || those.every(({ median }) => median === first.median)) return '–';
  const sign = first.better === 'lower' ? -1 : 1;
  const worst = those.toSorted((left, right) => sign * (left.median - right.median)).slice(0, mostNamed);
  return {
    kind: 'lines',
    lines: worst.map(
      ({ subject, median, unit }): Text => [
        ...subjectSpans(subject, pages),
        ' ',
        { kind: 'note', text: formatQuantity(median, unit) },
      ],
    ),
  };
}

/** A subject with a link for each node that it names: `gpu1/drive0`, `gpu1+gpu2`; a larger group has a name of its own. */
export function subjectSpans(subject: Subject, pages: ReadonlySet<string>): readonly Span[] {
  const node = (id: string): Span => nodeName({ pages }, id);
  const name = (text: string): Span => ({ kind: 'name', text });
  switch (subject.kind) {
    case 'node':
      return [node(subject.node)];
    case 'device':
      return [node(subject.node), name('/'), name(subject.device)];
    case 'pair':
      return subject.nodes.flatMap((each, place) => (place === 0 ? [node(each)] : [name('+'), node(each)]));
    case 'group':
      return [name(subject.name)];
  }
}
