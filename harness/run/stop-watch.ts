import { AssayError } from '../../workloads/kit/assay-error.ts';
import type { RunDirectory } from '../store/run-directory.ts';
import { countStops } from '../store/stops.ts';
import type { MeasureOptions } from './measure-options.ts';

/** Tells whether an operator has stopped a run since it was begun here: who stops one notes it there first. */
export class StopWatch {
  readonly #run: RunDirectory;
  readonly #options: Pick<MeasureOptions, 'evidence' | 'now'>;
  readonly #before: number;

  private constructor(run: RunDirectory, options: Pick<MeasureOptions, 'evidence' | 'now'>, before: number) {
    this.#run = run;
    this.#options = options;
    this.#before = before;
  }

  static async start(
    run: RunDirectory,
    options: Pick<MeasureOptions, 'evidence' | 'now'>,
  ): Promise<StopWatch> {
    return new StopWatch(run, options, await countStops(run));
  }

  /**
   * What it means that a node ended its batch as cancelled. When the run was stopped from here it is over for now; when
   * nobody did, it is that node's own affair, and the others go on.
   */
  async explain(node: string, reason = 'no reason given'): Promise<AssayError> {
    const hint = `Continue with: assay resume ${this.#run.called}`;
    if ((await countStops(this.#run)) > this.#before) {
      await this.#options.evidence.decide(this.#options.now, { type: 'stopped' });
      return new AssayError('INTERRUPTED', 'the run was stopped by the operator', { hint });
    }
    const said = reason.slice(0, 300);
    return new AssayError('NODE_STOPPED', `${node} says: what it was given was cancelled: ${said}`, { hint });
  }
}
