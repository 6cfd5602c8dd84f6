import { after } from '../../workloads/kit/after.ts';
import type { Launch } from '../../workloads/kit/seat.ts';
import type { StopReason } from '../exec/run-command.ts';
import { leaderEnded } from '../protocol/step.ts';

interface Waiting {
  readonly launched: PromiseWithResolvers<Launch | undefined>;
  readonly released: AbortController;
}

/** What members of groups wait for in the middle of a batch: their launch, or word that their leader has ended. */
export class SeatDesk {
  readonly #seats = new Map<string, Waiting>();

  launch(step: string, launch: Launch): void {
    this.#of(step).launched.resolve(launch);
  }

  /** Nobody goes on after the leader. */
  release(step: string): void {
    const { launched, released } = this.#of(step);
    launched.resolve(undefined);
    released.abort({ execution: 'cancelled', reason: leaderEnded } satisfies StopReason);
  }

  /** Aborted when the leader of a step has ended. */
  released(step: string): AbortSignal {
    return this.#of(step).released.signal;
  }

  /** The launch of a step; `undefined` when it is not launched within its budget, or before `signal` is aborted. */
  async wait(step: string, budgetMs: number, signal: AbortSignal): Promise<Launch | undefined> {
    const { launched } = this.#of(step);
    const giveUp = (): void => launched.resolve(undefined);
    const cancel = after(budgetMs, giveUp);
    signal.addEventListener('abort', giveUp, { once: true });
    if (signal.aborted) giveUp();
    try {
      return await launched.promise;
    } finally {
      cancel();
      signal.removeEventListener('abort', giveUp);
    }
  }

  /** The step has ended. */
  forget(step: string): void {
    this.#seats.delete(step);
  }

  #of(step: string): Waiting {
    const known = this.#seats.get(step);
    if (known !== undefined) return known;
    const waiting = {
      launched: Promise.withResolvers<Launch | undefined>(),
      released: new AbortController(),
    };
    this.#seats.set(step, waiting);
    return waiting;
  }
}
