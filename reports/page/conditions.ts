import type { VerdictLookup } from '../verdict/verdict-lookup.ts';
import { foldNames } from '../verdict/words/fold-names.ts';
import { formatNodeFact } from '../verdict/words/format-fact.ts';
import { tallyProbed } from '../verdict/words/tally-sentences.ts';
import type { Content, Section, Table, TableCell } from './content.ts';
import { noted, paragraph, plain, wide } from './content.ts';

/** More values than this of one fact say only that it varies. */
const mostValues = 5;

/** One fact over all nodes that were reached. */
interface FactRow {
  readonly group: string;
  readonly name: string;
  /** The nodes that have each value, most frequent first. */
  readonly values: readonly (readonly [value: string, nodes: ReadonlySet<string>])[];
}

/** Under which conditions a block was measured: what differs between its nodes, and what is the same on all. */
export function conditionsSection(lookup: VerdictLookup): Section {
  const reached = lookup.verdict.nodes.filter((node) => node.reached);
  const unreached = lookup.verdict.nodes.length - reached.length;
  const rows = factRows(lookup);
  const isSame = ({ values }: FactRow): boolean =>
    values.length === 1 && values[0]?.[1].size === reached.length;
  // No two nodes share them, as names and serial numbers are.
  const isIndividual = ({ values }: FactRow): boolean =>
    values.length > 1 && values.every(([, nodes]) => nodes.size === 1);
  const same = rows.filter(isSame);
  const individual = rows.filter(isIndividual);
  const different = rows.filter((row) => !isSame(row) && !isIndividual(row));
  return {
    id: 'conditions',
    title: 'Conditions',
    note: 'As the probes found them on the nodes that were reached.',
    content: [
      paragraph(tallyProbed(reached.length, unreached, different.length), 'page'),
      factTable('Facts that differ', different, reached.length),
      {
        kind: 'fold',
        depth: 'page',
        summary: `${same.length} facts are the same on all ${reached.length}`,
        content: [factTable('Facts that are the same on all nodes', same, reached.length)],
      },
      ...individualNote(individual),
    ],
  };
}

const individualNote = (rows: readonly FactRow[]): readonly Content[] =>
  rows.length === 0
    ? []
    : [
        {
          ...paragraph(
            `Different on every node, as names and serial numbers are: ${rows.map(({ group, name }) => `${group} ${name}`).join(', ')}.`,
            'page',
          ),
          isNote: true,
        },
      ];

function factRows({ verdict }: VerdictLookup): readonly FactRow[] {
  const facts = verdict.nodes
    .filter(({ reached }) => reached)
    .flatMap(({ id, facts: all }) => all.map((fact) => ({ id, ...fact })));
  return [...Map.groupBy(facts, ({ group, name }) => JSON.stringify([group, name])).values()].flatMap(
    (members) => {
      const [first] = members;
      if (first === undefined) return [];
      const known = members.find(({ value }) => value !== undefined);
      const values = Map.groupBy(members, (fact) => formatNodeFact(fact).value);
      return [
        {
          group: first.group,
          name: formatNodeFact(known ?? first).name,
          values: [...values]
            .map(([value, owners]) => [value, new Set(owners.map(({ id }) => id))] as const)
            .sort(([, ours], [, theirs]) => theirs.size - ours.size),
        },
      ];
    },
  );
}

const factTable = (label: string, rows: readonly FactRow[], nodes: number): Table => ({
  kind: 'table',
  depth: 'page',
  label,
  columns: [plain('Fact'), wide('Found')],
  rows: rows.map((row) => ({ cells: [noted(row.name, row.group), valuesOf(row, nodes)] })),
});

function valuesOf({ values }: FactRow, all: number): TableCell {
  if (values.length > mostValues) return `${values.length} different values, see the reports of the nodes`;
  return {
    kind: 'lines',
    lines: values.map(([value, nodes], place) => {
      // The most frequent value is that of all others.
      const isPlain = (place === 0 && values.length > 1) || nodes.size === all;
      const names = isPlain ? '' : `: ${foldNames([...nodes])}`;
      return [value, ' ', { kind: 'note', text: `on ${nodes.size} of ${all}${names}` }];
    }),
  };
}
