import { encodeLine } from '../../agents/protocol/framing.ts';
import type { BatchEnd, JournalFold } from '../../agents/protocol/journal-fold.ts';
import type { JournalRecord } from '../../agents/protocol/journal-record.ts';
import type { FromAgent, ToAgent } from '../../agents/protocol/messages.ts';
import type { StepRequest } from '../../agents/protocol/step.ts';
import { AssayError } from '../../workloads/kit/assay-error.ts';
import type { Launch, LaunchAnswer } from '../../workloads/kit/seat.ts';
import type { PlannedStep } from '../plan/plan.ts';
import type { NodeEvidence } from '../store/node-evidence.ts';
import type { RunDirectory } from '../store/run-directory.ts';
import type { Channel } from '../transport/transport.ts';
import { Fetcher } from './fetcher.ts';
import { hearAgent } from './hear-agent.ts';
import { JournalMirror } from './journal-mirror.ts';
import { refusalOf } from './refusal-of.ts';

interface Waiter {
  readonly wants: (message: FromAgent) => boolean;
  readonly resolve: (message: FromAgent) => void;
  readonly reject: (cause: unknown) => void;
}

export interface SessionOptions {
  readonly run: RunDirectory;
  /** What is here already; the session adds to it. */
  readonly evidence: NodeEvidence;
  /** Of the hello that the agent was started with. */
  readonly nonce: string;
  /** What the plan has under the name of a step; absent: no step is planned. */
  readonly plannedAs?: ((step: string) => PlannedStep | undefined) | undefined;
  readonly onRecord: (record: JournalRecord) => void;
  /** Aborted to give up, whatever is being waited for. */
  readonly signal?: AbortSignal | undefined;
}

/** A keeper starts in well under a second; a journal of thousands of lines follows in seconds. */
const welcomeMs = 60_000;
/** The leash of heavy steps is counted from the last message, so we speak at least this often. */
const pingMs = 20_000;
/** What a batch may take beyond the budgets of its steps: building up, writing down, killing. */
const batchMarginMs = 60_000;
/** Beyond its own deadline a batch gets this long to write its end and hand over the evidence. */
export const handoverMs = 120_000;
/** A launcher asks once for every other member of its group; what asks without end wants our memory. */
const maxLaunches = 100_000;

/**
 * The coordinator's end of one node: sends what it is asked for, and adds what comes back to the node's evidence once it
 * is proven and on our disk.
 */
export class NodeSession {
  readonly node: string;
  /** Answers the launcher of the step that this node leads, when what it asked for has ended. */
  onLaunch: ((step: string, words: readonly string[]) => Promise<LaunchAnswer>) | undefined;
  readonly #channel: Channel;
  readonly #options: SessionOptions;
  readonly #waiters = new Set<Waiter>();
  readonly #fetcher: Fetcher;
  readonly #mirror: JournalMirror;
  readonly #ping: NodeJS.Timeout;
  #launches = 0;
  #work: Promise<void> = Promise.resolve();
  #failure: Error | undefined;
  /** Called once each when a record was kept or the session failed. */
  #changes: (() => void)[] = [];

