import { sha256 } from '../../agents/protocol/chain.ts';
import { createLineSplitter, encodeLine } from '../../agents/protocol/framing.ts';
import { JournalRecord } from '../../agents/protocol/journal-record.ts';
import type { ToAgent } from '../../agents/protocol/messages.ts';
import { FromAgent } from '../../agents/protocol/messages.ts';
import { parseJson } from '../../agents/protocol/parse-json.ts';
import type { StepRequest } from '../../agents/protocol/step.ts';
import { StepResult } from '../../agents/protocol/step.ts';
import { protocolVersion } from '../../agents/protocol/version.ts';
import { AssayError } from '../../workloads/kit/assay-error.ts';
import type { Launch, LaunchAnswer } from '../../workloads/kit/seat.ts';
import type { RunDirectory } from '../store/run-directory.ts';
import { damaged, readDocument, runPaths } from '../store/run-directory.ts';
import type { Channel } from '../transport/transport.ts';
import type { BatchEnd } from './node-progress.ts';
import { NodeProgress } from './node-progress.ts';
import { refusalOf } from './refusal-of.ts';

interface Waiter {
  readonly wants: (message: FromAgent) => boolean;
  readonly resolve: (message: FromAgent) => void;
  readonly reject: (cause: unknown) => void;
}

/** A line of a node's journal and what it says. */
export interface KeptLine {
  readonly line: string;
  readonly record: JournalRecord;
}

export interface SessionOptions {
  readonly run: RunDirectory;
  readonly node: string;
  /** Lines of its journal that are here already. */
  readonly kept: readonly KeptLine[];
  /** Of the hello that the agent was started with. */
  readonly nonce: string;
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
const maxFileBytes = 64 * 1024 * 1024;
const maxStepBytes = 256 * 1024 * 1024;

/**
 * The coordinator's end of one node: mirrors the node's journal into the run directory line by line, proving
 * the chain as it grows, and pulls the evidence of every step that ended. What a node sends is checked against
 * its own digests before it is kept.
 */
export class NodeSession {
  readonly progress = new NodeProgress();
  /** Answers the launcher of the step that this node leads, when what it asked for has ended. */
  onLaunch: ((step: string, words: readonly string[]) => Promise<LaunchAnswer>) | undefined;
  readonly #channel: Channel;
  readonly #options: SessionOptions;
  readonly #waiters = new Set<Waiter>();
  readonly #chunks = new Map<string, Buffer[]>();
  readonly #ping: NodeJS.Timeout;
  readonly #arrived: string[] = [];
  /** Lines that are on our disk; and those that are linked to them. */
  #lines: number;
  #proven: number;
  #launches = 0;
  #prev: string;
  #work: Promise<void> = Promise.resolve();
  #failure: Error | undefined;
  /** Called once each when a record was kept or the session failed. */
  #changes: (() => void)[] = [];

  private constructor(channel: Channel, options: SessionOptions) {
    const { kept } = options;
    this.#channel = channel;
    this.#options = options;
    this.#lines = kept.length;
    this.#proven = kept.length;
    this.#prev = kept.length === 0 ? options.run.headDigest : sha256(kept.at(-1)?.line ?? '');
    for (const { record } of kept) this.progress.note(record);
    this.#ping = setInterval(() => this.send({ type: 'ping' }), pingMs);
  }

