import type { Ceiling } from './ceiling-of.ts';
import type { Reason } from './reasons.ts';
import type { Statement } from './statements.ts';
import { isWithin, keyOf } from './statements.ts';

/** Below this share of what healthy hardware does a value is a slip of ten, below the other one of another unit. */
const slips = { ofTen: 0.15, ofAThousand: 0.005 };
/** Values of one source that differ by less are one run. */
const alike = 0.002;

/** The errors that are known of published tables, each found by a rule. What is found is refused, never corrected. */
export function findSlips(
  statements: readonly Statement[],
  ceilingOf: (statement: Statement, among: readonly Statement[]) => Ceiling | undefined,
): ReadonlyMap<Statement, Reason> {
  const found = new Map<Statement, Reason>();
  const left = (): readonly Statement[] => statements.filter((each) => !found.has(each));
  // In this order: what contradicts itself says nothing about others, and a wrong ceiling nothing about floors.
  const rules: readonly ((
    each: Statement,
    others: readonly Statement[],
    all: readonly Statement[],
  ) => Reason | undefined)[] = [
    contradictsItself,
    (each, _, all) => isLopsided(each, all),
    isSparse,
    isSameRun,
    (each, others) => isBeyond(each, ceilingOf(each, others)?.value),
    (each, others) => isSlip(each, lowestOf(each, others) ?? ceilingOf(each, others)?.value),
    isNotBelow,
  ];
  for (const rule of rules) {
    const among = left();
    const bySubject = Map.groupBy(among, subjectOf);
    for (const each of among) {
      const reason = rule(each, bySubject.get(subjectOf(each)) ?? [], among);
      if (reason !== undefined) found.set(each, reason);
    }
  }
  return found;
}

const subjectOf = ({ class: { id }, quantity }: Statement): string => `${id} ${quantity}`;

const differs = (a: number, b: number, by: number): boolean => Math.abs(a - b) > by * Math.abs(b);

function contradictsItself({ row, factor, peak, expected, min }: Statement): Reason | undefined {
  if (factor === undefined) return 'other-unit';
  const { share, named } = row;
  if (share !== undefined && expected !== undefined && min !== undefined) {
    if (differs(min, share * expected, 0.01)) return 'not-its-own-share';
  }
  if (named !== undefined && row.min !== undefined && differs(row.min, named, 0.01)) return 'named-otherwise';
  if (min !== undefined && expected !== undefined && min > expected) return 'floor-above-expected';
  return isBeyond({ min, expected }, peak);
}

const backwards: Readonly<Record<string, string>> = {
  'host-to-device': 'device-to-host',
  'device-to-host': 'host-to-device',
};

/** Links of hosts are as fast one way as the other: one that a source has at half of the other is a slip of the pen. */
function isLopsided(
  { class: { id }, quantity, row, expected }: Statement,
  all: readonly Statement[],
): Reason | undefined {
  const isSlower = all.some(
    (other) =>
      other.class.id === id &&
      other.quantity === backwards[quantity] &&
      other.row.from === row.from &&
      expected !== undefined &&
      other.expected !== undefined &&
      expected < other.expected / 2,
  );
  return isSlower ? 'lopsided' : undefined;
}

/** A peak twice that of others: matrix units skip half of the products when half of the inputs are zero. */
function isSparse({ peak, where }: Statement, others: readonly Statement[]): Reason | undefined {
  const peaks = others.filter((other) => keyOf(other.where) === keyOf(where)).map((other) => other.peak);
  const least = Math.min(...peaks.filter((each) => each !== undefined));
  return peak !== undefined && peak >= 1.9 * least ? 'sparse-as-dense' : undefined;
}

/** The same source with one setting off, and the result of the run with it on. */
function isSameRun({ row, where, expected }: Statement, others: readonly Statement[]): Reason | undefined {
  const off = Object.keys(where).filter((key) => where[key] === false);
  const isCopy = others.some(
    (other) =>
      other.row.from === row.from &&
      expected !== undefined &&
      other.expected !== undefined &&
      !differs(expected, other.expected, alike) &&
      off.some((key) => keyOf({ ...where, [key]: true }) === keyOf(other.where)),
  );
  return isCopy ? 'same-as-other-setting' : undefined;
}

function isBeyond(
  { min = 0, expected = 0 }: { readonly min?: number | undefined; readonly expected?: number | undefined },
  ceiling: number | undefined,
): Reason | undefined {
  if (ceiling === undefined || ceiling === 0) return undefined;
  const ratio = Math.max(min, expected) / ceiling;
  if (ratio <= 1) return undefined;
  return ratio > 4 && ratio <= 8 ? 'bits-for-bytes' : 'above-ceiling';
}

function isSlip({ min, expected }: Statement, healthy: number | undefined): Reason | undefined {
  const value = min ?? expected;
  if (value === undefined || healthy === undefined || value >= slips.ofTen * healthy) return undefined;
  return value < slips.ofAThousand * healthy ? 'slip-of-a-thousand' : 'slip-of-ten';
}

/** The least that healthy hardware did, whatever the procedure: of the others, as far as they are for the same dimensions. */
function lowestOf(each: Statement, others: readonly Statement[]): number | undefined {
  const healthy = others.flatMap(({ row, where, expected }) =>
    row !== each.row && expected !== undefined && isWithin(where, each.where) ? [expected] : [],
  );
  return healthy.length === 0 ? undefined : Math.min(...healthy);
}

/** A floor that healthy hardware misses, by the same procedure. */
function isNotBelow(each: Statement, others: readonly Statement[]): Reason | undefined {
  const healthy = others.flatMap(({ row, where, expected }) =>
    expected !== undefined && row.by === each.row.by && keyOf(where) === keyOf(each.where) ? [expected] : [],
  );
  return each.min !== undefined && healthy.some((value) => each.min !== undefined && each.min >= value)
    ? 'not-below-healthy'
    : undefined;
}
