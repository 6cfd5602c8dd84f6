/** Choices that are the same for the same seed (mulberry32). */
export interface Choices {
  /** 0 ≤ x < 1. */
  readonly next: () => number;
  readonly among: <T>(values: readonly [T, ...T[]]) => T;
  readonly is: (probability: number) => boolean;
  /** A whole number, both ends included. */
  readonly between: (from: number, to: number) => number;
}

export function createChoices(seed: number): Choices {
  let state = seed >>> 0;
  const next = (): number => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
  const between = (from: number, to: number): number => from + Math.floor(next() * (to - from + 1));
  return {
    next,
    between,
    is: (probability) => next() < probability,
    among: (values) => values[between(0, values.length - 1)] ?? values[0],
  };
}
