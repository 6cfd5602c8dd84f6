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
  /** What a machine says of itself (a counter, its wear): neither a speed, which other work spoils, nor a result. */
  readonly state?: boolean;
  /** It counts what would have stopped a job, whatever was at work: a soak in which one came has failed. */
  readonly fault?: boolean;
}

/** A metric with the workload that declares it. */
export interface DeclaredMetric extends Metric {
  readonly workload: string;
  /** Whether a step with these parameters can give it; absent: any can. */
  readonly comesFrom?: ((params: Readonly<Record<string, unknown>>) => boolean) | undefined;
}

export type Metrics = Readonly<Record<string, Metric>>;

type Load = 'light' | 'heavy';

type Scope = 'device' | 'rail' | 'node' | 'nvlink-domain' | 'pair' | 'group' | 'fleet';

/** A declaration of what is stressed: its parameters and the metrics that its tools may report. */
export interface Workload<M extends Metrics = Metrics, P = unknown> {
  readonly id: string;
  readonly title: string;
  /** It can depend on the parameters: the same thing in one node and between several. */
  readonly scope: Scope | ((params: P) => Scope);
  /**
   * `heavy` steps draw power and make heat: they are on the dead-man leash (no coordinator for 120 s ends the batch) and count for
   * power domains and cooling. It can depend on the parameters.
   */
  readonly load: Load | ((params: P) => Load);
  readonly params: z.ZodType<P>;
  /** What its steps with these parameters are about: where a node is known to have none of it, nothing is planned or lacking. */
  readonly concerns?: (params: P) => 'accelerators' | undefined;
  /** Whose accelerators alone they are about: a soak of a node that has only others' lacks nothing without them. */
  readonly ofVendor?: (params: P) => string | undefined;
  /**
   * Whether steps with these parameters overwrite whole drives: only those that the inventory names for a node by their serial
   * numbers, which the plan gives them as `serials`.
   */
  readonly destroys?: (params: P) => boolean;
  /** Dimensions of its readings that follow from the parameters and are none of them. */
  readonly gives?: (params: P) => Readonly<Record<string, readonly Dimensions[string][]>>;
  /** Which of its metrics steps with these parameters can give; absent: all. */
  readonly measures?: (params: P) => readonly string[];
  readonly metrics: M;
}

/** Whether several nodes run one step of this workload with these parameters together, so that it needs seats. */
export function isShared<P>({ scope }: Pick<Workload<Metrics, P>, 'scope'>, params: P): boolean {
  const own = typeof scope === 'function' ? scope(params) : scope;
  return own === 'pair' || own === 'group' || own === 'fleet';
}

/** Whether steps of a workload with these parameters are heavy. */
export const isHeavy = <P>(workload: Pick<Workload<Metrics, P>, 'load'> | undefined, params: P): boolean =>
  (typeof workload?.load === 'function' ? workload.load(params) : workload?.load) === 'heavy';

/** Declares a workload. The type parameters keep metric names and units literal for `defineTool`. */
export function defineWorkload<const M extends Metrics, P>(workload: Workload<M, P>): Workload<M, P> {
  return workload;
}
