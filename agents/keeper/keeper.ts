import { flushCompileCache } from 'node:module';
import { AssayError } from '../../workloads/kit/assay-error.ts';
import type { HostFacts } from '../../workloads/kit/facts/host-facts.ts';
import type { StopReason } from '../exec/run-command.ts';
import { sweep } from '../exec/sweep.ts';
import { watchTenants } from '../exec/watch-tenants.ts';
import type { ToAgent } from '../protocol/messages.ts';
import { protocolVersion } from '../protocol/version.ts';
import type { Batch } from './batch-run.ts';
import { BatchRun } from './batch-run.ts';
import type { Journal } from './journal.ts';
import { LaunchDesk } from './launch-desk.ts';
import type { Link } from './link.ts';
import { openJournal } from './open-journal.ts';
import type { Tools } from './probe-step.ts';
import { findTools, loadKeptFacts, runProbeStep } from './probe-step.ts';
import { loadKeptBatch, repair } from './repair.ts';
import { removeNodeRun } from './run-directory.ts';
import { removeScratch } from './scratch.ts';
import { SeatDesk } from './seat-desk.ts';
import { sendFile } from './send-file.ts';
import type { KeeperSurroundings } from './surroundings.ts';

type Stop = Extract<ToAgent, { type: 'stop' }>;

/** What makes the keeper write into its journal. */
const begins: ReadonlySet<ToAgent['type']> = new Set(['hello', 'probe', 'batch']);

export const leashMs = 120_000;
/** A keeper that nobody talks to and that has nothing to do ends after this long; `resume` starts another. */
const idleMs = 5_000;

/**
 * The owner of a run on its node. It outlives every connection: it runs the batch it was given, writes the
 * journal, keeps the evidence, and hands both to whichever coordinator attaches. It decides nothing.
 */
export class Keeper {
  readonly #around: KeeperSurroundings;
  readonly #journal: Journal;
  #session: Link | undefined;
  #running: BatchRun | undefined;
  /** A stop that came while nothing ran: the batch that was about to come must not start. */
  #stopBefore: StopReason | undefined;
  /** Why nothing is run any more on a machine that yields to others. */
  #yielded: StopReason | undefined;
  #tenants: { readonly stop: () => void } | undefined;
  #facts: HostFacts | undefined;
  #tools: Promise<Tools> | undefined;
  readonly #launches = new LaunchDesk();
  readonly #seats = new SeatDesk();
  #heardMs: number;
  #idle: NodeJS.Timeout | undefined;
  /** Nothing new is begun, and `closed` is the last word of the journal. */
  #isEnding = false;
  #hasEnded = false;

  private constructor(around: KeeperSurroundings, journal: Journal) {
    this.#around = around;
    this.#journal = journal;
    this.#heardMs = around.clock.monotonicMs();
  }

  static async start(around: KeeperSurroundings): Promise<Keeper> {
    const keeper = new Keeper(around, await openJournal(around));
    keeper.#rest();
    return keeper;
  }

