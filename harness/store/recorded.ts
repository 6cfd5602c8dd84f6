import type { JournalFold } from '../../agents/protocol/journal-fold.ts';
import type { StepResult } from '../../agents/protocol/step.ts';
import type { Sample } from '../../workloads/kit/sample.ts';
import type { Registry } from '../../workloads/registry.ts';
import { commandBeside } from '../../workloads/registry.ts';

/** Ends of which nothing is counted, whatever was loaded until then. */
const untold: ReadonlySet<StepResult['execution']> = new Set(['cancelled', 'lost-contact']);

/**
 * Which steps of a node loaded its accelerators, and which went on beside others to the end. That these saw no fault counts only
 * where each load lay within one of them, by the journal: begun after it, and ended before.
 */
export class Recorded {
  readonly #beside: string[] = [];
  readonly #loads: string[] = [];

  note(registry: Registry, { step, workload, tool, execution, commands }: StepResult): void {
    if (commandBeside(registry, { workload, tool }) !== undefined) {
      if (execution === 'completed') this.#beside.push(step);
    } else if (
      !untold.has(execution) &&
      commands.some(({ outputs }) => outputs.some(({ output }) => output === 'watch'))
    )
      this.#loads.push(step);
  }

  /** The first step that loaded accelerators while nobody recorded them; `undefined`: there was none. */
  unseen({ started, ended }: JournalFold): string | undefined {
    const begins = new Map([...started].map((step, index) => [step, index]));
    const ends = new Map([...ended.keys()].map((step, index) => [step, index]));
    const isWithin = (step: string, beside: string): boolean =>
      (begins.get(beside) ?? Infinity) < (begins.get(step) ?? -1) &&
      (ends.get(step) ?? Infinity) < (ends.get(beside) ?? -1);
    return this.#loads.find((step) => !this.#beside.some((beside) => isWithin(step, beside)));
  }

  /** What a recorder says in a card's favour is not known where it did not see all loads; what it says against one stands. */
  weigh(samples: readonly Sample[], fold: JournalFold): readonly Sample[] {
    const unseen = this.#beside.length === 0 ? undefined : this.unseen(fold);
    if (unseen === undefined) return samples;
    const own = new Set(this.#beside);
    const invalid = `${unseen} loaded the accelerators while nobody recorded them`;
    return samples.map((sample) =>
      own.has(sample.step) && sample.dimensions['error'] === undefined && sample.invalid === undefined
        ? { ...sample, invalid }
        : sample,
    );
  }
}
