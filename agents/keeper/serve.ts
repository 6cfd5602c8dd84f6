import type { Socket } from 'node:net';
import { join } from 'node:path';
import { pino } from 'pino';
import { loadRegistry } from '../../workloads/registry.ts';
import { systemClock } from '../clock.ts';
import { readEnvironment } from '../environment.ts';
import { createLineSplitter, encodeLine } from '../protocol/framing.ts';
import type { FromAgent } from '../protocol/messages.ts';
import { ToAgent } from '../protocol/messages.ts';
import { parseJson } from '../protocol/parse-json.ts';
import { createChallenge, isProof, Knock, Proof, prove } from './handshake.ts';
import { Keeper, leashMs } from './keeper.ts';
import { takeLease } from './lease.ts';
import { createLink } from './link.ts';
import type { NodeRun } from './run-directory.ts';
import { loadNodeRun, readBootId } from './run-directory.ts';

export interface ServeOptions {
  readonly state: string;
  readonly directory: string;
  readonly bundle: string;
}

/** The detached process: takes the lease, starts the keeper, answers the door until the keeper ends. */
export async function serve(options: ServeOptions): Promise<void> {
  const log = pino(
    { base: null },
    pino.destination({ dest: join(options.directory, 'keeper.log'), sync: true }),
  );
  const bootId = await readBootId();
  const node = await loadNodeRun(options.directory);
  const { promise: keeper, resolve: opened } = Promise.withResolvers<Keeper>();
  const sockets = new Set<Socket>();
  const server = await takeLease(bootId, (socket) => {
    sockets.add(socket);
    socket.on('close', () => sockets.delete(socket));
    socket.on('error', (cause) => log.warn({ reason: cause.message }, 'connection error'));
    void keeper.then((ready) => answer(socket, ready, node));
  });
  if (server === undefined) {
    log.error('the lease is held by another keeper');
    return;
  }
  const started = await Keeper.start({
    ...options,
    node,
    bootId,
    runtime: process.execPath,
    path: readEnvironment().path,
    clock: systemClock,
    registry: await loadRegistry(),
    log,
    leashMs,
    onEnd: () => {
      server.close();
      for (const socket of sockets) socket.destroySoon();
    },
  });
  opened(started);
  for (const signal of ['SIGTERM', 'SIGINT'] as const)
    process.once(signal, () => void started.terminate(`the agent received ${signal}`));
}

/** Lets in who knows the token; tells everybody else who holds the node. */
function answer(socket: Socket, keeper: Keeper, node: NodeRun): void {
  const split = createLineSplitter();
  const link = createLink(socket);
  const challenge = createChallenge();
  let stage: 'knock' | 'proof' | 'hello' | 'attached' | 'stop' = 'knock';
  let queue: Promise<void> = Promise.resolve();

  const onLine = (line: string): void => {
    const json = parseJson(line);
    if (stage === 'knock') {
      const knock = Knock.safeParse(json);
      if (!knock.success || knock.data.run !== node.run) return refuse(socket, occupied(node.run));
      socket.write(encodeLine({ proof: prove(node.token, 'keeper', knock.data.challenge), challenge }));
      stage = 'proof';
      return;
    }
    if (stage === 'proof') {
      const proof = Proof.safeParse(json);
      if (!proof.success || !isProof(proof.data.proof, node.token, 'bridge', challenge)) {
        return refuse(socket, occupied(node.run));
      }
      stage = 'hello';
      return;
    }
    const parsed = ToAgent.safeParse(json);
    if (!parsed.success) return refuse(socket, unfit(parsed.error.issues[0]?.message ?? ''));
    const message = parsed.data;
    if (stage === 'hello') {
      // Before anything is attached: another name for this machine must not take the connection from the first.
      if (message.type === 'hello' && message.node !== node.node)
        return refuse(socket, sameMachine(message.node, node.node));
      stage = message.type === 'hello' && message.mode === 'stop' ? 'stop' : 'attached';
      if (stage === 'stop') return;
      keeper.attach(link);
    }
    keeper.heard();
    if (stage === 'stop') {
      if (message.type === 'stop') void keeper.stopFor(link, message);
    } else if (message.type === 'batch') {
      // A batch runs for minutes; what may arrive meanwhile (fetch, stop, ping) must not wait behind it.
      void keeper.handle(message, link);
    } else {
      queue = queue.then(() => keeper.handle(message, link));
    }
  };
  socket.on('data', (chunk: Buffer) => {
    try {
      split(chunk).forEach(onLine);
    } catch (cause) {
      if (!(cause instanceof RangeError)) throw cause;
      socket.destroy();
    }
  });
}

type Refusal = Extract<FromAgent, { type: 'refusal' }>;

const occupied = (run: string): Refusal => ({
  type: 'refusal',
  error: {
    code: 'LEASE_HELD',
    message: `this node is in use by the run ${run}`,
    hint: `Wait for it, or end it with: assay stop ${run} --now`,
  },
});

const sameMachine = (asked: string, held: string): Refusal => ({
  type: 'refusal',
  error: {
    code: 'SAME_MACHINE',
    message: `expected ${asked} to be a machine of its own, found that it is ${held}`,
    hint: 'Name each machine once.',
  },
});

const unfit = (issue: string): Refusal => ({
  type: 'refusal',
  error: { code: 'PROTOCOL_MISMATCH', message: `a message does not fit the protocol: ${issue}` },
});

const refuse = (socket: Socket, refusal: Refusal): void => void socket.end(encodeLine(refusal));