  /** A coordinator that has proven itself. An earlier connection is dropped: the newest one counts. */
  attach(link: Link): void {
    this.#session?.drop();
    this.#journal.listen(undefined);
    this.#session = link;
    link.onClose(() => {
      if (this.#session !== link) return;
      this.#session = undefined;
      this.#journal.listen(undefined);
      this.#rest();
    });
    this.#rest();
  }

  /** Any message is a sign of life: the leash is counted from the last one. */
  heard(): void {
    this.#heardMs = this.#around.clock.monotonicMs();
  }

  /** Somebody who may only stop the run, beside the coordinator that is attached. Answered when nothing runs. */
  async stopFor(link: Link, { reason, now }: Stop): Promise<void> {
    this.#stop({ execution: 'cancelled', reason }, now);
    await this.#untilIdle();
    await link.send({ type: 'stopped' });
    link.end();
  }

  /** Handles one message. Refusals are answered; anything else that is thrown is our bug and is logged. */
  async handle(message: ToAgent, link: Link): Promise<void> {
    try {
      await this.#dispatch(message, link);
    } catch (cause) {
      const error = AssayError.from(cause);
      this.#around.log({ code: error.code, reason: error.message, stack: error.stack }, 'message refused');
      await link.send({ type: 'refusal', error: error.toJSON() });
    }
  }

  /** SIGTERM: the running step is cancelled, the journal is closed, the evidence stays. */
  async terminate(reason: string): Promise<void> {
    if (this.#isEnding) return;
    this.#isEnding = true;
    this.#stop({ execution: 'cancelled', reason }, true);
    await this.#untilIdle();
    await this.#close(reason);
  }

  async #dispatch(message: ToAgent, link: Link): Promise<void> {
    // Whoever wants more reaches for the node again and finds the next keeper.
    if (this.#isEnding && begins.has(message.type)) {
      link.drop();
      return;
    }
    switch (message.type) {
      case 'hello':
        return this.#hello(message, link);
      case 'probe':
        return this.#probe(message);
      case 'batch':
        return this.#batch(message);
      case 'fetch':
        return sendFile(this.#around.directory, message.path, link.send);
      case 'stop':
        if (message.batch === undefined || message.batch === this.#running?.batch)
          this.#stop({ execution: 'cancelled', reason: message.reason }, message.now);
        return;
      case 'launched':
        this.#launches.answer(message.id, { exitCode: message.exitCode, text: message.text });
        return;
      case 'launch':
        this.#seats.launch(message.step, message.launch);
        return;
      case 'release':
        this.#seats.release(message.step);
        return;
      case 'finish':
        return this.#finish(link);
      case 'ping':
        return link.send({ type: 'pong' });
      case 'clock':
        return link.send({ type: 'clock', atMs: this.#around.clock.now().getTime() });
    }
  }

  async #hello({ version, nonce, from }: Extract<ToAgent, { type: 'hello' }>, link: Link): Promise<void> {
    if (version !== protocolVersion) {
      throw new AssayError('PROTOCOL_MISMATCH', `expected protocol ${protocolVersion}, got ${version}`);
    }
    this.#stopBefore = undefined;
    await this.#journal.append({ type: 'attached', from });
    await link.send({
      type: 'welcome',
      version: protocolVersion,
      nonce,
      records: this.#journal.records,
    });
    for (let next = from; next < this.#journal.records; next += 1) {
      const [line] = this.#journal.linesFrom(next) ?? [];
      if (line === undefined)
        throw new AssayError(
          'RUN_NOT_FOUND',
          `the node has the journal from another record than ${next} on`,
          {
            hint: 'What came before is where the run was when it was opened here.',
          },
        );
      await link.send({ type: 'record', line });
    }
    this.#journal.listen((line) => void link.send({ type: 'record', line }));
  }

  async #probe({ step, yields, ...asked }: Extract<ToAgent, { type: 'probe' }>): Promise<void> {
    const around = { ...this.#around, ...(await this.#findTools()), journal: this.#journal };
    this.#facts = await runProbeStep(around, step, asked);
    if (yields === true && this.#tenants === undefined) {
      const { run } = this.#around.node;
      const { path } = around;
      this.#tenants = watchTenants({ run, path, facts: this.#facts, onTenant: (said) => this.#yield(said) });
    }
    // Whatever becomes of this process, the next one need not compile again what was needed until here.
    flushCompileCache();
  }

  /** Somebody came: the machine is his, whatever a coordinator asks for later. */
  #yield(said: string): void {
    const reason = `a tenant came: ${said}`;
    this.#yielded = { execution: 'cancelled', reason };
    this.#running?.stop(this.#yielded, true);
    this.#journal
      .append({ type: 'tenant', said })
      .catch((cause: unknown) => this.#around.log({ cause: String(cause) }, 'tenant not noted'));
  }

  /** Once, and not before something is to be done with them: a greeting must not wait for it. */
  #findTools(): Promise<Tools> {
    const { loadRegistry, path, toolpack } = this.#around;
    return (this.#tools ??= loadRegistry().then((registry) => findTools(registry, path, toolpack)));
  }

  async #batch(batch: Batch): Promise<void> {
    if (this.#running !== undefined) throw new AssayError('LEASE_HELD', 'a batch is running already');
    const { directory, node, clock } = this.#around;
    const around = {
      ...this.#around,
      run: node.run,
      runDirectory: directory,
      journal: this.#journal,
      seats: this.#seats,
      findTools: () => this.#findTools(),
      factsOf: async (step: string) => (this.#facts ??= await loadKeptFacts(directory, step)),
      silentMs: () => clock.monotonicMs() - this.#heardMs,
      requestLaunch: (step: string, words: readonly string[], signal: AbortSignal) =>
        this.#launches.ask(this.#session, step, words, signal),
    };
    const running = new BatchRun(around, batch, this.#yielded ?? this.#stopBefore);
    this.#running = running;
    this.#stopBefore = undefined;
    this.#rest();
    try {
      await running.run();
    } catch (cause) {
      // Nothing that was started may stay without an end; if even that cannot be written, the next keeper does it.
      const kept = await loadKeptBatch(directory);
      await repair(this.#journal, directory, kept, false).catch(() => this.#end());
      throw cause;
    } finally {
      this.#running = undefined;
      this.#rest();
    }
  }

  #stop(reason: StopReason, now: boolean): void {
    if (this.#running === undefined) this.#stopBefore ??= reason;
    else this.#running.stop(reason, now);
  }

  async #untilIdle(): Promise<void> {
    while (this.#running !== undefined) await new Promise((resolve) => setTimeout(resolve, 20));
  }

  async #finish(link: Link): Promise<void> {
    if (this.#running !== undefined) throw new AssayError('LEASE_HELD', 'a batch is still running');
    this.#isEnding = true;
    const found = await sweep(this.#around.node.run);
    if (found > 0) await this.#journal.append({ type: 'swept', found });
    await removeScratch(this.#around.directory, this.#around.node.run);
    await this.#journal.close();
    await removeNodeRun(this.#around.state, this.#around.directory);
    await link.send({ type: 'finished' });
    this.#end();
  }

  async #close(reason: string): Promise<void> {
    this.#isEnding = true;
    try {
      await this.#journal.append({ type: 'closed', reason });
      await this.#journal.close();
    } finally {
      this.#end();
    }
  }

  /** Lets go of everything that keeps the process alive; the lease is free from here on. */
  #end(): void {
    this.#hasEnded = true;
    clearTimeout(this.#idle);
    this.#tenants?.stop();
    this.#session?.end();
    this.#around.onEnd();
  }

  /** Arms or disarms the idle end: without a coordinator and without a batch there is nothing to stay for. */
  #rest(): void {
    clearTimeout(this.#idle);
    if (this.#session !== undefined || this.#running !== undefined || this.#hasEnded) return;
    this.#idle = setTimeout(() => {
      this.#close('no coordinator came back').catch((cause: unknown) =>
        this.#around.log({ cause: String(cause) }, 'not closed'),
      );
    }, idleMs);
  }
}
