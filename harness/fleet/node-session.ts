import { encodeLine } from '../../agents/protocol/framing.ts';
import type { BatchEnd, JournalFold } from '../../agents/protocol/journal-fold.ts';
import type { FromAgent, ToAgent } from '../../agents/protocol/messages.ts';
import type { StepRequest } from '../../agents/protocol/step.ts';
import { AssayError } from '../../workloads/kit/assay-error.ts';
import type { Launch, LaunchAnswer } from '../../workloads/kit/seat.ts';
import type { Question } from '../transport/deadlines.ts';
import type { Channel } from '../transport/transport.ts';
import { Answers } from './answers.ts';
import { Asked } from './asked.ts';
import type { BatchSurroundings } from './batch-message.ts';
import { batchMessage } from './batch-message.ts';
import { Fetcher } from './fetcher.ts';
import { hearAgent } from './hear-agent.ts';
import { JournalMirror } from './journal-mirror.ts';
import { lookAtClock } from './look-at-clock.ts';
import { lostWith, Pulse } from './pulse.ts';
import { refusalOf } from './refusal-of.ts';
import type { SessionOptions } from './session-options.ts';

/** A launcher asks once for every other member of its group; what asks without end wants our memory. */
const maxLaunches = 10_000;

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
  readonly #answers = new Answers();
  readonly #asked: Asked;
  readonly #fetcher: Fetcher;
  readonly #mirror: JournalMirror;
  readonly #pulse: Pulse;
  /** Of journal and evidence. */
  #heardBytes = 0;
  #launches = 0;
  #work: Promise<void> = Promise.resolve();
  #failure: Error | undefined;
  /** Called once each when a record was kept or the session failed. */
  #changes: (() => void)[] = [];

  private constructor(channel: Channel, options: SessionOptions) {
    const { node, evidence, deadlines, onRecord } = options;
    this.node = node;
    this.#channel = channel;
    this.#options = options;
    this.#asked = Asked.of(evidence, node);
    this.#fetcher = new Fetcher(node, (message) => this.send(message));
    this.#mirror = new JournalMirror({
      node,
      evidence,
      fetch: (wanted, take) =>
        this.#failure === undefined
          ? this.#within('fetch', this.#fetcher.fetch(wanted, take))
          : Promise.reject(this.#failure),
      isOver: () => this.#failure !== undefined,
      onKept: (records) => {
        records.forEach(onRecord);
        this.#wake();
      },
    });
    this.#pulse = new Pulse({
      node,
      deadlines,
      ping: () => this.send({ type: 'ping' }),
      heardBytes: () => this.#heardBytes,
      onSilence: (cause) => this.#fail(cause),
    });
  }

  /** What the node's journal says so far, as far as its evidence is here. */
  get progress(): JournalFold {
    return this.#own.fold;
  }

  get #own() {
    return this.#options.evidence.node(this.node);
  }

  /** Attaches to the run's keeper, to which an agent has been started on this channel, and catches up with its journal. */
  static async open(channel: Channel, options: SessionOptions): Promise<NodeSession> {
    const session = new NodeSession(channel, options);
    try {
      const welcome = session.#answers.next('welcome');
      session.#listen();
      const greeting = await session.#within('welcome', welcome);
      // What the node did while nobody listened comes first: decisions before that would rest on an old picture.
      if (greeting.type === 'welcome') {
        const caughtUp = session.#until(() => session.#own.place.records >= greeting.records);
        await session.#within('journal', caughtUp);
      }
      return session;
    } catch (cause) {
      session.close();
      // Whoever opens the next one must find this one at rest: both would write to the same journal.
      await session.settled();
      throw cause;
    }
  }

  /** Throws why the session ended, when it has. */
  async expectOpen(): Promise<void> {
    if (this.#failure !== undefined) throw this.#failure;
    await this.#work;
  }

  /** Says nothing to a node whose connection has failed: whoever waits for an answer is told why. */
  send(message: ToAgent): void {
    if (this.#failure !== undefined) return;
    this.#channel.stdin.write(encodeLine(message));
  }

  /** Has the node look at itself, and resolves when the evidence of that is here. */
  async probe(
    step: string,
    asked: {
      readonly scratch: string | undefined;
      readonly watchMs: number;
      /** Of this machine, to see how far the node's is from it. */
      readonly now: () => Date;
    },
  ): Promise<void> {
    const { scratch, watchMs, now } = asked;
    const clock = await lookAtClock(now, () => this.#askClock());
    this.#asked.probe(step);
    this.send({
      type: 'probe',
      step,
      clock,
      ...(scratch === undefined ? {} : { scratch }),
      ...(watchMs === 0 ? {} : { watchMs }),
      ...(this.#options.evidence.run.header.night === undefined ? {} : { yields: true as const }),
    });
    await this.#within(
      'facts',
      this.#until(() => this.progress.ended.has(step)),
      watchMs,
    );
  }

  async #askClock(): Promise<number> {
    const answer = this.#answers.next('clock');
    this.send({ type: 'clock' });
    const said = await this.#within('pong', answer);
    return said.type === 'clock' ? said.atMs : NaN;
  }

  /** Gives the node steps as one batch, and resolves with how it ended once all its evidence is here. */
  async runBatch(steps: readonly StepRequest[], around: BatchSurroundings): Promise<BatchEnd> {
    const batch = this.progress.nextBatch;
    this.#asked.batch(batch, steps, around.launch);
    const isUnattended = this.#options.evidence.run.header.unattended !== undefined;
    this.send(batchMessage(batch, steps, { ...around, isUnattended }));
    return this.batchEnded(batch);
  }

  /** Hands a leader's launch over to a step of the batch that runs here. */
  launch(step: string, launch: Launch): void {
    this.#asked.launched(step, launch);
    this.send({ type: 'launch', step, launch });
  }

  /** Resolves when `batch` has ended and all its evidence is here; each step may take its budget and a moment more. */
  async batchEnded(batch: string): Promise<BatchEnd> {
    for (;;) {
      const end = this.progress.endOf(batch);
      if (end !== undefined) return end;
      const { moves } = this.progress;
      const moved = this.#until(() => this.progress.moves > moves);
      await this.#within('step', moved, this.#asked.runningBudgetMs);
    }
  }

  /** Makes sure that all is on our disk, then tells the node to remove the run. */
  async finish(): Promise<void> {
    await this.#work;
    await this.#mirror.finish();
    const finished = this.#answers.next('finished');
    this.send({ type: 'finish' });
    await this.#within('finish', finished);
    await this.#work;
    this.close();
  }

  /** Resolves when what has come is kept or refused, whatever the outcome. */
  readonly settled = (): Promise<void> => this.#work;

  close(): void {
    this.#pulse.stop();
    this.#channel.close();
  }

  /** What a node is asked, answered in time. A node that is silent is let go of, so that nothing of it is waited for any more. */
  async #within<T>(question: Question, answer: Promise<T>, budgetMs?: number): Promise<T> {
    const { deadlines } = this.#options;
    try {
      return await deadlines.within(question, answer, {
        node: this.node,
        budgetMs,
        bytes: () => this.#heardBytes,
      });
    } catch (cause) {
      this.#fail(this.#pulse.isMissed ? lostWith(this.node, cause) : cause);
      throw this.#failure ?? cause;
    }
  }

  async #until(condition: () => boolean): Promise<void> {
    while (!condition()) {
      if (this.#failure !== undefined) throw this.#failure;
      await new Promise<void>((resolve) => this.#changes.push(resolve));
    }
  }

  #listen(): void {
    const { nonce, evidence, signal } = this.#options;
    hearAgent(this.#channel, {
      node: this.node,
      nonce,
      run: evidence.run.called,
      onMessage: (message) => this.#receive(message),
      onEnd: (cause) => this.#fail(cause),
    });
    const onAbort = (): void => this.#fail(new AssayError('INTERRUPTED', 'interrupted'));
    signal?.addEventListener('abort', onAbort, { once: true });
  }

  #receive(message: FromAgent): Promise<void> | undefined {
    if (this.#failure !== undefined) return undefined;
    switch (message.type) {
      case 'refusal':
        throw refusalOf(this.node, message);
      case 'record':
        this.#heardBytes += message.line.length;
        this.#mirror.arrived(message.line);
        // After a failure nothing more is kept, so that the journal here never has a hole.
        this.#work = this.#work
          .then(() => (this.#failure === undefined ? this.#mirror.keep() : undefined))
          .catch((cause: unknown) => this.#fail(cause));
        return undefined;
      case 'chunk':
        if (!this.#fetcher.wants(message.path))
          throw this.#asked.refuse('files that were asked for', message.path);
        this.#heardBytes += message.data.length;
        return this.#fetcher.collect(message);
      case 'launch':
        this.#answerLaunch(message).catch((cause: unknown) => this.#fail(cause));
        return undefined;
      case 'pong':
        if (!this.#pulse.pong()) throw this.#asked.refuse('one sign of life for each question', 'more');
        return undefined;
      case 'welcome':
        this.#mirror.expectOld(message.records);
        break;
      default:
        break;
    }
    if (!this.#answers.take(message)) throw this.#asked.refuse('answers to what was asked', message.type);
    return undefined;
  }

  /** A launcher on this node wants something on another one. Without a group that is being run, nobody may. */
  async #answerLaunch({ id, step, words }: Extract<FromAgent, { type: 'launch' }>): Promise<void> {
    this.#launches += 1;
    if (this.#launches > maxLaunches) throw this.#asked.refuse(`at most ${maxLaunches} launches`, 'more');
    const refused = { exitCode: 1, text: `nothing may be launched for the step ${step} now` };
    this.send({ type: 'launched', id, ...((await this.onLaunch?.(step, words)) ?? refused) });
  }

  #fail(cause: unknown): void {
    if (this.#failure !== undefined) return;
    this.#failure = AssayError.from(cause);
    this.#answers.fail(this.#failure);
    this.#fetcher.fail(this.#failure);
    this.#wake();
    this.close();
  }

  #wake(): void {
    for (const change of this.#changes.splice(0)) change();
  }
}
