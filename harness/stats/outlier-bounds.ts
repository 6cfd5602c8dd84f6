/**
 * How far the worst of n equal machines lies from their median on the bad side, in robust standard deviations (0.6745·(x − median)/MAD):
 * exceeded in 1 % and in 0.1 % of healthy groups, measured by `node bench/outlier-bounds.ts 4000000` (2026-11-30, normal values, largest
 * standard error 2 % of a bound). With one fixed bound of 3.5 a tenth to a third of all healthy groups would have an outlier.
 */
const bounds = [
  { n: 8, oneInHundred: 6.66, oneInThousand: 12.51 },
  { n: 10, oneInHundred: 5.97, oneInThousand: 10.36 },
  { n: 12, oneInHundred: 5.51, oneInThousand: 8.7 },
  { n: 16, oneInHundred: 5.01, oneInThousand: 7.45 },
  { n: 24, oneInHundred: 4.52, oneInThousand: 6.09 },
  { n: 32, oneInHundred: 4.36, oneInThousand: 5.61 },
  { n: 48, oneInHundred: 4.2, oneInThousand: 5.41 },
  { n: 64, oneInHundred: 4.2, oneInThousand: 5.2 },
  { n: 128, oneInHundred: 4.1, oneInThousand: 4.94 },
  { n: 256, oneInHundred: 4.09, oneInThousand: 4.71 },
  { n: 512, oneInHundred: 4.2, oneInThousand: 4.73 },
  { n: 1024, oneInHundred: 4.28, oneInThousand: 4.79 },
] as const;

/** Smaller groups tell nothing: their own median moves with the one that is looked for. */
export const leastOfGroup = 8;

/**
 * The bound for a group of n where so many groups are looked at: 1 % of one group, 0.1 % of each of several, so that of ten together
 * 1 % have one by chance. Between two sizes of the table, and beyond it, the larger of the neighbours holds.
 */
export function outlierBound(n: number, groups: number): number {
  if (!(n >= leastOfGroup)) throw new RangeError(`expected a group of ${leastOfGroup} at least, got ${n}`);
  const above = bounds.findIndex((row) => row.n >= n);
  const from = above === -1 ? bounds.length - 1 : bounds[above]?.n === n ? above : above - 1;
  const near = bounds.slice(from, above === -1 ? undefined : above + 1);
  return Math.max(...near.map((row) => (groups === 1 ? row.oneInHundred : row.oneInThousand)));
}
