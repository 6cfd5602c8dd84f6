/** One metric of one part of a machine, night by night. */
export interface Series {
  readonly id: string;
  /** What it is about: a node, or a device in it. */
  readonly subject: string;
  /** Which series are alike: class of hardware, slot, metric and dimensions. */
  readonly stratum: string;
  readonly better: 'higher' | 'lower';
  /** One for each measured night, oldest first. A night without a measurement has none: nothing is carried forward. */
  readonly nights: readonly Night[];
}

export interface Night {
  /** Days since 1970-01-01 of the date on which the night was planned to start, at the site. */
  readonly night: number;
  /** Median of the night's runs in the metric's unit; positive, or it cannot be held against others as a ratio. */
  readonly value: number;
  /** The state of the machine as far as it matters for this metric: serial numbers, firmware, driver, settings. */
  readonly epoch: string;
}

/** Logarithm of a value, so that differences are ratios, and less is always worse; absent where there is none. */
export function levelOf({ better }: Series, { value }: Night): number | undefined {
  if (!Number.isFinite(value) || value <= 0) return undefined;
  return better === 'higher' ? Math.log(value) : -Math.log(value);
}
