import type { Measurement } from '../verdict/verdict.ts';
import type { VerdictLookup } from '../verdict/verdict-lookup.ts';
import { formatDimensions } from '../verdict/words/format-dimensions.ts';
import { formatQuantity } from '../verdict/words/format-quantity.ts';
import { createTelling } from '../verdict/words/telling-dimensions.ts';
import { middleOf } from './block-shown.ts';
import type { Cell, Row, Section, Span, Text } from './content.ts';
import { number, paragraph, plain } from './content.ts';
import { toolOf } from './measurements.ts';

/** Every metric over all nodes, devices, pairs and groups, with the worst of them by name; single runs are on their pages. */
export function blockMeasurementsSection({ verdict }: VerdictLookup): Section {
  const telling = createTelling(verdict.measurements);
  const kindOf = createKinds(verdict.nodes, verdict.block?.trials ?? []);
  const alike = Map.groupBy(verdict.measurements, (it) =>
    JSON.stringify([
      kindOf(it),
      it.metric,
      it.title,
      it.unit,
      it.tool,
      it.origin,
      formatDimensions(telling(it)),
    ]),
  );
  const isNode = createIsNode(verdict.nodes);
  const rows = [...alike.values()].flatMap(([first, ...more]) =>
    first === undefined
      ? []
      : [rowOf([first, ...more], kindOf(first), formatDimensions(telling(first)), isNode)],
  );
  return {
    id: 'measurements',
    title: 'Measured',
    note: 'Over all that were measured; lowest and highest are single runs, medians are those of each subject. Every run is in the report of its node.',
    content:
      rows.length === 0
        ? [paragraph('Nothing was measured.', 'page')]
        : [
            {
              kind: 'table',
              depth: 'page',
              label: 'Measurements over all nodes',
              columns: [
                plain('Metric'),
                { title: 'Of', role: 'group' },
                number('Measured on'),
                number('Lowest'),
                number('Median'),
                number('Highest'),
                plain('Worst medians'),
              ],
              rows: kinds.flatMap((kind) => rows.filter((row) => row.cells[1] === kind)),
            },
          ],
  };
}

const kinds = ['Nodes', 'Devices', 'Pairs', 'Groups'] as const;
type Kind = (typeof kinds)[number];

function createKinds(
  nodes: VerdictLookup['verdict']['nodes'],
  trials: readonly { readonly group: string; readonly members: readonly string[] }[],
): (it: Measurement) => Kind {
  const ids = new Set(nodes.map(({ id }) => id));
  const pairs = new Set(trials.filter(({ members }) => members.length === 2).map(({ group }) => group));
  return ({ subject }) => {
    if (ids.has(subject)) return 'Nodes';
    if (ids.has(subject.split('/', 1)[0] ?? '')) return 'Devices';
    return pairs.has(subject) ? 'Pairs' : 'Groups';
  };
}

const createIsNode = (nodes: VerdictLookup['verdict']['nodes']): ((id: string) => boolean) => {
  const ids = new Set(nodes.map(({ id }) => id));
  return (id) => ids.has(id);
};

function rowOf(
  those: readonly [Measurement, ...Measurement[]],
  kind: Kind,
  dimensions: string,
  isNode: (id: string) => boolean,
): Row {
  const [first] = those;
  const { unit, better, correctness } = first;
  const invalid = those.filter(({ invalid: why }) => why !== undefined).length;
  return {
    ...(invalid === 0 ? {} : { remark: `⊘ ${invalid} of ${those.length} invalid` }),
    cells: [
      {
        kind: 'noted',
        text: first.title,
        note: [dimensions, toolOf(first), better === 'lower' && !correctness ? 'lower is better' : '']
          .filter((text) => text !== '')
          .join(' · '),
      },
      kind,
      String(those.length),
      formatQuantity(
        those.reduce((least, { min }) => Math.min(least, min), Infinity),
        unit,
      ),
      formatQuantity(middleOf(those.map(({ median }) => median)), unit),
      formatQuantity(
        those.reduce((most, { max }) => Math.max(most, max), -Infinity),
        unit,
      ),
      worstOf(those, isNode),
    ],
  };
}

/** So many of the worst are named. */
const mostNamed = 3;

/** Where all have one number, none is the worst. */
function worstOf(those: readonly Measurement[], isNode: (id: string) => boolean): Cell {
  const [first] = those;
  if (first === undefined || those.every(({ median }) => median === first.median)) return '–';
  const sign = first.better === 'lower' ? -1 : 1;
  const worst = those.toSorted((left, right) => sign * (left.median - right.median)).slice(0, mostNamed);
  return {
    kind: 'lines',
    lines: worst.map(
      ({ subject, median, unit }): Text => [
        ...subjectOf(subject, isNode),
        ' ',
        { kind: 'note', text: formatQuantity(median, unit) },
      ],
    ),
  };
}

/** A subject with a link for each node that is named in it: `gpu1/drive0`, `gpu1+gpu2`. */
const subjectOf = (subject: string, isNode: (id: string) => boolean): readonly Span[] =>
  subject.split(/([+/])/).map((text): Span => ({ kind: isNode(text) ? 'node' : 'name', text }));
