/** Wall-clock time is for people; durations come from the monotonic clock. */
export interface Clock {
  readonly now: () => Date;
  readonly monotonicMs: () => number;
}

export const systemClock: Clock = { now: () => new Date(), monotonicMs: () => performance.now() };
