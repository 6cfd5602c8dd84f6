import type { Noise } from './baseline.ts';

/** How a series varies from night to night, as far as it matters for how often it is accused wrongly. */
export interface NoiseClass {
  readonly name: 'quiet' | 'usual' | 'persistent';
  /**
   * False events of all rules together per 1,000 judged nights of a series, measured on the rules as they are (bench/detector-error-rates.ts;
   * the table in docs/variability.md).
   */
  readonly rate: number;
}

/** No event in 153,600 nights is less than this with 95 % confidence (3 / n). */
const quiet: NoiseClass = { name: 'quiet', rate: 0.02 };
const usual: NoiseClass = { name: 'usual', rate: 0.23 };
const persistent: NoiseClass = { name: 'persistent', rate: 0.7 };

/** Between the standard deviations of the quiet series there (0.4 % in all) and of the others (0.9 %), as a ratio. */
const quietScale = 0.006;
/** Between √((1 + φ) / (1 − φ)) of φ 0.5 and of 0.8: 1.73 and 3. */
const persistentFrom = 2.3;

/** The class of a series by what is known of its noise; whoever varies more than what was tried is in the worst one. */
export function noiseClassOf({ scale, persistence }: Noise): NoiseClass {
  if (persistence > persistentFrom) return persistent;
  return scale <= quietScale ? quiet : usual;
}
