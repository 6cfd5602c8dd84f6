import type * as z from 'zod';
import type { Dimensions } from './sample.ts';
import type { Unit } from './unit.ts';

/**
 * The best that any machine can give, in the metric's unit, by the dimensions of a reading; and why. What is better was not measured.
 */
export interface Bound {
  readonly best: (dimensions: Dimensions) => number;
  readonly why: string;
}

/** What a metric is: its base unit, which direction is good, and which of its values can exist at all. */
export interface Metric<U extends Unit = Unit> {
  readonly unit: U;
  readonly better: 'higher' | 'lower';
  /** `positive`: > 0; `nonNegative`: ≥ 0; `count`: an integer ≥ 0. A value outside is an unreadable output. */
  readonly domain: 'positive' | 'nonNegative' | 'count';
  readonly title: string;
  /** Every metric has one but those of correctness. */
  readonly bound?: Bound;
  /** A correctness metric counts wrong results; when it fails, the speed cells of its step are `invalid`. */
  readonly correctness?: boolean;
}

/** A metric with the workload that declares it. */
export interface DeclaredMetric extends Metric {
  readonly workload: string;
}

export type Metrics = Readonly<Record<string, Metric>>;

/** A declaration of what is stressed: its parameters and the metrics that its tools may report. */
export interface Workload<M extends Metrics = Metrics, P = unknown> {
  readonly id: string;
  readonly title: string;
  readonly scope: 'device' | 'rail' | 'node' | 'nvlink-domain' | 'pair' | 'group' | 'fleet';
  /** `heavy` steps are on the dead-man leash: no coordinator for 120 s ends the batch. */
  readonly load: 'light' | 'heavy';
  readonly params: z.ZodType<P>;
  /** Dimensions of its readings that follow from the parameters and are none of them. */
  readonly gives?: (params: P) => Readonly<Record<string, readonly Dimensions[string][]>>;
  readonly metrics: M;
}

/** Whether several nodes run one step of this workload together, so that it needs seats. */
export const isShared = ({ scope }: Pick<Workload, 'scope'>): boolean =>
  scope === 'pair' || scope === 'group' || scope === 'fleet';

/** Declares a workload. The type parameters keep metric names and units literal for `defineTool`. */
export function defineWorkload<const M extends Metrics, P>(workload: Workload<M, P>): Workload<M, P> {
  return workload;
}
