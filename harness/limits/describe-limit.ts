import type { Limit } from '../../workloads/kit/limit.ts';
import type { Ceiling } from './ceiling-of.ts';
import type { Chosen } from './choose-value.ts';
import { kept } from './choose-value.ts';
import type { Origin, Published, Row } from './published.ts';
import { quantities } from './quantities.ts';
import type { Statement } from './statements.ts';

const percent = (share: number): string => share.toFixed(2);

/** Why a limit has its value, in a sentence or two. */
export function describeRule({ why, from: { row } }: Chosen): string {
  const floor = `${row.min} ${row.unit}`;
  const ofSource = row.share === undefined ? '' : `, ${row.share} of what it measured`;
  switch (why.kind) {
    case 'published':
      return `The highest published floor that lies below everything healthy hardware did by the same procedure, ${floor}${ofSource}${
        why.share === undefined
          ? '; nobody publishes a measurement by it.'
          : `: ${percent(why.share)} of the lowest measurement.`
      }${row.tolerance === undefined ? '' : ' The source flags what is faster too; only the floor is kept.'}`;
    case 'derived':
      return `${kept} x ${row.expected} ${row.unit}, rounded down: nobody publishes a floor for this procedure, and more than ${kept} of a baseline is what NVIDIA asks of a cloud on every workload.`;
    case 'shown':
      switch (why.because) {
        case 'low':
          return `${floor}${ofSource} is ${percent(why.share)} of the lowest measurement by the same procedure: below 0.80 a half-broken machine holds it, so it is shown and does not decide.`;
        case 'advisory':
          return `${floor} is an example, or missing it only warns: it is shown and does not decide.`;
        case 'trees':
          return `${floor} of two nodes by whatever algorithm: a tree exceeds the wire, and pairs with dead rails reach it, so it is shown and does not decide.`;
        case 'network':
          return `${floor} across nodes depends on the network between them, of which the class says nothing: it is shown and does not decide.`;
      }
  }
}

/** Why a class has nothing but a ceiling. */
export const ruleOfCeiling =
  'The most that the part can do; more is sparsity, another unit or a broken clock. Nobody publishes a floor, so it does not decide.';

/** Everybody who is behind a limit, each once: who says the value first. */
export function listEvidence(
  statements: readonly Statement[],
  ceiling: Ceiling | undefined,
  isDerived: boolean,
  { sources }: Published,
): Limit['evidence'] {
  const rows = new Set([...statements, ...(ceiling?.from ?? [])].map(({ row }) => row));
  const exemplar = sources['exemplar'];
  return [
    ...[...rows].map((row) => sourceOf(row, sources)),
    ...(isDerived && exemplar !== undefined
      ? [
          {
            ...exemplar,
            locator: `${exemplar.locator}Exemplar_validation.md:13,61`,
            says: 'More than 95 % of the baseline on all workloads.',
          },
        ]
      : []),
  ];
}

function sourceOf(row: Row, sources: Readonly<Record<string, Origin>>): Limit['evidence'][number] {
  const source = sources[row.from];
  if (source === undefined) throw new TypeError(`expected the source \`${row.from}\``);
  return { ...source, locator: `${source.locator}${row.at}`, says: describeRow(row) };
}

/** What a row says, in a line. */
export function describeRow({ quantity, unit, peak, expected, min, note, tolerance }: Row): string {
  const said = [
    ...(peak === undefined ? [] : [`at most ${peak} ${unit}`]),
    ...(expected === undefined ? [] : [`measured ${expected} ${unit}`]),
    ...(min === undefined ? [] : [`floor ${min} ${unit}`]),
    ...(tolerance === undefined ? [] : ['both ways']),
  ];
  return `${quantities[quantity]?.title ?? quantity}: ${said.join(', ')}.${note === undefined ? '' : ` ${note}`}`;
}
