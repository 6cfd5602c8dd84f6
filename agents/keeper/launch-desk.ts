import type { LaunchAnswer } from '../../workloads/kit/seat.ts';
import type { Link } from './link.ts';

/** Launches that a leader's launcher waits for, by the number under which the coordinator was asked. */
export class LaunchDesk {
  readonly #waiting = new Map<number, (answer: LaunchAnswer) => void>();
  #count = 0;

  /** Only the coordinator can reach another node. With nobody there the launcher is told so, and does not wait. */
  async ask(
    coordinator: Link | undefined,
    step: string,
    words: readonly string[],
    signal: AbortSignal,
  ): Promise<LaunchAnswer> {
    if (coordinator === undefined) return { exitCode: 1, text: 'no coordinator is there to launch anything' };
    const id = this.#count;
    this.#count += 1;
    const { promise, resolve } = Promise.withResolvers<LaunchAnswer>();
    this.#waiting.set(id, resolve);
    const onGone = (): void => resolve({ exitCode: 1, text: 'the launcher has gone' });
    signal.addEventListener('abort', onGone, { once: true });
    try {
      await coordinator.send({ type: 'launch', id, step, words: [...words] });
      return await promise;
    } finally {
      signal.removeEventListener('abort', onGone);
      this.#waiting.delete(id);
    }
  }

  /** The coordinator's answer; one that nobody waits for any more is dropped. */
  answer(id: number, answer: LaunchAnswer): void {
    this.#waiting.get(id)?.(answer);
  }
}
