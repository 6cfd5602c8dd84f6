import type { JournalRecord } from '../../agents/protocol/journal-record.ts';
import type { PlannedStep } from '../plan/plan.ts';
import type { MeasureEvents } from './measure-options.ts';

/** Tells a person how far a run is: journal records of all nodes as steps done. What several do counts once. */
export class StepCounter {
  readonly #events: Pick<MeasureEvents, 'onStepStarted' | 'onStepEnded'>;
  readonly #steps = new Map<string, PlannedStep>();
  #done = 0;

  constructor(events: Pick<MeasureEvents, 'onStepStarted' | 'onStepEnded'>) {
    this.#events = events;
  }

  /** Steps that are due: they are going to be run, or have ended already. */
  expect(steps: readonly PlannedStep[], hasEnded: (step: PlannedStep) => boolean): void {
    for (const step of steps) {
      if ((step.seat?.rank ?? 0) > 0) continue;
      this.#steps.set(keyOf(step.node, step.step), step);
      if (hasEnded(step)) this.#done += 1;
    }
  }

  readonly onRecord = (node: string, record: JournalRecord): void => {
    if (record.type !== 'step-started' && record.type !== 'step-ended') return;
    const step = this.#steps.get(keyOf(node, record.step));
    if (step === undefined) return;
    if (record.type === 'step-started') this.#events.onStepStarted(step, this.#done, this.#steps.size);
    else this.#events.onStepEnded(step, record.execution, (this.#done += 1), this.#steps.size);
  };
}

const keyOf = (node: string, step: string): string => JSON.stringify([node, step]);
