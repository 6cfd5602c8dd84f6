import type { Result } from './result.ts';
import type { SourcePlace } from './sample.ts';
import type { ParsedStep, StepOutputs } from './tool.ts';
import type { Metrics, Workload } from './workload.ts';

/** One format of logs that people have: `workloads/<id>/logs/<format>.ts`. It is never run, only read. */
export interface LogFormat<M extends Metrics = Metrics> {
  /** The tool that prints it, which is what its samples are said to come from. */
  readonly id: string;
  /** What it is called by those who have such logs. */
  readonly title: string;
  /** Whether its cases were printed on a machine by the tool itself; else they follow public reports. */
  readonly origin: 'recorded' | 'rebuilt';
  /** What stands in every such log, cut or whole, and in no other. */
  readonly mark: RegExp;
  /**
   * All that one log says, by itself: nobody knows the parameters that it was made with. Never throws. Places are `logLine` and
   * `logPointer`. What it does not say (an algorithm, a transport) is no dimension of its readings.
   */
  readonly read: (text: string) => Result<ParsedStep<M>>;
}

/** Declares a format whose numbers are metrics of `workload`. The workload argument only ties the types together. */
export function defineLog<const M extends Metrics, P>(
  _workload: Workload<M, P>,
  format: LogFormat<M>,
): LogFormat<M> {
  return format;
}

/** A 1-based line of a log. */
export const logLine = (line: number): SourcePlace => ({ command: 'log', output: 'stdout', line });

/** A JSON pointer in a log that is one JSON document. */
export const logPointer = (pointer: string): SourcePlace => ({ command: 'log', output: 'stdout', pointer });

/** A log as the outputs of a step, for readers of both. */
export const asOutputs = (text: string): StepOutputs => ({
  log: { stdout: text, stderr: '', exitCode: 0, artifacts: {}, durationMs: 0 },
});
