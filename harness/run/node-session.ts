import { randomBytes } from 'node:crypto';
import { sha256 } from '../../agents/protocol/chain.ts';
import { createLineSplitter, encodeLine } from '../../agents/protocol/framing.ts';
import { JournalRecord } from '../../agents/protocol/journal-record.ts';
import type { ToAgent } from '../../agents/protocol/messages.ts';
import { FromAgent } from '../../agents/protocol/messages.ts';
import { parseJson } from '../../agents/protocol/parse-json.ts';
import { StepResult } from '../../agents/protocol/step.ts';
import { protocolVersion } from '../../agents/protocol/version.ts';
import { AssayError } from '../../workloads/kit/assay-error.ts';
import { startLine } from '../deploy/command-lines.ts';
import type { Deployment } from '../deploy/deploy.ts';
import type { RunDirectory } from '../store/run-directory.ts';
import { damaged, readDocument, runPaths } from '../store/run-directory.ts';
import type { Channel, Transport } from '../transport/transport.ts';

type Waiter = {
  readonly wants: (message: FromAgent) => boolean;
  readonly resolve: (message: FromAgent) => void;
  readonly reject: (cause: unknown) => void;
};

/**
 * The coordinator's end of one node: mirrors the node's journal into the run directory line by line, proving
 * the chain as it grows, and pulls the evidence of every step that ended. What a node sends is checked against
 * its own digests before it is kept.
 */
export class NodeSession {
  readonly #channel: Channel;
  readonly #run: RunDirectory;
  readonly #node: string;
  readonly #onRecord: (record: JournalRecord) => void;
  readonly #waiters = new Set<Waiter>();
  readonly #chunks = new Map<string, Buffer[]>();
  #lines: number;
  #prev: string;
  #work: Promise<void> = Promise.resolve();
  #failure: Error | undefined;
  /** Called once each when a record was kept or the session failed. */
  #changes: (() => void)[] = [];
  readonly ended = new Set<string>();
  /** Why the last batch was cancelled, when it was. */
  cancelled: string | undefined;
  readonly startedBatches = new Set<string>();
  readonly endedBatches = new Set<string>();

  private constructor(
    channel: Channel,
    run: RunDirectory,
    node: string,
    onRecord: (record: JournalRecord) => void,
    lines: readonly string[],
  ) {
    this.#channel = channel;
    this.#run = run;
    this.#node = node;
    this.#onRecord = onRecord;
    this.#lines = lines.length;
    this.#prev = lines.length === 0 ? run.headDigest : sha256(lines.at(-1) ?? '');
  }

  /** Starts or attaches to the run's keeper and catches up with its journal. */
  static async open(
    transport: Transport,
    deployment: Deployment,
    options: {
      readonly run: RunDirectory;
      readonly node: string;
      readonly runtime: string;
      readonly mode: 'open' | 'attach';
      readonly onRecord: (record: JournalRecord) => void;
    },
  ): Promise<NodeSession> {
    const { run, node } = options;
    const lines = await keptLines(run, node);
    const channel = await transport.exec(
      startLine({ runtime: options.runtime, hash: deployment.hash, state: deployment.state }),
    );
    const session = new NodeSession(channel, run, node, options.onRecord, lines);
    for (const line of lines) session.#note(JournalRecord.parse(JSON.parse(line)));
    const nonce = randomBytes(16).toString('hex');
    session.#listen(transport.name, nonce);
    const welcome = session.#next((message) => message.type === 'welcome' && message.nonce === nonce);
    session.send({
      type: 'hello',
      version: protocolVersion,
      nonce,
      run: run.header.id,
      node,
      head: run.headDigest,
      from: lines.length,
      mode: options.mode,
    });
    const greeting = await welcome;
    // What the node did while nobody listened comes first: decisions before that would rest on an old picture.
    if (greeting.type === 'welcome') await session.#until(() => session.#lines >= greeting.records);
    return session;
  }

  send(message: ToAgent): void {
    this.#channel.stdin.write(encodeLine(message));
  }

  /** Resolves when `step` has ended and its evidence is here. */
  async stepEnded(step: string): Promise<void> {
    await this.#until(() => this.ended.has(step));
  }

  /** Resolves when `batch` has ended and all its evidence is here. */
  async batchEnded(batch: string): Promise<void> {
    await this.#until(() => this.endedBatches.has(batch));
  }

  /** The batch that the node has begun and not ended, as far as its journal is here. */
  runningBatch(): string | undefined {
    return [...this.startedBatches].find((batch) => !this.endedBatches.has(batch));
  }

  /** Tells the node that all is here; the run is removed from it. Returns how many processes had to be killed. */
  async finish(): Promise<number> {
    const finished = this.#next((message) => message.type === 'finished');
    this.send({ type: 'finish' });
    const message = await finished;
    this.close();
    return message.type === 'finished' ? message.survivors : 0;
  }

