import { join } from 'node:path';
import { after } from '../../workloads/kit/after.ts';
import type { HostFacts } from '../../workloads/kit/facts/host-facts.ts';
import { isHeavy } from '../../workloads/kit/workload.ts';
import type { StopReason } from '../exec/run-command.ts';
import type { StepSurroundings } from '../exec/run-step.ts';
import { runStep } from '../exec/run-step.ts';
import type { ToAgent } from '../protocol/messages.ts';
import type { StepRequest } from '../protocol/step.ts';
import { inTurns } from '../protocol/step.ts';
import { writeWhole } from '../protocol/write-whole.ts';
import type { Journal } from './journal.ts';
import type { KeptBatch } from './repair.ts';
import { batchFile } from './repair.ts';
import { makeScratch } from './scratch.ts';
import type { SeatDesk } from './seat-desk.ts';

export type Batch = Extract<ToAgent, { type: 'batch' }>;

export interface BatchSurroundings
  extends Omit<StepSurroundings, 'scratch' | 'facts' | 'launch' | 'registry' | 'path'> {
  readonly findTools: () => Promise<Pick<StepSurroundings, 'registry' | 'path'>>;
  readonly journal: Journal;
  readonly seats: SeatDesk;
  /** Facts that the tools are planned with, should this keeper not have looked itself: those of a step. */
  readonly factsOf: (step: string) => Promise<HostFacts>;
  /** How long a heavy step may go on without hearing from a coordinator (dead-man). */
  readonly leashMs: number;
  /** How long ago a coordinator was heard. */
  readonly silentMs: () => number;
}

/** A leash that is longer than ten of these, or that nobody holds, is looked at no less often. */
const slowestLookMs = 10_000;

/** One batch on its way through its steps, each of them in the journal with its beginning and end. */
export class BatchRun {
  readonly batch: string;
  readonly #around: BatchSurroundings;
  readonly #request: Batch;
  readonly #controller = new AbortController();
  #stopping: StopReason | undefined;
  #isHeavy = false;

  /** With a reason to stop that was there before, the batch begins and ends without a step. */
  constructor(around: BatchSurroundings, request: Batch, stopping: StopReason | undefined) {
    this.batch = request.batch;
    this.#around = around;
    this.#request = request;
    this.#stopping = stopping;
  }

  /** Runs the steps in order. What is thrown leaves the journal without an end, which `repair` gives it. */
  async run(): Promise<void> {
    const cancel = after(this.#request.deadlineMs, () =>
      this.stop({ execution: 'timeout', reason: 'the deadline of the batch has passed' }, true),
    );
    const leash = setInterval(
      () => this.#checkLeash(),
      Math.min(Math.max(50, this.#leashMs / 10), slowestLookMs),
    );
    try {
      await this.#runSteps();
    } finally {
      cancel();
      clearInterval(leash);
    }
  }

  /** No further step begins; `now` also ends the one that runs. The first reason is the one that is written down. */
  stop(reason: StopReason, now: boolean): void {
    this.#stopping ??= reason;
    if (now) this.#controller.abort(this.#stopping);
  }

  async #runSteps(): Promise<void> {
    const { journal, runDirectory, findTools, factsOf } = this.#around;
    const { batch, plan, steps, facts: factsStep, launch } = this.#request;
    const scratch = await makeScratch(runDirectory, this.#request.scratch);
    const kept: KeptBatch = { batch, scratch, steps };
    await writeWhole(join(runDirectory, batchFile), JSON.stringify(kept));
    await journal.append({ type: 'plan', digest: plan });
    await journal.append({ type: 'batch-started', batch, steps: steps.map(({ step }) => step) });
    const [facts, { registry, path }] = [await factsOf(factsStep), await findTools()];
    const around = { ...this.#around, registry, path, scratch, facts, launch };
    for (const turn of inTurns(steps)) {
      this.#isHeavy = turn.some(({ workload, params }) => isHeavy(registry.get(workload)?.workload, params));
      this.#checkLeash();
      if (this.#stopping !== undefined) break;
      for (const { step } of turn) await journal.append({ type: 'step-started', step });
      const ends = await Promise.allSettled(
        turn.map(async (request) => {
          const { step } = request;
          const { result, digest } = await this.#runStep(around, request);
          await journal.append({ type: 'step-ended', step, execution: result.execution, result: digest });
        }),
      );
      const failed = ends.find((end) => end.status === 'rejected');
      if (failed !== undefined) throw failed.reason;
    }
    const ended = this.#stopping ?? { execution: 'completed' as const };
    await journal.append({ type: 'batch-ended', batch, ...ended });
  }

  /** A member of a group that runs beside other steps is launched while it waits; alone it comes with its launch. */
  async #runStep(around: StepSurroundings, request: StepRequest): ReturnType<typeof runStep> {
    const { step, seat, together, budgetMs } = request;
    const { signal } = this.#controller;
    if (together === undefined || seat === undefined || seat.rank === 0)
      return runStep(around, request, signal);
    const { seats } = this.#around;
    const isOver = AbortSignal.any([signal, seats.released(step)]);
    try {
      const launch = await seats.wait(step, budgetMs, signal);
      return await runStep({ ...around, launch }, request, isOver);
    } finally {
      seats.forget(step);
    }
  }

  /**
   * Heavy load is on a leash: with nobody there, the running sample may end, and nothing heavy follows. On the shorter one of a
   * batch it is ended: whoever gives that is all that knows of the cooling.
   */
  #checkLeash(): void {
    if (!this.#isHeavy || this.#around.silentMs() <= this.#leashMs) return;
    const reason = `no contact with the coordinator for ${this.#leashMs / 1000} s`;
    this.stop({ execution: 'lost-contact', reason }, this.#request.leashMs !== undefined);
  }

  /** Nobody has to be there where somebody vouches for it, but for the cooling, which only the coordinator is told of. */
  get #leashMs(): number {
    const { leashMs = Infinity, unattended } = this.#request;
    return Math.min(unattended === true ? Infinity : this.#around.leashMs, leashMs);
  }
}
