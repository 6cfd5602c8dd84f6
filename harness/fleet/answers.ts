import type { FromAgent } from '../../agents/protocol/messages.ts';

interface Waiter {
  readonly type: FromAgent['type'];
  readonly resolve: (message: FromAgent) => void;
  readonly reject: (cause: unknown) => void;
}

/** The answers of a node that somebody waits for. */
export class Answers {
  readonly #waiters = new Set<Waiter>();
  #failure: Error | undefined;

  /** The next message of a type; rejected when the session has failed, or does before that. */
  next(type: FromAgent['type']): Promise<FromAgent> {
    if (this.#failure !== undefined) return Promise.reject(this.#failure);
    return new Promise((resolve, reject) => this.#waiters.add({ type, resolve, reject }));
  }

  /** Gives a message to whoever waits for it; false when nobody does. */
  take(message: FromAgent): boolean {
    const waiting = [...this.#waiters].filter(({ type }) => type === message.type);
    for (const waiter of waiting) {
      waiter.resolve(message);
      this.#waiters.delete(waiter);
    }
    return waiting.length > 0;
  }

  /** Nothing more comes. */
  fail(cause: Error): void {
    this.#failure = cause;
    for (const { reject } of this.#waiters) reject(cause);
    this.#waiters.clear();
  }
}
