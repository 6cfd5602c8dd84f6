/** What the windows of a soak gave of one measurement. */
export interface SoakSeries {
  /** In the order of windows, which are counted from 1. */
  readonly readings: readonly { readonly window: number; readonly value: number }[];
  /** The cells that hold each of these readings against their limit; none where the readings cannot be used. */
  readonly cells: readonly string[];
}
