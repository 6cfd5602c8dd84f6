import { studentTQuantile } from './student-t-quantile.ts';

/** A ratio of two means with its two-sided confidence interval. */
export interface RatioInterval {
  readonly ratio: number;
  readonly lower: number;
  readonly upper: number;
}

/**
 * The interval of mean(numerator) / mean(denominator) for two independent samples by Fieller's theorem
 * (Fieller 1954, J. R. Stat. Soc. B 16:175): all ρ with (x̄ − ρȳ)² ≤ t²(s²x/n + ρ²s²y/m). Degrees of freedom
 * by Welch–Satterthwaite at the estimated ratio, unless they are given. Assumes roughly normal means.
 * Refuses fewer than 2 values on a side, values ≤ 0 (a ratio of measurements has none), and a denominator
 * that is not distinguishable from zero: then the interval is unbounded and there is nothing to print.
 */
export function fiellerRatioInterval(
  numerator: readonly number[],
  denominator: readonly number[],
  confidence: number,
  degreesOfFreedom?: number,
): RatioInterval {
  if (!(confidence > 0 && confidence < 1))
    throw new RangeError(`expected a confidence in (0, 1), got ${confidence}`);
  const x = meanAndSquaredError(numerator);
  const y = meanAndSquaredError(denominator);
  const ratio = x.mean / y.mean;
  const spread = [x.squaredError, ratio ** 2 * y.squaredError] as const;
  const total = spread[0] + spread[1];
  if (total === 0) return { ratio, lower: ratio, upper: ratio };
  const freedom =
    degreesOfFreedom ??
    total ** 2 / (spread[0] ** 2 / (numerator.length - 1) + spread[1] ** 2 / (denominator.length - 1));
  const t = studentTQuantile((1 + confidence) / 2, freedom);
  const g = (t ** 2 * y.squaredError) / y.mean ** 2;
  if (g >= 1)
    throw new RangeError('expected a denominator clearly above zero: its spread leaves the ratio unbounded');
  const half = (t / y.mean) * Math.sqrt(total - g * x.squaredError);
  return { ratio, lower: (ratio - half) / (1 - g), upper: (ratio + half) / (1 - g) };
}

function meanAndSquaredError(values: readonly number[]): { mean: number; squaredError: number } {
  if (values.length < 2) throw new RangeError(`expected at least 2 values for a ratio, got ${values.length}`);
  const bad = values.find((value) => !(Number.isFinite(value) && value > 0));
  if (bad !== undefined) throw new RangeError(`expected finite values above 0 for a ratio, got ${bad}`);
  const mean = values.reduce((sum, value) => sum + value / values.length, 0);
  const variance = values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / (values.length - 1);
  return { mean, squaredError: variance / values.length };
}
