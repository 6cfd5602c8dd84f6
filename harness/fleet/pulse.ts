import { AssayError } from '../../workloads/kit/assay-error.ts';
import type { Deadlines } from '../transport/deadlines.ts';

/** The leash of heavy steps is counted from the last message, so we speak at least this often. */
const pingMs = 20_000;

/** That a node is silent says nothing about what it is doing: a connection can be lost without a word. */
export function lostWith(node: string, cause: unknown): AssayError {
  const { text, hint } = AssayError.from(cause);
  return new AssayError('AGENT_LOST', text, { node, hint, cause });
}

/** Says to a node that somebody is there, and makes sure that the node is. */
export class Pulse {
  readonly #timer: NodeJS.Timeout;
  /** Pings that the node has not answered yet. */
  #open = 0;
  /** Called when the answer that is being waited for comes. */
  #answered: (() => void) | undefined;

  constructor(options: {
    readonly node: string;
    readonly deadlines: Deadlines;
    readonly ping: () => void;
    /** What has come of the node: while more comes than a sign of life, it is there. */
    readonly heardBytes: () => number;
    readonly onSilence: (cause: AssayError) => void;
  }) {
    const { node, deadlines, ping, heardBytes, onSilence } = options;
    const feel = (): void => {
      this.#open += 1;
      ping();
      if (this.#answered !== undefined) return;
      const answer = new Promise<void>((resolve) => {
        this.#answered = resolve;
      });
      deadlines.within('pong', answer, { node, bytes: heardBytes }).catch((cause: unknown) => {
        onSilence(lostWith(node, cause));
      });
    };
    this.#timer = setInterval(feel, Math.min(pingMs, deadlines.msOf('pong') / 3));
  }

  /** More than one sign of life is missing: that is a connection that was lost, not a node that has no answer. */
  get isMissed(): boolean {
    return this.#open > 1;
  }

  /** The node has answered; false when nobody had asked. */
  pong(): boolean {
    this.#open -= 1;
    this.#answered?.();
    this.#answered = undefined;
    return this.#open >= 0;
  }

  stop(): void {
    clearInterval(this.#timer);
    this.#answered?.();
  }
}
