import type { JournalRecord } from './journal-record.ts';
import type { Execution } from './step.ts';
import { isFactsStep } from './step.ts';

/** How a batch ended. */
export interface BatchEnd {
  readonly execution: Execution;
  readonly reason: string | undefined;
}

/** How a step ended, and the digest of its exit.json. */
export interface StepEnd {
  readonly execution: Execution;
  readonly result: string;
}

/** A record that cannot follow what the journal has said before. */
export interface Contradiction {
  readonly expected: string;
  readonly found: string;
}

/** What a node's journal says so far. The only fold of its records: the keeper, the session and the judge all ask it. */
export class JournalFold {
  readonly #started = new Set<string>();
  readonly #ended = new Map<string, StepEnd>();
  /** With their steps. */
  readonly #startedBatches = new Map<string, readonly string[]>();
  readonly #endedBatches = new Map<string, BatchEnd>();
  readonly #facts: string[] = [];
  readonly #restarts: { readonly rebooted: boolean }[] = [];
  #bootId: string | undefined;
  #hasRebooted = false;
  readonly #boots = new Map<string, string>();
  readonly #plans = new Map<string, number>();
  #currentFacts: string | undefined;
  #moves = 0;
  #tenant: string | undefined;

  /** Why a record cannot follow what was said before. */
  whyNot(record: JournalRecord): Contradiction | undefined {
    // A second end would let the last one win.
    if (record.type === 'step-ended' && this.#ended.has(record.step))
      return { expected: `one end of ${record.step}`, found: 'another one' };
    if (record.type === 'batch-started' && this.#plans.size === 0)
      return { expected: 'a record of the plan before the first batch', found: 'none' };
    return undefined;
  }

  /** Takes the next record; returns why it cannot follow, and then takes nothing. */
  note(record: JournalRecord): Contradiction | undefined {
    const wrong = this.whyNot(record);
    if (wrong === undefined) this.#take(record);
    return wrong;
  }

  #take(record: JournalRecord): void {
    if (/^(step|batch)-/.test(record.type)) this.#moves += 1;
    switch (record.type) {
      case 'restarted':
        // Another keeper may have other limits, after a reboot even another kernel: it has to look again.
        this.#currentFacts = undefined;
        this.#restarts.push({ rebooted: record.bootId !== this.#bootId });
        this.#hasRebooted ||= record.bootId !== this.#bootId;
        this.#bootId = record.bootId;
        return;
      case 'opened':
        this.#bootId = record.bootId;
        return;
      case 'plan':
        if (!this.#plans.has(record.digest)) this.#plans.set(record.digest, record.seq);
        return;
      case 'step-started':
        this.#started.add(record.step);
        if (this.#hasRebooted && this.#bootId !== undefined) this.#boots.set(record.step, this.#bootId);
        if (isFactsStep(record.step)) this.#facts.push(record.step);
        return;
      case 'step-ended':
        this.#ended.set(record.step, { execution: record.execution, result: record.result });
        if (this.#facts.includes(record.step) && record.execution === 'completed')
          this.#currentFacts = record.step;
        return;
      case 'batch-started':
        this.#startedBatches.set(record.batch, record.steps);
        return;
      case 'batch-ended':
        this.#endedBatches.set(record.batch, { execution: record.execution, reason: record.reason });
        return;
      case 'tenant':
        this.#tenant ??= record.said;
        return;
      case 'attached':
      case 'swept':
      case 'truncated':
      case 'closed':
        return;
    }
  }

  /** Steps that have ended, whatever the outcome, in the order of their ends. */
  get ended(): ReadonlyMap<string, StepEnd> {
    return this.#ended;
  }

  /** Steps that were begun, in that order. */
  get started(): ReadonlySet<string> {
    return this.#started;
  }

  hasStarted(step: string): boolean {
    return this.#started.has(step);
  }

  /** Steps that were begun and have not ended. */
  get openSteps(): readonly string[] {
    return [...this.#started].filter((step) => !this.#ended.has(step));
  }

  /** Batches that were begun and have not ended. */
  get openBatches(): readonly string[] {
    return [...this.#startedBatches.keys()].filter((batch) => !this.#endedBatches.has(batch));
  }

  /** The batch that the node is at work on. */
  get runningBatch(): string | undefined {
    return this.openBatches[0];
  }

  /** The steps of that batch, in the order in which they are run. */
  get runningSteps(): readonly string[] {
    return this.#startedBatches.get(this.runningBatch ?? '') ?? [];
  }

  /** Begins and ends of steps and batches so far. */
  get moves(): number {
    return this.#moves;
  }

  /** How a batch ended; `undefined` as long as it has not. */
  endOf(batch: string): BatchEnd | undefined {
    return this.#endedBatches.get(batch);
  }

  get nextBatch(): string {
    return `b${this.#startedBatches.size + 1}`;
  }

  /** The facts of the keeper that is there now; `undefined` when it has not looked yet. */
  get facts(): string | undefined {
    return this.#currentFacts;
  }

  /** A step id for facts that was not used before. */
  get nextFacts(): string {
    return this.#facts.length === 0 ? 'facts' : `facts-${this.#facts.length + 1}`;
  }

  /** Who came to the machine during the run, if somebody did. */
  get tenant(): string | undefined {
    return this.#tenant;
  }

  /** Of the boot that the last keeper ran in. */
  get bootId(): string | undefined {
    return this.#bootId;
  }

  /** The boot that each step was begun in, by step, from the first reboot on. */
  get boots(): ReadonlyMap<string, string> {
    return this.#boots;
  }

  /** Keepers that took over from another, in order. */
  get restarts(): readonly { readonly rebooted: boolean }[] {
    return [...this.#restarts];
  }

  /** Digests of the plans that the node worked by, with the `seq` of the first record that names each. */
  get plans(): ReadonlyMap<string, number> {
    return this.#plans;
  }
}
