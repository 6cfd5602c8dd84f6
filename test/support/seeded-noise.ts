import { createChoices } from './openssh/random.ts';

/** Draws that are the same for the same seed. */
export interface Noise {
  /** 0 ≤ x < 1. */
  readonly uniform: () => number;
  /** Standard normal, by Box and Muller. */
  readonly normal: () => number;
}

export function createNoise(seed: number): Noise {
  const { next: uniform } = createChoices(seed);
  return {
    uniform,
    normal: () => Math.sqrt(-2 * Math.log(1 - uniform())) * Math.cos(2 * Math.PI * uniform()),
  };
}
