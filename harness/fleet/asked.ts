import type { JournalRecord } from '../../agents/protocol/journal-record.ts';
import type { StepRequest, StepResult } from '../../agents/protocol/step.ts';
import { isFactsStep } from '../../agents/protocol/step.ts';
import { AssayError } from '../../workloads/kit/assay-error.ts';
import { ProbeDocument } from '../../workloads/kit/facts/probe-output.ts';
import { isTooDeep, parseJson } from '../../workloads/kit/parse-json.ts';
import type { Launch } from '../../workloads/kit/seat.ts';
import { commandBeside } from '../../workloads/registry.ts';
import type { NodeEvidence } from '../store/node-evidence.ts';
import { outputBytes, outputsOf } from '../store/parse-step.ts';
import type { RunEvidence } from '../store/run-evidence.ts';
import { whyOther } from '../store/why-other.ts';
import { filesOf } from './files-of.ts';
import { floods, lookAtIt } from './floods.ts';

/** What of a run's evidence a session with a node needs. */
export type SessionEvidence = Pick<RunEvidence, 'run' | 'registry' | 'node' | 'stepsOf' | 'isPlanDigest'>;

/** What a journal may weigh: five records for each step, and those of connections, restarts and facts. */
const [journalBytes, journalBytesOfStep] = [256 * 1024, 4 * 1024];
/** What the outputs of a step may weigh together: a tool that floods both streams is ended at 16 MiB of each. */
const stepBytes = 34 * 1024 * 1024;
/** What is said of a step: its commands, with words of a launch. */
export const resultBytes = 1024 * 1024;

/** Another keeper may follow, and somebody attach while the last one is going. */
const afterClosed: ReadonlySet<JournalRecord['type']> = new Set(['restarted', 'truncated', 'attached']);

/**
 * What one node was asked for, and so may say. The rest is refused before anything of it is kept, and what is asked for
 * bounds how much that can be. One for all connections to a node.
 */
export class Asked {
  readonly #evidence: SessionEvidence;
  readonly #own: NodeEvidence;
  readonly #probes = new Set<string>();
  readonly #batches = new Map<string, readonly string[]>();
  readonly #launches = new Map<string, Launch | undefined>();
  #journalBytes = 0;
  #isClosed = false;

  private constructor(evidence: SessionEvidence, node: string) {
    this.#evidence = evidence;
    this.#own = evidence.node(node);
  }

  static of(evidence: SessionEvidence, node: string): Asked {
    const own = evidence.node(node);
    const asked = known.get(own) ?? new Asked(evidence, node);
    known.set(own, asked);
    return asked;
  }

  probe(step: string): void {
    this.#probes.add(step);
  }

  batch(batch: string, steps: readonly StepRequest[], launch: Launch | undefined): void {
    const names = steps.map(({ step }) => step);
    this.#batches.set(batch, names);
    for (const name of names) this.#launches.set(name, launch);
  }

  /** A launch for a step of the batch that runs. */
  launched(step: string, launch: Launch): void {
    this.#launches.set(step, launch);
  }

  /** The longest that the node may be at work on what it has begun. */
  get runningBudgetMs(): number {
    const planned = this.#own.fold.openSteps.map((step) => this.#planned(step)?.budgetMs ?? 0);
    return Math.max(0, ...planned);
  }

