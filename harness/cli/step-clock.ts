import type { PlannedStep } from '../plan/plan.ts';

type Step = Pick<PlannedStep, 'node' | 'step' | 'entry' | 'budgetMs'>;

/** What steps really take, and by that what is left of a plan. Times are milliseconds of one clock. */
export class StepClock {
  readonly #open = new Map<string, Step>();
  readonly #running = new Map<string, { readonly step: Step; readonly sinceMs: number }>();
  /** Of each entry: how many of its steps ended, and what they took together. */
  readonly #took = new Map<string, { count: number; ms: number }>();
  #tookMs = 0;
  #budgetMs = 0;

  expect(steps: readonly Step[]): void {
    for (const step of steps) this.#open.set(keyOf(step), step);
  }

  started(step: Step, nowMs: number): void {
    this.#running.set(keyOf(step), { step, sinceMs: nowMs });
  }

  ended(step: Step, nowMs: number): void {
    const running = this.#running.get(keyOf(step));
    this.#running.delete(keyOf(step));
    this.#open.delete(keyOf(step));
    if (running === undefined) return;
    const ms = nowMs - running.sinceMs;
    const took = this.#took.get(step.entry) ?? { count: 0, ms: 0 };
    this.#took.set(step.entry, { count: took.count + 1, ms: took.ms + ms });
    this.#tookMs += ms;
    this.#budgetMs += step.budgetMs;
  }

  /**
   * What the node with most left has left, when `open` steps are (of a run that is gone on with, not all that were planned):
   * each step as long as those of its entry took, one of an entry that is new by its budget as the others kept to
   * theirs. Absent until a step has ended.
   */
  leftMs(nowMs: number, open: number): number | undefined {
    if (this.#budgetMs === 0 || this.#open.size === 0) return undefined;
    const left = new Map<string, number>();
    for (const [key, step] of this.#open) {
      const took = this.#took.get(step.entry);
      const wanted =
        took === undefined ? step.budgetMs * (this.#tookMs / this.#budgetMs) : took.ms / took.count;
      const spent = nowMs - (this.#running.get(key)?.sinceMs ?? nowMs);
      left.set(step.node, (left.get(step.node) ?? 0) + Math.max(0, wanted - spent));
    }
    return Math.max(...left.values()) * Math.min(1, open / this.#open.size);
  }

  /** The step that has been running for longest. */
  slowest(nowMs: number): { readonly step: Step; readonly ms: number } | undefined {
    const [first] = this.#running.values(); // in the order in which they began
    return first && { step: first.step, ms: nowMs - first.sinceMs };
  }

  get running(): number {
    return this.#running.size;
  }
}

const keyOf = ({ node, step }: Step): string => JSON.stringify([node, step]);
