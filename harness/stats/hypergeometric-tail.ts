interface Draw {
  readonly population: number;
  readonly members: number;
  readonly drawn: number;
  readonly least: number;
}

/** P(X ≥ least) of so many drawn without replacement, of which some are members. */
export function hypergeometricTail({ population, members, drawn, least }: Draw): number {
  let tail = 0;
  for (let k = least; k <= Math.min(members, drawn); k += 1)
    tail += Math.exp(
      logChoose(members, k) + logChoose(population - members, drawn - k) - logChoose(population, drawn),
    );
  return tail;
}

/** Logarithm of the number of ways to take k of n; of none where k is out of range. */
function logChoose(n: number, k: number): number {
  if (k < 0 || k > n) return Number.NEGATIVE_INFINITY;
  let sum = 0;
  for (let each = 1; each <= k; each += 1) sum += Math.log((n - k + each) / each);
  return sum;
}
