/** How far a night has to be off what is usual, at least: in standard deviations of the nights before, and as a share. */
export interface NightBound {
  readonly deviation: number;
  readonly change: number;
}

/** One night alone says it. */
export const extremeNight: NightBound = { deviation: -6, change: -0.08 };
/** Two nights say it together; one alone leaves it open. */
export const offNight: NightBound = { deviation: -3.5, change: -0.03 };

/** Whether a night is further off than a bound. */
export const isBeyond = ({ deviation, change }: NightBound, bound: NightBound): boolean =>
  deviation < bound.deviation && change <= bound.change;
