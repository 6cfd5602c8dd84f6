import { join } from 'node:path';
import type { HostFacts } from '../../workloads/kit/facts/host-facts.ts';
import type { StopReason } from '../exec/run-command.ts';
import type { StepSurroundings } from '../exec/run-step.ts';
import { runStep } from '../exec/run-step.ts';
import type { ToAgent } from '../protocol/messages.ts';
import { writeWhole } from '../protocol/write-whole.ts';
import type { Journal } from './journal.ts';
import type { KeptBatch } from './repair.ts';
import { batchFile } from './repair.ts';
import { makeScratch } from './scratch.ts';

export type Batch = Extract<ToAgent, { type: 'batch' }>;

export interface BatchSurroundings
  extends Omit<StepSurroundings, 'scratch' | 'facts' | 'launch' | 'registry' | 'path'> {
  readonly findTools: () => Promise<Pick<StepSurroundings, 'registry' | 'path'>>;
  readonly journal: Journal;
  /** Facts that the tools are planned with, should this keeper not have looked itself: those of a step. */
  readonly factsOf: (step: string) => Promise<HostFacts>;
  /** How long a heavy step may go on without hearing from a coordinator (dead-man). */
  readonly leashMs: number;
  /** How long ago a coordinator was heard. */
  readonly silentMs: () => number;
}

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
    const deadline = setTimeout(
      () => this.stop({ execution: 'timeout', reason: 'the deadline of the batch has passed' }, true),
      this.#request.deadlineMs,
    );
    const leash = setInterval(() => this.#checkLeash(), Math.max(50, this.#around.leashMs / 10));
    try {
      await this.#runSteps();
    } finally {
      clearTimeout(deadline);
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
    for (const request of steps) {
      this.#isHeavy = registry.get(request.workload)?.workload.load === 'heavy';
      this.#checkLeash();
      if (this.#stopping !== undefined) break;
      const { step } = request;
      await journal.append({ type: 'step-started', step });
      const around = { ...this.#around, registry, path, scratch, facts, launch };
      const { result, digest } = await runStep(around, request, this.#controller.signal);
      await journal.append({ type: 'step-ended', step, execution: result.execution, result: digest });
    }
    const ended = this.#stopping ?? { execution: 'completed' as const };
    await journal.append({ type: 'batch-ended', batch, ...ended });
  }

  /** Heavy load is on a leash: with nobody there, the running sample may end, and nothing heavy follows. */
  #checkLeash(): void {
    const { leashMs, silentMs } = this.#around;
    if (!this.#isHeavy || silentMs() <= leashMs) return;
    const reason = `no contact with the coordinator for ${leashMs / 1000} s`;
    this.stop({ execution: 'lost-contact', reason }, false);
  }
}
