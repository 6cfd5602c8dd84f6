import type { Measurement } from './measurement.ts';

/** At most so many values of a measurement stand in a verdict. */
export const mostSpread = 20;

type Reading = Measurement['readings'][number];

/**
 * What a verdict keeps of all readings of a measurement, which are in the samples of their node: how they are spread, and
 * where the lowest, the middle and the highest stand in the raw output.
 */
export function keepReadings(all: readonly Reading[]): Pick<Measurement, 'spread' | 'readings'> {
  const sorted = all.toSorted((a, b) => a.value - b.value);
  const last = sorted.length - 1;
  const spread =
    sorted.length <= mostSpread
      ? sorted
      : Array.from({ length: mostSpread }, (_, place) =>
          Math.round((place * last) / (mostSpread - 1)),
        ).flatMap((place) => sorted[place] ?? []);
  const told = [0, Math.floor(last / 2), last].flatMap((place) => sorted[place] ?? []);
  return {
    spread: spread.map(({ value }) => value),
    readings: told
      .filter(({ value }, place) => value !== told[place - 1]?.value)
      .map(({ step, value, at }) => ({ step, value, at: [...at] })),
  };
}