  close(): void {
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

  #listen(name: string, nonce: string): void {
    const split = createLineSplitter();
    let greeted = false;
    let noise = '';
    let stderr = '';
    this.#channel.stderr.on('data', (chunk: Buffer) => {
      stderr = (stderr + chunk.toString('utf8')).slice(-2000);
    });
    this.#channel.stdout.on('data', (chunk: Buffer) => {
      try {
        for (const line of split(chunk)) {
          const message = FromAgent.safeParse(parseJson(line));
          if (
            message.success &&
            (greeted ||
              message.data.type === 'refusal' ||
              (message.data.type === 'welcome' && message.data.nonce === nonce))
          ) {
            greeted = true;
            this.#receive(message.data);
          } else if (greeted) {
            throw new AssayError(
              'PROTOCOL_MISMATCH',
              `${name}: the agent sent a message that does not fit protocol ${protocolVersion}: \`${line.slice(0, 80)}\``,
            );
          } else {
            noise = `${noise}${line}\n`.slice(-500);
          }
        }
      } catch (cause) {
        this.#fail(
          cause instanceof RangeError
            ? new AssayError('PROTOCOL_MISMATCH', `${name}: ${cause.message}`, { cause })
            : cause,
        );
      }
    });
    void this.#channel.ended.then(({ exitCode }) =>
      this.#fail(
        new AssayError(
          'AGENT_LOST',
          `${name}: the connection to the agent ended (exit code ${exitCode ?? 'unknown'}) ${`${noise}${stderr}`.trim().slice(0, 300)}`.trim(),
          {
            hint: `The run may still go on there. Continue with: assay resume ${this.#run.header.id}`,
          },
        ),
      ),
    );
  }

  #receive(message: FromAgent): void {
    switch (message.type) {
      case 'record':
        this.#work = this.#work
          .then(() => this.#keep(message.line))
          .catch((cause: unknown) => this.#fail(cause));
        break;
      case 'chunk':
        this.#collect(message);
        break;
      case 'refusal':
        this.#fail(AssayError.fromJSON(message.error));
        return;
      case 'welcome':
      case 'pong':
      case 'stopped':
      case 'finished':
        break;
    }
    for (const waiter of [...this.#waiters]) {
      if (!waiter.wants(message)) continue;
      this.#waiters.delete(waiter);
      waiter.resolve(message);
    }
  }

  #fail(cause: unknown): void {
    this.#failure ??= AssayError.from(cause);
    for (const waiter of this.#waiters) waiter.reject(this.#failure);
    this.#waiters.clear();
    this.#wake();
  }

  /** Keeps one journal line, after the evidence that it speaks of: a record here means that its files are here. */
  async #keep(line: string): Promise<void> {
    const record = JournalRecord.safeParse(parseJson(line));
    const where = `${runPaths.journal(this.#node)} line ${this.#lines + 1}`;
    if (!record.success) throw damaged(where, 'a journal record', `\`${line.slice(0, 80)}\``);
    if (record.data.seq !== this.#lines || record.data.prev !== this.#prev)
      throw damaged(where, 'the next link of the chain', `seq ${record.data.seq}`);
    this.#lines += 1;
    this.#prev = sha256(line);
    if (record.data.type === 'step-ended') await this.#pull(record.data.step, record.data.result);
    await this.#run.append(runPaths.journal(this.#node), `${line}\n`);
    this.#note(record.data);
    this.#onRecord(record.data);
  }

  #note(record: JournalRecord): void {
    if (record.type === 'step-ended') this.ended.add(record.step);
    if (record.type === 'batch-started') this.startedBatches.add(record.batch);
    if (record.type === 'batch-ended') {
      this.endedBatches.add(record.batch);
      this.cancelled = record.execution === 'cancelled' ? (record.reason ?? 'no reason given') : undefined;
    }
    this.#wake();
  }

  #wake(): void {
    for (const change of this.#changes.splice(0)) change();
  }

  async #pull(step: string, digest: string): Promise<void> {
    const folder = runPaths.step(this.#node, step);
    const exit = await this.#fetch(`steps/${step}/exit.json`, digest);
    const result = readDocument(StepResult, exit.toString('utf8'), `${folder}/exit.json`);
    for (const output of result.commands.flatMap((command) => command.outputs)) {
      await this.#run.write(
        `${folder}/${output.file}`,
        await this.#fetch(`steps/${step}/${output.file}`, output.sha256),
      );
    }
    await this.#run.write(`${folder}/exit.json`, exit);
  }

  async #fetch(path: string, digest: string): Promise<Buffer> {
    this.#chunks.set(path, []);
    const whole = this.#next((message) => message.type === 'chunk' && message.path === path && message.last);
    this.send({ type: 'fetch', path });
    await whole;
    const bytes = Buffer.concat(this.#chunks.get(path) ?? []);
    this.#chunks.delete(path);
    if (sha256(bytes) !== digest)
      throw damaged(`${this.#node}:${path}`, `sha256 ${digest}`, `sha256 ${sha256(bytes)}`);
    return bytes;
  }

  #collect(chunk: Extract<FromAgent, { type: 'chunk' }>): void {
    const parts = this.#chunks.get(chunk.path);
    if (parts === undefined) return; // not asked for: nothing a node offers by itself is kept
    const offset = parts.reduce((sum, part) => sum + part.length, 0);
    if (chunk.offset !== offset || offset > 64 * 1024 * 1024)
      throw damaged(`${this.#node}:${chunk.path}`, `a chunk at ${offset}`, `one at ${chunk.offset}`);
    parts.push(Buffer.from(chunk.data, 'base64'));
  }
}

/** The journal lines that are here already; a torn last line of ours is forgotten and asked for again. */
async function keptLines(run: RunDirectory, node: string): Promise<readonly string[]> {
  const path = runPaths.journal(node);
  if (!(await run.has(path))) return [];
  const text = (await run.read(path)).toString('utf8');
  const whole = text.slice(0, text.lastIndexOf('\n') + 1);
  if (whole !== text) await run.write(path, whole);
  return whole.split('\n').slice(0, -1);
}
