import { join } from 'node:path';
import { after } from '../../workloads/kit/after.ts';
import type { HostFacts } from '../../workloads/kit/facts/host-facts.ts';
import { isHeavy } from '../../workloads/kit/workload.ts';
import type { Registry } from '../../workloads/registry.ts';
import { commandBeside } from '../../workloads/registry.ts';
import { hasPrinted } from '../exec/has-printed.ts';
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

/** A step that goes on beside others until it is told to end. */
interface Beside {
  readonly ended: Promise<void>;
  readonly told: AbortController;
}

/** What goes on beside others has to be ready by then: built, and with its libraries open. */
const readyMs = 60_000;
const besideOthers: StopReason = {
  execution: 'completed',
  reason: 'the steps that it went beside have ended',
};

/** Waits for all, and throws what the first of them throws. */
async function allOf(running: readonly Promise<void>[]): Promise<void> {
  const failed = (await Promise.allSettled(running)).find((end) => end.status === 'rejected');
  if (failed !== undefined) throw failed.reason;
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
    const ofBatch: Beside[] = [];
    try {
      for (const turn of inTurns(steps)) {
        if (!(await this.#mayBegin(registry, turn))) break;
        const isBeside = (request: StepRequest): boolean => commandBeside(registry, request) !== undefined;
        const beside: Beside[] = [];
        for (const request of turn.filter(isBeside)) beside.push(await this.#goBeside(around, request));
        const others = turn.filter((request) => !isBeside(request));
        try {
          await allOf(others.map((request) => this.#runOne(around, request)));
        } finally {
          // Without a window it goes on beside all turns that follow.
          if (others.length === 0) ofBatch.push(...beside);
          else await this.#release(beside);
        }
      }
    } finally {
      await this.#release(ofBatch);
    }
    const ended = this.#stopping ?? { execution: 'completed' as const };
    await journal.append({ type: 'batch-ended', batch, ...ended });
  }

  /** Whether the next turn may begin, which is written down. */
  async #mayBegin(registry: Registry, turn: readonly StepRequest[]): Promise<boolean> {
    this.#isHeavy = turn.some(({ workload, params }) => isHeavy(registry.get(workload)?.workload, params));
    this.#checkLeash();
    if (this.#stopping !== undefined) return false;
    for (const { step } of turn) await this.#around.journal.append({ type: 'step-started', step });
    return true;
  }

  /** Runs a step to its end, which it writes down. */
  async #runOne(around: StepSurroundings, request: StepRequest, told?: AbortSignal): Promise<void> {
    const { result, digest } = await this.#runStep(around, request, told);
    const { step } = request;
    await this.#around.journal.append({
      type: 'step-ended',
      step,
      execution: result.execution,
      result: digest,
    });
  }

  /** Starts what goes on beside others; returns when it has printed something, or never will. */
  async #goBeside(around: StepSurroundings, request: StepRequest): Promise<Beside> {
    const told = new AbortController();
    // Its own budget is what it adds to the batch; it goes on for as long as others do.
    const long = { ...request, budgetMs: this.#request.deadlineMs };
    const ended = this.#runOne(around, long, told.signal);
    const command = commandBeside(around.registry, request) ?? '';
    const file = join(around.runDirectory, 'steps', request.step, `${command}.stdout`);
    const late: StopReason = { execution: 'timeout', reason: `was not ready within ${readyMs / 1000} s` };
    const isOver = new AbortController();
    void ended.then(
      () => isOver.abort(),
      () => isOver.abort(), // it is told of where it is waited for
    );
    if (!(await hasPrinted(file, { withinMs: readyMs, signal: isOver.signal }))) told.abort(late);
    return { ended, told };
  }

  /** Has what goes on beside others end. A batch that is stopped ends it unfinished: what comes later it has not seen. */
  async #release(beside: readonly Beside[]): Promise<void> {
    for (const { told } of beside) told.abort(this.#stopping ?? besideOthers);
    await allOf(beside.map(({ ended }) => ended));
  }

  /** A member of a group that runs beside other steps is launched while it waits; alone it comes with its launch. */
  async #runStep(
    around: StepSurroundings,
    request: StepRequest,
    told?: AbortSignal,
  ): ReturnType<typeof runStep> {
    const { step, seat, together, budgetMs } = request;
    const signal = AbortSignal.any([this.#controller.signal, ...(told === undefined ? [] : [told])]);
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
