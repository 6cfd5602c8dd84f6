import { JournalRecord } from '../../agents/protocol/journal-record.ts';
import { parseJson } from '../../agents/protocol/parse-json.ts';
import type { Execution } from '../../agents/protocol/step.ts';
import { FactsStep } from '../../agents/protocol/step.ts';
import type { RunDirectory } from '../store/run-directory.ts';
import { runPaths } from '../store/run-directory.ts';

export interface BatchEnd {
  readonly execution: Execution;
  readonly reason: string | undefined;
}

/** How far a node has come, as its journal tells: folded record by record. */
export class NodeProgress {
  readonly #ended = new Map<string, Execution>();
  readonly #started = new Set<string>();
  readonly #endedBatches = new Map<string, BatchEnd>();
  readonly #startedBatches = new Set<string>();
  readonly #facts: string[] = [];
  #currentFacts: string | undefined;

  note(record: JournalRecord): void {
    switch (record.type) {
      case 'restarted':
        // Another keeper may have other limits, after a reboot even another kernel: it has to look again.
        this.#currentFacts = undefined;
        break;
      case 'step-started':
        this.#started.add(record.step);
        if (FactsStep.safeParse(record.step).success) this.#facts.push(record.step);
        break;
      case 'step-ended':
        this.#ended.set(record.step, record.execution);
        if (this.#facts.includes(record.step) && record.execution === 'completed')
          this.#currentFacts = record.step;
        break;
      case 'batch-started':
        this.#startedBatches.add(record.batch);
        break;
      case 'batch-ended':
        this.#endedBatches.set(record.batch, { execution: record.execution, reason: record.reason });
        break;
      case 'opened':
      case 'plan':
      case 'attached':
      case 'swept':
      case 'truncated':
      case 'closed':
        break;
    }
  }

  /** Steps that ended, however. */
  get ended(): { readonly has: (step: string) => boolean } {
    return this.#ended;
  }

  hasStarted(step: string): boolean {
    return this.#started.has(step);
  }

  executionOf(step: string): Execution | undefined {
    return this.#ended.get(step);
  }

  /** The facts of the keeper that is there now; `undefined` when it has not looked yet. */
  get facts(): string | undefined {
    return this.#currentFacts;
  }

  /** A step id for facts that was not used before. */
  get nextFacts(): string {
    return this.#facts.length === 0 ? 'facts' : `facts-${this.#facts.length + 1}`;
  }

  /** The batch that the node has begun and not ended. */
  get runningBatch(): string | undefined {
    return [...this.#startedBatches].find((batch) => !this.#endedBatches.has(batch));
  }

  /** How a batch ended; `undefined` as long as it has not. */
  endOf(batch: string): BatchEnd | undefined {
    return this.#endedBatches.get(batch);
  }

  get nextBatch(): string {
    return `b${this.#startedBatches.size + 1}`;
  }
}

/** The progress of a node as the journal in a run directory tells it. */
export async function loadProgress(run: RunDirectory, node: string): Promise<NodeProgress> {
  const progress = new NodeProgress();
  if (!(await run.has(runPaths.journal(node)))) return progress;
  for (const line of (await run.read(runPaths.journal(node))).toString('utf8').split('\n')) {
    const record = JournalRecord.safeParse(parseJson(line));
    if (record.success) progress.note(record.data);
  }
  return progress;
}
