/**
 * Least mean time between failures that `exposure` (in any unit) with so many failures shows, at `confidence`, one-sided, for
 * failures that come at a constant rate: 2T / χ²(2k + 2). The observation ends by the clock, not with a failure (Epstein, Estimation
 * from life test data, Technometrics 2 (1960) 447–454). 0 failures at 90 %: T / 2.303.
 */
export function meanTimeBound(exposure: number, failures: number, confidence: number): number {
  if (!(exposure >= 0 && Number.isFinite(exposure)))
    throw new RangeError(`expected an exposure of 0 or more, got ${exposure}`);
  return (2 * exposure) / evenChiSquareQuantile(confidence, failures + 1);
}

/**
 * The quantile of χ² with 2m degrees of freedom, by bisection: P(χ² ≤ x) = 1 − e^(−x/2) Σ (x/2)^i / i! over i < m (Abramowitz and
 * Stegun, Handbook of Mathematical Functions, 26.4.21). Relative error below 1e-9 for m ≤ 5,000.
 */
export function evenChiSquareQuantile(probability: number, m: number): number {
  if (!(probability > 0 && probability < 1))
    throw new RangeError(`expected a probability in (0, 1), got ${probability}`);
  if (!Number.isInteger(m) || m < 1)
    throw new RangeError(`expected half the degrees of freedom, a whole number of 1 or more, got ${m}`);
  let [low, high] = [0, 2];
  while (above(high / 2, m) > 1 - probability) [low, high] = [high, high * 2];
  for (let step = 0; step < 200 && high - low > 1e-12 * high; step += 1) {
    const middle = (low + high) / 2;
    if (above(middle / 2, m) > 1 - probability) low = middle;
    else high = middle;
  }
  return (low + high) / 2;
}

/** P(χ² with 2m degrees of freedom > 2h): of fewer than m events where h are expected. */
function above(h: number, m: number): number {
  // In logarithms: e^−h alone is 0 from h = 745 on.
  let [sum, term] = [0, -h];
  for (let i = 0; i < m; i += 1) {
    sum += Math.exp(term);
    term += Math.log(h / (i + 1));
  }
  return sum;
}
