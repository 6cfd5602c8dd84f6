/**
 * Probability that at least one of so many cells is not decided by so many runs, of which each holds with probability `holds`: of
 * one cell at most `allowed` runs miss, or at most `allowed` hold, else it is open; 1 − (P(misses ≤ a) + P(hits ≤ a))ⁿ for n cells.
 * Runs are independent here, as the cells of a node are, which have some of their noise in common: so it is the most.
 */
export function shareUndecided(
  holds: number,
  { runs, allowed, cells }: { readonly runs: number; readonly allowed: number; readonly cells: number },
): number {
  if (!(holds > 0 && holds < 1)) throw new RangeError(`expected a probability in (0, 1), got ${holds}`);
  const decided = atMost(allowed, runs, 1 - holds) + atMost(allowed, runs, holds);
  return 1 - Math.min(1, decided) ** cells;
}

/** Probability of at most k events among n, each with probability p. */
function atMost(k: number, n: number, p: number): number {
  let term = (1 - p) ** n;
  let sum = 0;
  for (let events = 0; events <= k; events += 1) {
    sum += term;
    term *= ((n - events) / (events + 1)) * (p / (1 - p));
  }
  return sum;
}
