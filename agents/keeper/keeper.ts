import { mkdir, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import type { Socket } from 'node:net';
import { join } from 'node:path';
import type { Logger } from 'pino';
import { AssayError } from '../../workloads/kit/assay-error.ts';
import type { HostFacts } from '../../workloads/kit/facts/host-facts.ts';
import { ProbeDocument } from '../../workloads/kit/facts/probe-output.ts';
import { readHostFacts } from '../../workloads/kit/facts/read-host-facts.ts';
import type { Registry } from '../../workloads/registry.ts';
import type { Clock } from '../clock.ts';
import type { StopReason } from '../exec/run-command.ts';
import { runStep } from '../exec/run-step.ts';
import { sweep } from '../exec/sweep.ts';
import { runProbes } from '../probe/run-probes.ts';
import { encodeLine } from '../protocol/framing.ts';
import type { FromAgent, ToAgent } from '../protocol/messages.ts';
import { protocolVersion } from '../protocol/version.ts';
import { Journal } from './journal.ts';
import { factsStep, keepProbes, probesFile } from './probe-step.ts';
import { KeptBatch, repair } from './repair.ts';
import type { NodeRun } from './run-directory.ts';
import { removeNodeRun } from './run-directory.ts';
import { sendFile } from './send-file.ts';

type Batch = Extract<ToAgent, { type: 'batch' }>;

export interface KeeperSurroundings {
  readonly state: string;
  readonly directory: string;
  readonly node: NodeRun;
  readonly bundle: string;
  readonly runtime: string;
  readonly path: string;
  readonly clock: Clock;
  readonly registry: Registry;
  readonly log: Logger;
  readonly rebooted: boolean;
  /** How long a heavy batch may go on without a coordinator. */
  readonly leashMs: number;
  /** Ends the process. */
  readonly onEnd: () => void;
}

/** Contact with the coordinator may be lost for this long while a heavy step runs (dead-man). */
export const leashMs = 120_000;
/** A keeper that nobody talks to and that has nothing to do ends after this long. */
const idleMs = 60_000;

/**
 * The owner of a run on its node. It outlives every connection: it runs the batch it was given, writes the
 * journal, keeps the evidence, and hands both to whichever coordinator attaches. It decides nothing.
 */
export class Keeper {
  readonly #around: KeeperSurroundings;
  readonly #journal: Journal;
  #session: Socket | undefined;
  #running: AbortController | undefined;
  #stopping: StopReason | undefined;
  #facts: HostFacts | undefined;
  #heavy = false;
  #stayUntilMs = 0;
  #timer: NodeJS.Timeout | undefined;
  #hasEnded = false;

  private constructor(around: KeeperSurroundings, journal: Journal) {
    this.#around = around;
    this.#journal = journal;
  }

  static async start(around: KeeperSurroundings): Promise<Keeper> {
    const journal = await Journal.open(
      join(around.directory, 'journal.ndjson'),
      around.node.head,
      around.clock,
    );
    const keeper = new Keeper(around, journal);
    const survivors = await sweep(around.node.run);
    if (journal.lines.length === 0) {
      const { run, node, bootId, bundle } = around.node;
      await journal.append({
        type: 'opened',
        run,
        node,
        protocol: protocolVersion,
        bundle,
        bootId,
        directory: around.directory,
      });
    } else {
      const kept = await keeper.#keptBatch();
      if (survivors > 0) await journal.append({ type: 'swept', found: survivors, killed: survivors });
      await keeper.#removeScratch(kept);
      await repair(journal, around.directory, kept, around.rebooted);
    }
    keeper.#rest();
    return keeper;
  }

  /** A coordinator that has shown the token. An earlier connection is told and dropped: the newest one counts. */
  attach(socket: Socket): void {
    this.#session?.destroy();
    this.#session = socket;
    socket.on('close', () => {
      if (this.#session !== socket) return;
      this.#session = undefined;
      this.#journal.listen(undefined);
      this.#rest();
    });
    this.#rest();
  }

  /** Somebody who may only stop the run, beside the coordinator that is attached. Answered when all is idle. */
  async stopFor(socket: Socket, message: Extract<ToAgent, { type: 'stop' }>): Promise<void> {
    this.#stop({ execution: 'cancelled', reason: message.reason }, message.now);
    await this.#idle();
    socket.end(encodeLine({ type: 'stopped' } satisfies FromAgent));
  }

  /** Handles one message. Refusals are answered; anything else that is thrown is our bug and is logged. */
  async handle(message: ToAgent): Promise<void> {
    try {
      await this.#dispatch(message);
    } catch (cause) {
      const error = AssayError.from(cause);
      this.#around.log.error(
        { code: error.code, reason: error.message, stack: error.stack },
        'message refused',
      );
      await this.#send({ type: 'refusal', error: error.toJSON() });
    }
  }

  /** SIGTERM: the running step is cancelled, the journal is closed, the evidence stays. */
  async terminate(reason: string): Promise<void> {
    this.#stop({ execution: 'cancelled', reason }, true);
    await this.#idle();
    await this.#close(reason);
  }

  async #idle(): Promise<void> {
    while (this.#running !== undefined) await new Promise((resolve) => setTimeout(resolve, 20));
  }

  async #dispatch(message: ToAgent): Promise<void> {
    switch (message.type) {
      case 'hello':
        await this.#hello(message);
        return;
      case 'probe':
        await this.#probe(message.scratch);
        return;
      case 'batch':
        await this.#batch(message);
        return;
      case 'fetch':
        await sendFile(this.#around.directory, message.path, (chunk) => this.#send(chunk));
        return;
      case 'stop':
        this.#stop({ execution: 'cancelled', reason: message.reason }, message.now);
        return;
      case 'finish':
        await this.#finish();
        return;
      case 'ping':
        await this.#send({ type: 'pong' });
        return;
    }
  }

  async #hello(message: Extract<ToAgent, { type: 'hello' }>): Promise<void> {
    const { version, nonce, from } = message;
    if (version !== protocolVersion) {
      throw new AssayError('PROTOCOL_MISMATCH', `expected protocol ${protocolVersion}, got ${version}`);
    }
    await this.#journal.append({ type: 'attached', from });
    const records = this.#journal.lines.length;
    await this.#send({
      type: 'welcome',
      version: protocolVersion,
      nonce,
      bootId: this.#around.node.bootId,
      records,
    });
    for (let next = from; next < this.#journal.lines.length; next += 1) {
      await this.#send({ type: 'record', line: this.#journal.lines[next] ?? '' });
    }
    this.#journal.listen((line) => void this.#send({ type: 'record', line }));
  }

  async #probe(scratch: string | undefined): Promise<void> {
    const { clock, path, registry } = this.#around;
    const tools = [...registry.values()].flatMap((entry) => entry.tools);
    const startedAt = clock.now().toISOString();
    const start = clock.monotonicMs();
    await this.#journal.append({ type: 'step-started', step: factsStep });
    await mkdir(this.#scratch(scratch), { recursive: true, mode: 0o700 });
    const document = await runProbes({
      scratchPath: this.#scratch(scratch),
      path,
      programs: unique(tools.flatMap((tool) => tool.requires.programs)),
      headers: unique(tools.flatMap((tool) => tool.requires.headers ?? [])),
    });
    this.#facts = readHostFacts(document);
    const result = await keepProbes(this.#around.directory, document, {
      startedAt,
      durationMs: Math.round(clock.monotonicMs() - start),
    });
    await this.#journal.append({ type: 'step-ended', step: factsStep, execution: 'completed', result });
  }

  async #batch(batch: Batch): Promise<void> {
    if (this.#running !== undefined) throw new AssayError('LEASE_HELD', 'a batch is running already');
    const { run } = this.#around.node;
    const facts = this.#facts ?? (await this.#keptFacts());
    const scratch = this.#scratch(batch.scratch);
    const kept: KeptBatch = { batch: batch.batch, scratch, steps: batch.steps };
    await writeFile(join(this.#around.directory, 'batch.json'), JSON.stringify(kept), { mode: 0o600 });
    const controller = new AbortController();
    this.#running = controller;
    this.#stopping = undefined;
    this.#heavy = batch.load === 'heavy';
    this.#stayUntilMs = this.#around.clock.monotonicMs() + batch.deadlineMs;
    this.#rest();
    const onDeadline = setTimeout(
      () => this.#stop({ execution: 'timeout', reason: 'the deadline of the batch has passed' }, true),
      batch.deadlineMs,
    );
    try {
      await this.#journal.append({ type: 'plan', digest: batch.plan });
      await this.#journal.append({
        type: 'batch-started',
        batch: batch.batch,
        steps: batch.steps.map((step) => step.step),
      });
      for (const request of batch.steps) {
        if (this.#stopped() !== undefined) break;
        await this.#journal.append({ type: 'step-started', step: request.step });
        const { result, digest } = await runStep(
          {
            run,
            runDirectory: this.#around.directory,
            scratch,
            bundle: this.#around.bundle,
            runtime: this.#around.runtime,
            path: this.#around.path,
            clock: this.#around.clock,
            facts,
            registry: this.#around.registry,
          },
          request,
          controller.signal,
        );
        await this.#journal.append({
          type: 'step-ended',
          step: request.step,
          execution: result.execution,
          result: digest,
        });
      }
      const stopped = this.#stopped();
      await this.#journal.append({
        type: 'batch-ended',
        batch: batch.batch,
        ...(stopped ?? { execution: 'completed' }),
      });
    } finally {
      clearTimeout(onDeadline);
      this.#running = undefined;
      this.#heavy = false;
      this.#rest();
    }
  }

  /** Read through a method: the field changes while a step is awaited, which flow analysis cannot see. */
  #stopped(): StopReason | undefined {
    return this.#stopping;
  }

  #stop(reason: StopReason, now: boolean): void {
    if (this.#running === undefined) return;
    this.#stopping ??= reason;
    if (now) this.#running.abort(this.#stopping);
  }

  async #finish(): Promise<void> {
    if (this.#running !== undefined) throw new AssayError('LEASE_HELD', 'a batch is still running');
    const survivors = await sweep(this.#around.node.run);
    await this.#removeScratch(await this.#keptBatch());
    await this.#journal.close();
    await removeNodeRun(this.#around.state, this.#around.directory);
    await this.#send({ type: 'finished', survivors });
    this.#end();
  }

  async #close(reason: string): Promise<void> {
    await this.#journal.append({ type: 'closed', reason });
    await this.#journal.close();
    this.#end();
  }

  /** Lets go of everything that keeps the process alive; the lease is free from here on. */
  #end(): void {
    this.#hasEnded = true;
    clearTimeout(this.#timer);
    this.#session?.end();
    this.#around.onEnd();
  }

  /** Arms the one timer that fits the moment: the dead-man while a heavy batch runs alone, else the idle end. */
  #rest(): void {
    clearTimeout(this.#timer);
    if (this.#session !== undefined || this.#hasEnded) return;
    if (this.#running === undefined) {
      const patience = Math.max(idleMs, this.#stayUntilMs - this.#around.clock.monotonicMs());
      this.#timer = setTimeout(() => void this.#close('no coordinator came back'), patience);
    } else if (this.#heavy) {
      const reason: StopReason = {
        execution: 'lost-contact',
        reason: `no contact with the coordinator for ${this.#around.leashMs / 1000} s`,
      };
      this.#timer = setTimeout(() => this.#stop(reason, false), this.#around.leashMs);
    }
  }

  #scratch(given: string | undefined): string {
    return given ?? join(this.#around.directory, 'scratch');
  }

  async #keptBatch(): Promise<KeptBatch | undefined> {
    try {
      return KeptBatch.parse(JSON.parse(await readFile(join(this.#around.directory, 'batch.json'), 'utf8')));
    } catch (cause) {
      if (cause instanceof Error && 'code' in cause && cause.code === 'ENOENT') return undefined;
      throw cause;
    }
  }

  async #keptFacts(): Promise<HostFacts> {
    const text = await readFile(join(this.#around.directory, 'steps', factsStep, probesFile), 'utf8');
    this.#facts = readHostFacts(ProbeDocument.parse(JSON.parse(text)));
    return this.#facts;
  }

  /** A killed keeper cannot clean up, so the next one does: only names of this run, only in the directory used. */
  async #removeScratch(kept: KeptBatch | undefined): Promise<void> {
    if (kept === undefined) return;
    const names = await readdir(kept.scratch).catch((cause: unknown) => {
      if (cause instanceof Error && 'code' in cause && cause.code === 'ENOENT') return [];
      throw cause;
    });
    for (const name of names) {
      if (name.startsWith(`assay-${this.#around.node.run}-`))
        await rm(join(kept.scratch, name), { recursive: true, force: true });
    }
  }

  async #send(message: FromAgent): Promise<void> {
    const session = this.#session;
    if (session === undefined || session.destroyed) return;
    if (session.write(`${JSON.stringify(message)}\n`)) return;
    await new Promise<void>((resolve) => {
      session.once('drain', resolve);
      session.once('close', () => resolve());
    });
  }
}

const unique = (names: readonly string[]): readonly string[] => [...new Set(names)].toSorted();