  /** Attaches to the run's keeper, to which an agent has been started on this channel, and catches up with its journal. */
  static async open(channel: Channel, options: SessionOptions): Promise<NodeSession> {
    const { node } = options;
    const session = new NodeSession(channel, options);
    const late = setTimeout(
      () =>
        session.#fail(
          new AssayError('AGENT_LOST', `${node}: the agent did not answer in ${welcomeMs / 1000} s`),
        ),
      welcomeMs,
    );
    try {
      const welcome = session.#next((message) => message.type === 'welcome');
      session.#listen();
      const greeting = await welcome;
      // What the node did while nobody listened comes first: decisions before that would rest on an old picture.
      if (greeting.type === 'welcome') await session.#until(() => session.#lines >= greeting.records);
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
          new AssayError(
            'AGENT_LOST',
            `${this.#options.node}: the batch ${batch} did not end within its deadline`,
          ),
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
    await this.#options.run.flush(runPaths.journal(this.#options.node));
    const finished = this.#next((message) => message.type === 'finished');
    this.send({ type: 'finish' });
    await finished;
    await this.#work;
    this.close();
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
    const { node: name, nonce } = this.#options;
    const split = createLineSplitter();
    let stderr = '';
    const onLine = (line: string): void => {
      const message = FromAgent.safeParse(parseJson(line)).data;
      if (message === undefined || (message.type === 'welcome' && message.nonce !== nonce))
        throw new AssayError(
          'PROTOCOL_MISMATCH',
          `${name}: the agent sent a message that does not fit protocol ${protocolVersion}: \`${line.slice(0, 80)}\``,
        );
      this.#receive(message);
    };
    this.#channel.stderr.on('data', (chunk: Buffer) => {
      stderr = (stderr + chunk.toString('utf8')).slice(-2000);
    });
    this.#channel.stdout.on('data', (chunk: Buffer) => {
      try {
        split(chunk).forEach(onLine);
      } catch (cause) {
        this.#fail(
          cause instanceof RangeError
            ? new AssayError('PROTOCOL_MISMATCH', `${name}: ${cause.message}`, { cause })
            : cause,
        );
      }
    });
    // Both are paused by what started the agent.
    for (const stream of [this.#channel.stdout, this.#channel.stderr]) stream.resume();
    void this.#channel.ended.then(({ exitCode }) => {
      const said = stderr.trim().slice(0, 300);
      this.#fail(
        new AssayError(
          'AGENT_LOST',
          `${name}: the connection to the agent ended (exit code ${exitCode ?? 'unknown'})${said === '' ? '' : `: ${said}`}`,
          {
            hint: `The run may still go on there. Continue with: assay resume ${this.#options.run.header.id}`,
          },
        ),
      );
    });
    this.#options.signal?.addEventListener(
      'abort',
      () => this.#fail(new AssayError('INTERRUPTED', 'interrupted')),
      { once: true },
    );
  }

  #receive(message: FromAgent): void {
    if (message.type === 'refusal') {
      this.#fail(refusalOf(this.#options.node, message.error));
      return;
    }
    if (message.type === 'record' && this.#failure === undefined) {
      this.#arrived.push(message.line);
      this.#work = this.#work.then(() => this.#keep()).catch((cause: unknown) => this.#fail(cause));
    }
    if (message.type === 'chunk') this.#collect(message);
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
        new AssayError(
          'PROTOCOL_MISMATCH',
          `${this.#options.node}: expected at most ${maxLaunches} launches, got more`,
        ),
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
    this.#wake();
  }

  #wake(): void {
    for (const change of this.#changes.splice(0)) change();
  }

  /**
   * Keeps the journal lines that have come, after the evidence that they speak of: a record here means that its files are
   * here. After a failure nothing more is kept, so that the journal here never has a hole.
   */
  async #keep(): Promise<void> {
    if (this.#failure !== undefined) return;
    const proven: KeptLine[] = [];
    try {
      for (const line of this.#arrived.splice(0)) {
        const record = this.#prove(line);
        if (record.type === 'step-ended') {
          await this.#write(proven.splice(0));
          await this.#pull(record.step, record.result);
        }
        proven.push({ line, record });
      }
    } finally {
      await this.#write(proven);
    }
  }

  /** The record of a line that is the next link of the chain. */
  #prove(line: string): JournalRecord {
    const record = JournalRecord.safeParse(parseJson(line)).data;
    const where = `${runPaths.journal(this.#options.node)} line ${this.#proven + 1}`;
    if (record === undefined) throw damaged(where, 'a journal record', `\`${line.slice(0, 80)}\``);
    if (record.seq !== this.#proven || record.prev !== this.#prev)
      throw damaged(where, 'the next link of the chain', `seq ${record.seq}`);
    this.#proven += 1;
    this.#prev = sha256(line);
    return record;
  }

  async #write(proven: readonly KeptLine[]): Promise<void> {
    if (proven.length === 0) return;
    const { run, node, onRecord } = this.#options;
    await run.append(runPaths.journal(node), proven.map(({ line }) => `${line}\n`).join(''));
    this.#lines += proven.length;
    for (const { record } of proven) {
      this.progress.note(record);
      onRecord(record);
    }
    this.#wake();
  }

  /** Fetches a step's evidence beside the run and moves it in when it is whole. */
  async #pull(step: string, digest: string): Promise<void> {
    const { run, node } = this.#options;
    const incoming = runPaths.incoming(node, step);
    const exit = await this.#fetch(`steps/${step}/exit.json`, digest);
    const { commands } = readDocument(
      StepResult,
      exit.toString('utf8'),
      `${runPaths.step(node, step)}/exit.json`,
    );
    const outputs = commands.flatMap((command) => command.outputs);
    const total = outputs.reduce((sum, { bytes }) => sum + bytes, 0);
    if (total > maxStepBytes)
      throw damaged(`${node}:${step}`, `at most ${maxStepBytes} bytes of evidence`, `${total}`);
    for (const output of outputs) {
      await run.write(
        `${incoming}/${output.file}`,
        await this.#fetch(`steps/${step}/${output.file}`, output.sha256),
      );
    }
    await run.write(`${incoming}/exit.json`, exit);
    await run.move(incoming, runPaths.step(node, step));
  }

  async #fetch(path: string, digest: string): Promise<Buffer> {
    this.#chunks.set(path, []);
    const whole = this.#next((message) => message.type === 'chunk' && message.path === path && message.last);
    this.send({ type: 'fetch', path });
    await whole;
    const bytes = Buffer.concat(this.#chunks.get(path) ?? []);
    this.#chunks.delete(path);
    if (sha256(bytes) !== digest)
      throw damaged(`${this.#options.node}:${path}`, `sha256 ${digest}`, `sha256 ${sha256(bytes)}`);
    return bytes;
  }

  #collect({ path, offset, data, last }: Extract<FromAgent, { type: 'chunk' }>): void {
    const parts = this.#chunks.get(path);
    if (parts === undefined) return; // not asked for: nothing a node offers by itself is kept
    const expected = parts.reduce((sum, part) => sum + part.length, 0);
    const isEmpty = data === '' && !last;
    if (offset !== expected || offset > maxFileBytes || isEmpty)
      throw damaged(
        `${this.#options.node}:${path}`,
        `a chunk at ${expected}`,
        isEmpty ? 'an empty one' : `one at ${offset}`,
      );
    parts.push(Buffer.from(data, 'base64'));
  }
}
