import { mkdir, readdir, readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { Logger } from 'pino';
import { AssayError } from '../../workloads/kit/assay-error.ts';
import type { HostFacts } from '../../workloads/kit/facts/host-facts.ts';
import { ProbeDocument } from '../../workloads/kit/facts/probe-output.ts';
import { readHostFacts } from '../../workloads/kit/facts/read-host-facts.ts';
import type { LaunchAnswer } from '../../workloads/kit/seat.ts';
import type { Registry } from '../../workloads/registry.ts';
import type { Clock } from '../clock.ts';
import type { StopReason } from '../exec/run-command.ts';
import { runStep } from '../exec/run-step.ts';
import { sweep } from '../exec/sweep.ts';
import { expandPattern } from '../probe/read-tree.ts';
import { runProbes } from '../probe/run-probes.ts';
import type { ToAgent } from '../protocol/messages.ts';
import { protocolVersion } from '../protocol/version.ts';
import { writeWhole } from '../protocol/write-whole.ts';
import { Journal } from './journal.ts';
import type { Link } from './link.ts';
import { keepProbes, probesFile } from './probe-step.ts';
import type { KeptBatch } from './repair.ts';
import { batchFile, loadKeptBatch, repair } from './repair.ts';
import type { NodeRun } from './run-directory.ts';
import { removeNodeRun } from './run-directory.ts';
import { sendFile } from './send-file.ts';

type Batch = Extract<ToAgent, { type: 'batch' }>;
type Stop = Extract<ToAgent, { type: 'stop' }>;

export interface KeeperSurroundings {
  readonly state: string;
  readonly directory: string;
  readonly node: NodeRun;
  /** Of the boot that this keeper runs in; another than the run's means that the node was rebooted. */
  readonly bootId: string;
  readonly bundle: string;
  readonly runtime: string;
  readonly path: string;
  readonly clock: Clock;
  readonly registry: Registry;
  readonly log: Logger;
  /** How long a heavy step may go on without hearing from a coordinator (dead-man). */
  readonly leashMs: number;
  /** Gives up the lease and lets the process end. */
  readonly onEnd: () => void;
}

export const leashMs = 120_000;
/** A keeper that nobody talks to and that has nothing to do ends after this long; `resume` starts another. */
const idleMs = 5_000;

/** A batch in progress. */
interface Running {
  readonly batch: string;
  readonly controller: AbortController;
  stopping: StopReason | undefined;
  isHeavy: boolean;
}

/**
 * The owner of a run on its node. It outlives every connection: it runs the batch it was given, writes the
 * journal, keeps the evidence, and hands both to whichever coordinator attaches. It decides nothing.
 */
export class Keeper {
  readonly #around: KeeperSurroundings;
  readonly #places: readonly string[];
  readonly #journal: Journal;
  #session: Link | undefined;
  #running: Running | undefined;
  /** A stop that came while nothing ran: the batch that was about to come must not start. */
  #stopBefore: StopReason | undefined;
  #facts: HostFacts | undefined;
  /** Launches that a leader's launcher waits for, by the number under which the coordinator was asked. */
  readonly #launches = new Map<number, (answer: LaunchAnswer) => void>();
  #launchCount = 0;
  #heardMs: number;
  #idle: NodeJS.Timeout | undefined;
  #hasEnded = false;

  private constructor(around: KeeperSurroundings, places: readonly string[], journal: Journal) {
    this.#around = around;
    this.#places = places;
    this.#journal = journal;
    this.#heardMs = around.clock.monotonicMs();
  }

  static async start(around: KeeperSurroundings): Promise<Keeper> {
    const { directory, node, bootId } = around;
    const journal = await Journal.open(join(directory, 'journal.ndjson'), node.head, around.clock);
    const tools = [...around.registry.values()].flatMap((entry) => entry.tools);
    const patterns = unique(tools.flatMap(({ requires }) => requires.places ?? []));
    const places = (await Promise.all(patterns.map((pattern) => expandPattern(pattern)))).flat();
    const path = [around.path, ...places].join(':');
    const keeper = new Keeper({ ...around, path }, places, journal);
    const found = await sweep(node.run);
    if (journal.lines.length === 0) {
      const { run, bundle } = node;
      await journal.append({
        type: 'opened',
        run,
        node: node.node,
        protocol: protocolVersion,
        bundle,
        bootId,
        directory,
      });
    } else {
      await journal.append({ type: 'restarted', bootId });
      if (found > 0) await journal.append({ type: 'swept', found });
      const kept = await loadKeptBatch(directory);
      await keeper.#removeScratch(kept);
      await repair(journal, directory, kept, bootId !== node.bootId);
    }
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
      this.#around.log.error(
        { code: error.code, reason: error.message, stack: error.stack },
        'message refused',
      );
      await link.send({ type: 'refusal', error: error.toJSON() });
    }
  }

  /** SIGTERM: the running step is cancelled, the journal is closed, the evidence stays. */
  async terminate(reason: string): Promise<void> {
    this.#stop({ execution: 'cancelled', reason }, true);
    await this.#untilIdle();
    await this.#close(reason);
  }

  async #dispatch(message: ToAgent, link: Link): Promise<void> {
    switch (message.type) {
      case 'hello':
        return this.#hello(message, link);
      case 'probe':
        return this.#probe(message.step, message.scratch);
      case 'batch':
        return this.#batch(message);
      case 'fetch':
        return sendFile(this.#around.directory, message.path, link.send);
      case 'stop':
        if (message.batch === undefined || message.batch === this.#running?.batch)
          this.#stop({ execution: 'cancelled', reason: message.reason }, message.now);
        return;
      case 'launched':
        this.#launches.get(message.id)?.({ exitCode: message.exitCode, text: message.text });
        return;
      case 'finish':
        return this.#finish(link);
      case 'ping':
        return link.send({ type: 'pong' });
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
      records: this.#journal.lines.length,
    });
    for (let next = from; next < this.#journal.lines.length; next += 1) {
      await link.send({ type: 'record', line: this.#journal.lines[next] ?? '' });
    }
    this.#journal.listen((line) => void link.send({ type: 'record', line }));
  }

  async #probe(step: string, scratch: string | undefined): Promise<void> {
    const { clock, path, registry, directory } = this.#around;
    const tools = [...registry.values()].flatMap((entry) => entry.tools);
    const startedAt = clock.now().toISOString();
    const start = clock.monotonicMs();
    const cpu = process.cpuUsage();
    await this.#journal.append({ type: 'step-started', step });
    const place = await this.#makeScratch(scratch);
    const document = await runProbes({
      scratchPath: place,
      path,
      programs: unique(tools.flatMap((tool) => tool.requires.programs)),
      headers: unique(tools.flatMap((tool) => tool.requires.headers ?? [])),
      libraries: unique(tools.flatMap((tool) => tool.requires.libraries ?? [])),
      places: this.#places,
    });
    this.#facts = readHostFacts(document);
    const result = await keepProbes(directory, step, document, {
      startedAt,
      durationMs: Math.round(clock.monotonicMs() - start),
      agentCpuSeconds: seconds(process.cpuUsage(cpu)),
    });
    await this.#journal.append({ type: 'step-ended', step, execution: 'completed', result });
  }

  async #batch(batch: Batch): Promise<void> {
    if (this.#running !== undefined) throw new AssayError('LEASE_HELD', 'a batch is running already');
    const running: Running = {
      batch: batch.batch,
      controller: new AbortController(),
      stopping: this.#stopBefore,
      isHeavy: false,
    };
    this.#running = running;
    this.#stopBefore = undefined;
    this.#rest();
    const deadline = setTimeout(
      () => this.#stop({ execution: 'timeout', reason: 'the deadline of the batch has passed' }, true),
      batch.deadlineMs,
    );
    const leash = setInterval(() => this.#checkLeash(), Math.max(50, this.#around.leashMs / 10));
    try {
      await this.#runBatch(batch, running);
    } catch (cause) {
      // Nothing that was started may stay without an end; if even that cannot be written, the next keeper does it.
      await repair(
        this.#journal,
        this.#around.directory,
        await loadKeptBatch(this.#around.directory),
        false,
      ).catch(() => this.#end());
      throw cause;
    } finally {
      clearTimeout(deadline);
      clearInterval(leash);
      this.#running = undefined;
      this.#rest();
    }
  }

  async #runBatch(batch: Batch, running: Running): Promise<void> {
    const { directory, registry } = this.#around;
    const scratch = await this.#makeScratch(batch.scratch);
    const kept: KeptBatch = { batch: batch.batch, scratch, steps: batch.steps };
    await writeWhole(join(directory, batchFile), JSON.stringify(kept));
    await this.#journal.append({ type: 'plan', digest: batch.plan });
    await this.#journal.append({
      type: 'batch-started',
      batch: batch.batch,
      steps: batch.steps.map(({ step }) => step),
    });
    const facts = this.#facts ?? (await this.#keptFacts(batch.facts));
    for (const request of batch.steps) {
      running.isHeavy = registry.get(request.workload)?.workload.load === 'heavy';
      this.#checkLeash();
      if (running.stopping !== undefined) break;
      await this.#journal.append({ type: 'step-started', step: request.step });
      const { run } = this.#around.node;
      const around = {
        ...this.#around,
        run,
        runDirectory: directory,
        scratch,
        facts,
        launch: batch.launch,
        requestLaunch: this.#requestLaunch.bind(this),
      };
      const { result, digest } = await runStep(around, request, running.controller.signal);
      await this.#journal.append({
        type: 'step-ended',
        step: request.step,
        execution: result.execution,
        result: digest,
      });
    }
    const ended = running.stopping ?? { execution: 'completed' as const };
    await this.#journal.append({ type: 'batch-ended', batch: batch.batch, ...ended });
  }

  /** Only the coordinator can reach another node. With nobody there the launcher is told so, and does not wait. */
  async #requestLaunch(step: string, words: readonly string[], signal: AbortSignal): Promise<LaunchAnswer> {
    const session = this.#session;
    if (session === undefined) return { exitCode: 1, text: 'no coordinator is there to launch anything' };
    const id = this.#launchCount;
    this.#launchCount += 1;
    const { promise, resolve } = Promise.withResolvers<LaunchAnswer>();
    this.#launches.set(id, resolve);
    const onGone = (): void => resolve({ exitCode: 1, text: 'the launcher has gone' });
    signal.addEventListener('abort', onGone, { once: true });
    try {
      await session.send({ type: 'launch', id, step, words: [...words] });
      return await promise;
    } finally {
      signal.removeEventListener('abort', onGone);
      this.#launches.delete(id);
    }
  }

  #stop(reason: StopReason, now: boolean): void {
    if (this.#running === undefined) {
      this.#stopBefore ??= reason;
      return;
    }
    this.#running.stopping ??= reason;
    if (now) this.#running.controller.abort(this.#running.stopping);
  }

  /** Heavy load is on a leash: with nobody there, the running sample may end, and nothing heavy follows. */
  #checkLeash(): void {
    const silentMs = this.#around.clock.monotonicMs() - this.#heardMs;
    if (this.#running?.isHeavy !== true || silentMs <= this.#around.leashMs) return;
    const reason = `no contact with the coordinator for ${this.#around.leashMs / 1000} s`;
    this.#stop({ execution: 'lost-contact', reason }, false);
  }

  async #untilIdle(): Promise<void> {
    while (this.#running !== undefined) await new Promise((resolve) => setTimeout(resolve, 20));
  }

  async #finish(link: Link): Promise<void> {
    if (this.#running !== undefined) throw new AssayError('LEASE_HELD', 'a batch is still running');
    const found = await sweep(this.#around.node.run);
    if (found > 0) await this.#journal.append({ type: 'swept', found });
    await this.#removeScratch(await loadKeptBatch(this.#around.directory));
    await this.#journal.close();
    await removeNodeRun(this.#around.state, this.#around.directory);
    await link.send({ type: 'finished' });
    this.#end();
  }

  async #close(reason: string): Promise<void> {
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
    this.#session?.end();
    this.#around.onEnd();
  }

  /** Arms or disarms the idle end: without a coordinator and without a batch there is nothing to stay for. */
  #rest(): void {
    clearTimeout(this.#idle);
    if (this.#session !== undefined || this.#running !== undefined || this.#hasEnded) return;
    this.#idle = setTimeout(() => {
      this.#close('no coordinator came back').catch((cause: unknown) =>
        this.#around.log.error({ cause: String(cause) }, 'not closed'),
      );
    }, idleMs);
  }

  /** Where steps write. A directory that was named must exist; only our own is made. */
  async #makeScratch(given: string | undefined): Promise<string> {
    if (given !== undefined) return given;
    const own = join(this.#around.directory, 'scratch');
    await mkdir(own, { recursive: true, mode: 0o700 });
    return own;
  }

  async #keptFacts(step: string): Promise<HostFacts> {
    const text = await readFile(join(this.#around.directory, 'steps', step, probesFile), 'utf8');
    return (this.#facts = readHostFacts(ProbeDocument.parse(JSON.parse(text))));
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
}

const seconds = ({ user, system }: NodeJS.CpuUsage): number => (user + system) / 1e6;

const unique = (names: readonly string[]): readonly string[] => [...new Set(names)].toSorted();