  private constructor(channel: Channel, options: SessionOptions) {
    const { run, evidence, onRecord } = options;
    this.node = evidence.id;
    this.#channel = channel;
    this.#options = options;
    this.#fetcher = new Fetcher(this.node, (message) => this.send(message));
    this.#mirror = new JournalMirror({
      run,
      evidence,
      fetch: (path, digest) =>
        this.#failure === undefined ? this.#fetcher.fetch(path, digest) : Promise.reject(this.#failure),
      plannedAs: options.plannedAs ?? (() => undefined),
      onKept: (records) => {
        records.forEach(onRecord);
        this.#wake();
      },
    });
    this.#ping = setInterval(() => this.send({ type: 'ping' }), pingMs);
  }

  /** What the node's journal says so far, as far as its evidence is here. */
  get progress(): JournalFold {
    return this.#options.evidence.fold;
  }

  /** Attaches to the run's keeper, to which an agent has been started on this channel, and catches up with its journal. */
  static async open(channel: Channel, options: SessionOptions): Promise<NodeSession> {
    const { evidence } = options;
    const session = new NodeSession(channel, options);
    const late = setTimeout(
      () =>
        session.#fail(
          new AssayError('AGENT_LOST', `the agent did not answer in ${welcomeMs / 1000} s`, {
            node: evidence.id,
          }),
        ),
      welcomeMs,
    );
    try {
      const welcome = session.#next((message) => message.type === 'welcome');
      session.#listen();
      const greeting = await welcome;
      // What the node did while nobody listened comes first: decisions before that would rest on an old picture.
      if (greeting.type === 'welcome') await session.#until(() => evidence.place.records >= greeting.records);
      return session;
    } catch (cause) {
      session.close();
      throw cause;
    } finally {
      clearTimeout(late);
    }
  }

  /** Throws why the session ended, when it has. */
  async expectOpen(): Promise<void> {
    if (this.#failure !== undefined) throw this.#failure;
    await this.#work;
  }

  send(message: ToAgent): void {
    this.#channel.stdin.write(encodeLine(message));
  }

  /** Resolves when `step` has ended and its evidence is here. */
  async stepEnded(step: string): Promise<void> {
    await this.#until(() => this.progress.ended.has(step));
  }

  /** Gives the node steps as one batch, and resolves with how it ended once all its evidence is here. */
  async runBatch(
    steps: readonly StepRequest[],
    around: {
      readonly plan: string;
      readonly facts: string;
      readonly scratch?: string | undefined;
      readonly launch?: Launch | undefined;
    },
  ): Promise<BatchEnd> {
    const batch = this.progress.nextBatch;
    const deadlineMs = steps.reduce((sum, { budgetMs }) => sum + budgetMs, 0) + batchMarginMs;
    const { plan, facts, scratch, launch } = around;
    this.send({
      type: 'batch',
      batch,
      plan,
      facts,
      deadlineMs,
      ...(scratch === undefined ? {} : { scratch }),
      ...(launch === undefined ? {} : { launch }),
      steps: [...steps],
    });
    return this.batchEnded(batch, deadlineMs + handoverMs);
  }

  /** Resolves when `batch` has ended and all its evidence is here; fails when that takes longer than it may. */
  async batchEnded(batch: string, withinMs: number): Promise<BatchEnd> {
    const late = setTimeout(
      () =>
        this.#fail(
          new AssayError('AGENT_LOST', `the batch ${batch} did not end within its deadline`, {
            node: this.node,
          }),
        ),
      withinMs,
    );
    try {
      await this.#until(() => this.progress.endOf(batch) !== undefined);
      return this.progress.endOf(batch) ?? { execution: 'error', reason: 'it did not end' };
    } finally {
      clearTimeout(late);
    }
  }

  /** Makes sure that all is on our disk, then tells the node to remove the run. */
  async finish(): Promise<void> {
    await this.#work;
    await this.#mirror.finish();
    const finished = this.#next((message) => message.type === 'finished');
    this.send({ type: 'finish' });
    await finished;
    await this.#work;
    this.close();
  }

  /** Resolves when what has come is kept or refused, whatever the outcome. */
  async settled(): Promise<void> {
    await this.#work;
  }

  close(): void {
    clearInterval(this.#ping);
    this.#channel.close();
  }

  async #until(condition: () => boolean): Promise<void> {
    while (!condition()) {
      if (this.#failure !== undefined) throw this.#failure;
      await new Promise<void>((resolve) => this.#changes.push(resolve));
    }
  }

  #next(wants: (message: FromAgent) => boolean): Promise<FromAgent> {
    if (this.#failure !== undefined) return Promise.reject(this.#failure);
    return new Promise((resolve, reject) => this.#waiters.add({ wants, resolve, reject }));
  }

  #listen(): void {
    const { nonce, run, signal } = this.#options;
    hearAgent(this.#channel, {
      node: this.node,
      nonce,
      run: run.header.id,
      onMessage: (message) => this.#receive(message),
      onEnd: (cause) => this.#fail(cause),
    });
    signal?.addEventListener('abort', () => this.#fail(new AssayError('INTERRUPTED', 'interrupted')), {
      once: true,
    });
  }

  #receive(message: FromAgent): void {
    if (message.type === 'refusal') {
      this.#fail(refusalOf(this.node, message));
      return;
    }
    if (message.type === 'record' && this.#failure === undefined) {
      this.#mirror.arrived(message.line);
      this.#work = this.#work.then(() => this.#keep()).catch((cause: unknown) => this.#fail(cause));
    }
    if (message.type === 'chunk') this.#fetcher.collect(message);
    if (message.type === 'launch') void this.#answerLaunch(message);
    for (const waiter of [...this.#waiters]) {
      if (!waiter.wants(message)) continue;
      this.#waiters.delete(waiter);
      waiter.resolve(message);
    }
  }

  /** A launcher on this node wants something on another one. Without a group that is being run, nobody may. */
  async #answerLaunch({ id, step, words }: Extract<FromAgent, { type: 'launch' }>): Promise<void> {
    this.#launches += 1;
    if (this.#launches > maxLaunches) {
      this.#fail(
        new AssayError('PROTOCOL_MISMATCH', `expected at most ${maxLaunches} launches, got more`, {
          node: this.node,
        }),
      );
      return;
    }
    const refused = { exitCode: 1, text: `nothing may be launched for the step ${step} now` };
    const answer = this.onLaunch === undefined ? refused : await this.onLaunch(step, words);
    this.send({ type: 'launched', id, ...answer });
  }

  #fail(cause: unknown): void {
    this.#failure ??= AssayError.from(cause);
    for (const waiter of this.#waiters) waiter.reject(this.#failure);
    this.#waiters.clear();
    this.#fetcher.fail(this.#failure);
    this.#wake();
  }

  #wake(): void {
    for (const change of this.#changes.splice(0)) change();
  }

  /** After a failure nothing more is kept, so that the journal here never has a hole. */
  async #keep(): Promise<void> {
    if (this.#failure === undefined) await this.#mirror.keep();
  }
}
