import { createChoices } from './openssh/random.ts';

/** Draws that are the same for the same seed. */
export interface Noise {
  /** 0 ≤ x < 1. */
  readonly uniform: () => number;
  /** Standard normal, by Box and Muller. */
  readonly normal: () => number;
  /** Student's t with 3 degrees of freedom: median 0, variance 3. */
  readonly heavy: () => number;
  /** 70 % in a fast mode at 0.6, 30 % in a slow one at −3: centred on its median (found numerically), standard deviation 1.677. */
  readonly bimodal: () => number;
}

export function createNoise(seed: number): Noise {
  const { next: uniform } = createChoices(seed);
  const normal = (): number => Math.sqrt(-2 * Math.log(1 - uniform())) * Math.cos(2 * Math.PI * uniform());
  return {
    uniform,
    normal,
    heavy: () => {
      const square = normal() ** 2 + normal() ** 2 + normal() ** 2;
      return normal() / Math.sqrt(square / 3);
    },
    bimodal: () => (uniform() < 0.7 ? 0.6 + 0.3 * normal() : -3 + 0.3 * normal()) - 0.430215,
  };
}
