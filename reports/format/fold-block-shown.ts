import type { Unit } from '../../workloads/kit/unit.ts';
import type { Cell, Verdict } from '../verdict/verdict.ts';
import { cleanText } from '../text/clean-text.ts';
import type { ShownRow } from './fold-shown.ts';
import { foldShown } from './fold-shown.ts';
import { formatLimit } from '../verdict/words/format-limit.ts';
import { formatBeside, formatQuantity } from '../verdict/words/format-quantity.ts';
import { groupBy } from './group-by.ts';
import { formatMargin, worstSample } from './worst-sample.ts';

/** One measured requirement over all subjects that met it, with the run that came nearest to the limit. */
export interface BlockShownRow {
  readonly title: string;
  readonly level: Cell['level'];
  readonly limit: string;
  readonly lowest: string;
  /** Of the subjects' medians. */
  readonly median: string;
  readonly highest: string;
  /** The node or group that made the run nearest to the limit, and at which end it lies; absent when the limit is no bound. */
  readonly nearest: { readonly end: 'lowest' | 'highest'; readonly where: string } | undefined;
  readonly margin: string;
  readonly runs: number;
  readonly passed: number;
  readonly applicable: number;
}

/** Cells that speak for the block: of nodes that conform, or of groups. A survey promises nothing to conform to. */
export function speakingCells({ block, cells, profile }: Verdict): readonly Cell[] {
  const others = new Set(
    block?.nodes
      .filter(({ conclusion }) => profile.id !== 'survey' && conclusion !== 'pass')
      .map(({ id }) => id),
  );
  return cells.filter(({ node, verdict }) => verdict === 'pass' && !others.has(node));
}

/** What was measured on the nodes that conform, required first; facts are another matter (`foldShown`). */
export function foldBlockShown(verdict: Verdict): readonly BlockShownRow[] {
  const measured = speakingCells(verdict).filter(({ observed }) => observed?.kind === 'samples');
  const groups = groupBy(measured, (cell) =>
    JSON.stringify([
      cell.requirement,
      cell.level,
      formatLimit(cell),
      cell.observed?.kind === 'samples' && cell.observed.unit,
    ]),
  );
  const rows = [...groups.values()].flatMap((cells) => foldRow(cells, verdict));
  return [
    ...rows.filter(({ level }) => level === 'required'),
    ...rows.filter(({ level }) => level === 'advisory'),
  ];
}

/** Facts and other findings without numbers of their own, on the nodes that conform. */
export const foldBlockFacts = (verdict: Verdict): readonly ShownRow[] =>
  foldShown(
    verdict,
    speakingCells(verdict).filter(({ observed }) => observed?.kind !== 'samples'),
  );

function foldRow(cells: readonly Cell[], verdict: Verdict): readonly BlockShownRow[] {
  const seen = cells.flatMap((cell) =>
    cell.observed?.kind === 'samples' ? [{ cell, samples: cell.observed }] : [],
  );
  const [first] = seen;
  if (first === undefined) return [];
  const { unit } = first.samples;
  const beside = besideLimit(first.cell, unit);
  const medians = seen.map(({ samples }) => samples.median).sort((left, right) => left - right);
  const samples = seen
    .flatMap(({ cell }) => {
      const sample = worstSample(cell);
      return sample === undefined ? [] : [{ sample, where: cell.node }];
    })
    .sort((left, right) => distance(left.sample) - distance(right.sample));
  const [worst] = samples;
  // Where all have the same number (no wrong results, none), none is the nearest.
  const isTied = samples.length > 1 && samples.every(({ sample }) => sample.value === worst?.sample.value);
  return [
    {
      title: cleanText(first.cell.title),
      level: first.cell.level,
      limit: formatLimit(first.cell),
      lowest: beside(Math.min(...seen.map(({ samples }) => samples.min))),
      median: beside(middleOf(medians)),
      highest: beside(Math.max(...seen.map(({ samples }) => samples.max))),
      nearest:
        worst === undefined || isTied ? undefined : { end: worst.sample.end, where: cleanText(worst.where) },
      margin: formatMargin(worst?.sample.margin),
      runs: seen.reduce((sum, { samples }) => sum + samples.n, 0),
      passed: seen.length,
      applicable: verdict.cells.filter(
        (cell) =>
          cell.requirement === first.cell.requirement &&
          cell.level === first.cell.level &&
          cell.verdict !== 'not-applicable',
      ).length,
    },
  ];
}

/** How far on the good side of the limit, in its unit. */
const distance = ({ value, limit, end }: NonNullable<ReturnType<typeof worstSample>>): number =>
  end === 'lowest' ? value - limit : limit - value;

function besideLimit({ limit }: Cell, unit: Unit): (value: number) => string {
  const expected = limit?.expected;
  return typeof expected === 'object' && !Array.isArray(expected) && expected.unit === unit
    ? (value) => formatBeside(value, expected.value, unit)
    : (value) => formatQuantity(value, unit);
}

function middleOf(sorted: readonly number[]): number {
  const place = (sorted.length - 1) / 2;
  return ((sorted[Math.floor(place)] ?? 0) + (sorted[Math.ceil(place)] ?? 0)) / 2;
}

/** `What was shown on the 30 that conform`. */
export function shownTitle({ block, profile }: Pick<Verdict, 'block' | 'profile'>): string {
  const passed = (block?.nodes ?? []).filter(({ conclusion }) => conclusion === 'pass').length;
  return profile.id === 'survey'
    ? 'What was shown'
    : `What was shown on the ${passed} that ${passed === 1 ? 'conforms' : 'conform'}`;
}
