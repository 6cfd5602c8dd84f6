import type { Unit } from '../../workloads/kit/unit.ts';
import { listedUnder } from '../verdict/algebra.ts';
import type { Cell } from '../verdict/cell.ts';
import type { Verdict } from '../verdict/verdict.ts';
import type { VerdictLookup } from '../verdict/verdict-lookup.ts';
import { formatLimit } from '../verdict/words/format-limit.ts';
import { formatBeside, formatQuantity } from '../verdict/words/format-quantity.ts';
import { nodeWords } from '../verdict/words/verdict-words.ts';
import type { Content, Row, Section, Table } from './content.ts';
import { noted, number, paragraph, plain, wide } from './content.ts';
import { foldMet, metBy, observedOf, titleOf } from './shown.ts';
import { formatMargin, goodness, worstSample } from './worst-sample.ts';

/** More facts than this that all have in common are folded. */
const mostFacts = 6;

/** What the nodes that conform have shown: beside each limit the lowest and the highest of all readings, and the margin. */
export function blockShownSection(lookup: VerdictLookup): Section {
  const speaking = speakingCells(lookup.verdict);
  const measured = foldMet(speaking.filter(({ observed }) => observed?.kind === 'samples'));
  const facts = foldMet(speaking.filter(({ observed }) => observed?.kind !== 'samples'));
  return {
    id: 'shown',
    title: titleOn(lookup.verdict),
    note: 'Lowest and highest are single readings; the margin is that of the reading nearest to the limit, with who made it. Median: of the medians.',
    content: [
      measured.length === 0
        ? paragraph('Nothing that was measured.')
        : {
            kind: 'table',
            label: 'Measured requirements that are met',
            columns: [
              plain('Requirement'),
              number('Limit'),
              number('Lowest'),
              number('Median'),
              number('Highest'),
              number('Margin'),
            ],
            rows: measured.map((cells) => measuredRow(cells, lookup)),
          },
      ...factContent(facts, lookup),
    ],
  };
}

/** `What was shown on the 30 that conform`. */
function titleOn({ block, profile }: Verdict): string {
  const passed = (block?.nodes ?? []).filter(({ conclusion }) => conclusion === 'pass').length;
  return profile.id === 'survey'
    ? 'What was shown'
    : `What was shown on the ${passed} that ${nodeWords.pass[passed === 1 ? 'one' : 'many']}`;
}

/** Cells that speak for the block: of nodes that conform, or of groups. A survey promises nothing to conform to. */
export function speakingCells({ block, cells, profile }: Verdict): readonly Cell[] {
  const others = new Set(
    block?.nodes
      .filter(({ conclusion }) => profile.id !== 'survey' && conclusion !== 'pass')
      .map(({ id }) => id),
  );
  return cells.filter((cell) => cell.verdict === 'pass' && !others.has(listedUnder(cell)));
}

function measuredRow(cells: readonly [Cell, ...Cell[]], lookup: VerdictLookup): Row {
  const [first] = cells;
  const seen = cells.flatMap(({ observed }) => (observed?.kind === 'samples' ? [observed] : []));
  const beside = besideLimit(first, seen[0]?.unit ?? 'count');
  const samples = cells
    .flatMap((cell) => {
      const sample = worstSample(cell);
      return sample === undefined ? [] : [{ sample, where: listedUnder(cell) }];
    })
    .sort((left, right) => goodness(left.sample) - goodness(right.sample));
  const [worst] = samples;
  // Where all have the same number (no wrong results, none), none is the nearest.
  const isTied = samples.length > 1 && samples.every(({ sample }) => sample.value === worst?.sample.value);
  // A run gives a reading for each size and device.
  const readings = seen.reduce((sum, { n }) => sum + n, 0);
  return {
    cells: [
      noted(titleOf(first), [
        ...[metBy(cells, lookup)].flat(),
        `, ${readings} ${readings === 1 ? 'reading' : 'readings'}`,
        ...(worst === undefined || isTied
          ? []
          : [`, ${worst.sample.end} on `, { kind: 'name' as const, text: worst.where }]),
      ]),
      formatLimit(first),
      beside(seen.reduce((least, { min }) => Math.min(least, min), Infinity)),
      beside(middleOf(seen.map(({ median }) => median))),
      beside(seen.reduce((most, { max }) => Math.max(most, max), -Infinity)),
      formatMargin(worst?.sample.margin),
    ],
  };
}

export function besideLimit({ limit }: Cell, unit: Unit): (value: number) => string {
  const expected = limit?.expected;
  return typeof expected === 'object' && !Array.isArray(expected) && expected.unit === unit
    ? (value) => formatBeside(value, expected.value, unit)
    : (value) => formatQuantity(value, unit);
}

export function middleOf(values: readonly number[]): number {
  const sorted = values.toSorted((left, right) => left - right);
  const place = (sorted.length - 1) / 2;
  return ((sorted[Math.floor(place)] ?? 0) + (sorted[Math.ceil(place)] ?? 0)) / 2;
}

type Met = readonly (readonly [Cell, ...Cell[]])[];

function factContent(facts: Met, lookup: VerdictLookup): readonly Content[] {
  const isWhole = (cells: Met[number]): boolean => cells.length === lookup.applicable(cells[0]);
  const wholly = facts.filter(isWhole);
  if (wholly.length <= mostFacts) return [factTable(facts, lookup)];
  return [
    factTable(
      facts.filter((cells) => !isWhole(cells)),
      lookup,
    ),
    {
      kind: 'fold',
      depth: 'ticket',
      summary: `${wholly.length} requirements without a measurement, met by all that they apply to`,
      content: [factTable(wholly, lookup)],
    },
  ];
}

const factTable = (facts: Met, lookup: VerdictLookup): Table => ({
  kind: 'table',
  depth: 'ticket',
  label: 'Requirements that are met and need no measurement',
  columns: [plain('Without a measurement'), wide('Expected'), plain('Found'), number('Met by')],
  rows: facts.map((cells) => ({
    cells: [titleOf(cells[0]), formatLimit(cells[0]), observedOf(cells), metBy(cells, lookup)],
  })),
});