  /** A line of the journal has come. Throws NODE_FLOODS when there are more than what was asked for can give. */
  weigh(line: string): void {
    this.#journalBytes += line.length;
    const most = journalBytes + journalBytesOfStep * this.#evidence.stepsOf(this.#own.id).size;
    if (this.#journalBytes > most) throw floods(this.#own.id, 'its journal', most, this.#journalBytes);
  }

  /** Throws NOT_ASKED for a record of something that nobody asked for; `isOld`: it was there before this connection. */
  expectRecord(record: JournalRecord, isOld: boolean): void {
    const wrong = this.#whyNot(record, isOld);
    if (wrong !== undefined) throw this.refuse(...wrong);
    this.#isClosed = record.type === 'closed' || (this.#isClosed && record.type === 'attached');
  }

  /** Throws NOT_ASKED for a result of something else than was asked for, NODE_FLOODS for too much of it. */
  expectResult({ execution }: { readonly execution: string }, result: StepResult): void {
    const { step } = result;
    if (result.execution !== execution)
      throw this.refuse(`${step} to have ended as the journal says: ${execution}`, result.execution);
    this.#expectSame(result);
    const allowed = filesOf(result, this.#planned(step), this.#evidence.registry, this.#own);
    const files = new Set<string>();
    for (const { file } of outputsOf(result)) {
      if (!allowed.has(file)) throw this.refuse(`outputs that ${step} can have`, file);
      if (files.has(file)) throw this.refuse(`each output of ${step} once`, `${file} twice`);
      files.add(file);
    }
    const bytes = outputBytes(result);
    if (bytes > stepBytes) throw floods(this.#own.id, step, stepBytes, bytes);
  }

  /** Throws NOT_ASKED for facts of a depth that no machine has. */
  expectFacts(step: string, files: ReadonlyMap<string, string>): void {
    if (!isFactsStep(step)) return;
    const json = parseJson(files.get('probes.json') ?? '');
    const { probes = [] } = ProbeDocument.safeParse(json).data ?? {};
    const deep = probes.find(({ text }) => /^\s*[[{]/.test(text) && isTooDeep(text));
    if (deep !== undefined) throw this.refuse(`what ${deep.id} can say`, 'a document of any depth');
  }

  /** That something came which nobody asked for. */
  refuse(expected: string, found: string): AssayError {
    return new AssayError('NOT_ASKED', `expected ${expected}, found ${found.slice(0, 200)}`, {
      node: this.#own.id,
      hint: lookAtIt,
    });
  }

  #planned(step: string) {
    return this.#evidence.stepsOf(this.#own.id).get(step);
  }

  /** Whether others may begin while it goes on. */
  #isBeside(step: string): boolean {
    const planned = this.#planned(step);
    return planned !== undefined && commandBeside(this.#evidence.registry, planned) !== undefined;
  }

  #expectSame(result: StepResult): void {
    const { step, workload, tool } = result;
    const isFacts = isFactsStep(step);
    if (isFacts && result.commands.length > 0 && (workload !== 'facts' || tool !== 'probe'))
      throw this.refuse(`the facts as ${step}`, `${workload}/${tool}`);
    if (isFacts) return;
    const other = whyOther(result, this.#planned(step));
    if (other !== undefined) throw this.refuse(`${step} with ${other.what} ${other.expected}`, other.found);
    const launch = this.#launches.get(step);
    if (
      launch !== undefined &&
      result.launch !== undefined &&
      JSON.stringify(launch) !== JSON.stringify(result.launch)
    )
      throw this.refuse(`${step} as it was launched`, 'another launch');
  }

  #whyNot(record: JournalRecord, isOld: boolean): readonly [expected: string, found: string] | undefined {
    const { fold } = this.#own;
    if (this.#isClosed && !afterClosed.has(record.type))
      return ['nothing after the end of the journal', record.type];
    switch (record.type) {
      case 'opened':
        return record.seq === 0 ? undefined : ['one beginning of the journal', 'another one'];
      case 'plan':
        return this.#evidence.isPlanDigest(record.digest)
          ? undefined
          : ['a plan of this run', `one with sha256 ${record.digest}`];
      case 'batch-started':
        return this.#whyNotBatch(record.batch, record.steps);
      case 'batch-ended':
        return fold.openBatches.includes(record.batch)
          ? undefined
          : ['the end of a batch that had begun', record.batch];
      case 'step-started':
        return isFactsStep(record.step)
          ? this.#whyNotFacts(record.step, isOld)
          : this.#whyNotStep(record.step);
      case 'step-ended':
        return fold.hasStarted(record.step) ? undefined : ['the end of a step that had begun', record.step];
      case 'tenant':
        return this.#evidence.run.header.night === undefined
          ? ['a machine that yields to nobody', record.type]
          : undefined;
      case 'restarted':
      case 'attached':
      case 'swept':
      case 'truncated':
      case 'closed':
        return undefined;
    }
  }

  #whyNotBatch(batch: string, steps: readonly string[]): readonly [string, string] | undefined {
    const { fold } = this.#own;
    if (batch !== fold.nextBatch || fold.runningBatch !== undefined)
      return [`the batch ${fold.nextBatch} after the one before it`, batch];
    const asked = this.#batches.get(batch);
    if (asked !== undefined && asked.join() !== steps.join())
      return [`the batch ${batch} of ${asked.length} steps as asked for`, steps.join(' ') || 'none of them'];
    const other = steps.find((step) => this.#planned(step) === undefined || fold.hasStarted(step));
    return other === undefined ? undefined : ['steps that are due', other];
  }

  #whyNotFacts(step: string, isOld: boolean): readonly [string, string] | undefined {
    const { fold } = this.#own;
    return step === fold.nextFacts && (isOld || this.#probes.has(step))
      ? undefined
      : [`facts that were asked for`, step];
  }

  #whyNotStep(step: string): readonly [string, string] | undefined {
    const { fold } = this.#own;
    const together = this.#planned(step)?.together;
    const open = fold.openSteps.find(
      (each) =>
        !isFactsStep(each) &&
        !this.#isBeside(each) &&
        (together === undefined || this.#planned(each)?.together !== together),
    );
    if (open !== undefined) return [`the end of ${open} before another step`, step];
    const next = fold.runningSteps.find((each) => !fold.hasStarted(each));
    return step === next ? undefined : [`the step that comes next, ${next ?? 'none'}`, step];
  }
}

const known = new WeakMap<NodeEvidence, Asked>();
