import { after } from '../../workloads/kit/after.ts';
import { AssayError } from '../../workloads/kit/assay-error.ts';

/**
 * Everything that a node is waited for, and the seconds in which it must answer, or show progress where that is counted
 * in bytes. For a step they come on top of its budget. There is no other wait for a node that answers.
 */
export const questions = {
  /** The shell looks around and hashes the agent, once per boot also the runtime (127 MB). */
  answer: { seconds: 60, expected: "an answer from the node's shell" },
  push: { seconds: 120, expected: 'the agent to be received' },
  runtime: { seconds: 60, expected: 'to hear whether the runtime is there' },
  'runtime-push': { seconds: 120, expected: 'the runtime to be received' },
  'toolpack-push': { seconds: 120, expected: 'the tool pack to be received' },
  clean: { seconds: 60, expected: 'the cache to be removed' },
  /** A keeper starts in well under a second. */
  welcome: { seconds: 60, expected: "the agent's greeting" },
  journal: { seconds: 60, expected: 'the rest of the journal' },
  /** No probe takes more than 50 s, and all are made at once. */
  facts: { seconds: 60, expected: 'the facts' },
  fetch: { seconds: 60, expected: 'a file of evidence' },
  step: { seconds: 60, expected: 'the next step to begin or end' },
  finish: { seconds: 60, expected: 'the run to be removed' },
  pong: { seconds: 60, expected: 'a sign of life' },
  stop: { seconds: 10, expected: 'the node to stop' },
} as const satisfies Readonly<Record<string, { readonly seconds: number; readonly expected: string }>>;
export type Question = keyof typeof questions;

/** Less than this in one deadline is no progress: a link of a kilobyte a second brings nothing to an end. */
const leastBytes = 64 * 1024;

/** Before each try to reach a node again whose connection was lost: together less than any leash, whatever the patience. */
const pauses = [0.5, 2, 5, 10, 15] as const;

/** How a wait is told and measured. */
export interface Waiting {
  readonly node: string;
  /** What a step may take by itself. */
  readonly budgetMs?: number | undefined;
  /** Bytes that have come or gone so far: as long as enough of them do, the deadline begins anew. */
  readonly bytes?: (() => number) | undefined;
}

/** How long nodes are waited for. A factor stretches all deadlines for slow links, or shortens them for tests. */
export class Deadlines {
  readonly #factor: number;

  constructor(factor: number) {
    this.#factor = factor;
  }

  get pausesMs(): readonly number[] {
    return pauses.map((seconds) => seconds * 1000 * Math.min(1, this.#factor));
  }

  msOf(question: Question, budgetMs = 0): number {
    return budgetMs + questions[question].seconds * 1000 * this.#factor;
  }

  /** For whoever wants to be gone: an answer is waited for no longer than for a stop. */
  get hurried(): Deadlines {
    return new Deadlines((this.#factor * questions.stop.seconds) / questions.answer.seconds);
  }

  /** The answer of a node. Throws NODE_SILENT when it has not come in time; whoever asked then lets go of the node. */
  async within<T>(question: Question, answer: Promise<T>, waiting: Waiting): Promise<T> {
    const { promise: late, reject } = Promise.withResolvers<never>();
    const { node, budgetMs, bytes = () => 0 } = waiting;
    let seen = bytes();
    let cancel = (): void => undefined;
    const look = (): void => {
      cancel = after(this.msOf(question, budgetMs), () => {
        const now = bytes();
        if (now - seen < leastBytes) return reject(this.late(question, node, budgetMs));
        seen = now;
        look();
      });
    };
    look();
    try {
      return await Promise.race([answer, late]);
    } finally {
      cancel();
    }
  }

  late(question: Question, node: string, budgetMs = 0): AssayError {
    const seconds = Math.round(this.msOf(question, budgetMs) / 100) / 10;
    return new AssayError(
      'NODE_SILENT',
      `expected ${questions[question].expected} within ${seconds} s, found nothing`,
      {
        node,
        hint: 'Look at the load of the machine and its link; a slow one gets more time with ASSAY_PATIENCE=3.',
      },
    );
  }
}
