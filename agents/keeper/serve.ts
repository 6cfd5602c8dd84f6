import type { Socket } from 'node:net';
import { join } from 'node:path';
import { pino } from 'pino';
import { parseJson } from '../../workloads/kit/parse-json.ts';
import { loadRegistry } from '../../workloads/registry.ts';
import { systemClock } from '../clock.ts';
import { readAgentEnvironment } from '../environment.ts';
import type { LocalSocket } from '../local-socket.ts';
import { createLineSplitter, encodeLine } from '../protocol/framing.ts';
import type { FromAgent } from '../protocol/messages.ts';
import { ToAgent } from '../protocol/messages.ts';
import { showBeacon } from './beacon.ts';
import { openDoor } from './door.ts';
import { createGreeter, greetLimits } from './greet.ts';
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

/** The detached process: takes the lease, starts the keeper, opens its door until the keeper ends. */
export async function serve(options: ServeOptions): Promise<void> {
  const log = pino(
    { base: null },
    pino.destination({ dest: join(options.directory, 'keeper.log'), sync: true }),
  );
  const bootId = await readBootId();
  const node = await loadNodeRun(options.directory);
  // First, so that who finds the lease held finds the beacon too.
  const beacon = await showBeacon(node.beacon);
  const lease = await takeLease(bootId);
  if (lease === undefined) {
    beacon?.close();
    log.error('the lease is held by another keeper');
    return;
  }
  const sockets = new Set<Socket>();
  const { promise: door, resolve: opened } = Promise.withResolvers<LocalSocket>();
  const started = await Keeper.start({
    ...options,
    node,
    bootId,
    runtime: process.execPath,
    path: readAgentEnvironment().path,
    clock: systemClock,
    registry: await loadRegistry(),
    log,
    leashMs,
    onEnd: () => {
      void door.then(({ close }) => close());
      lease.close();
      beacon?.close();
      for (const socket of sockets) socket.destroySoon();
    },
  });
  const greet = createGreeter(greetLimits);
  const knocked = (socket: Socket): void => {
    sockets.add(socket);
    socket.on('close', () => sockets.delete(socket));
    socket.on('error', (cause) => log.warn({ reason: cause.message }, 'connection error'));
    answer(socket, started, node, greet);
  };
  opened(await openDoor(options.directory, knocked));
  for (const signal of ['SIGTERM', 'SIGINT'] as const)
    process.once(signal, () => void started.terminate(`the agent received ${signal}`));
}

/** So many messages may wait for the one that is dealt with, and so many bytes for whoever should read them. */
const [mostWaiting, mostUnread] = [64, 1024 * 1024];

/** Lets in who knows the token. Nobody else gets a word, and who does not read what it is told is not read either. */
export function answer(
  socket: Socket,
  keeper: Keeper,
  node: NodeRun,
  greet: ReturnType<typeof createGreeter>,
): void {
  const split = createLineSplitter();
  const link = createLink(socket);
  const challenge = createChallenge();
  let stage: 'hello' | 'attached' | 'stop' = 'hello';
  let queue: Promise<void> = Promise.resolve();
  let waiting = 0;
  let hasKnocked = false;
  const isBehind = (): boolean => waiting >= mostWaiting || socket.writableLength >= mostUnread;
  const goOn = (): void => {
    if (!isBehind()) socket.resume();
  };
  socket.on('drain', goOn);

  const hear = (json: unknown): 'more' | 'proven' | 'no' => {
    if (hasKnocked) {
      const proof = Proof.safeParse(json);
      return proof.success && isProof(proof.data.proof, node.token, 'bridge', challenge) ? 'proven' : 'no';
    }
    const knock = Knock.safeParse(json);
    if (!knock.success || knock.data.run !== node.run) return 'no';
    socket.write(encodeLine({ proof: prove(node.token, 'keeper', knock.data.challenge), challenge }));
    hasKnocked = true;
    return 'more';
  };
  const onLine = (line: string): void => {
    const parsed = ToAgent.safeParse(parseJson(line));
    if (!parsed.success) return refuse(socket, unfit(parsed.error.issues[0]?.message ?? ''));
    const message = parsed.data;
    if (stage === 'hello') {
      stage = message.type === 'hello' && message.mode === 'stop' ? 'stop' : 'attached';
      if (stage === 'stop') return;
      keeper.attach(link);
    }
    keeper.heard();
    if (stage === 'stop') {
      if (message.type === 'stop') void keeper.stopFor(link, message);
    } else if (message.type === 'batch' || message.type === 'ping') {
      // A batch runs for minutes, and what may arrive meanwhile must not wait behind it; a sign of life waits for nothing.
      void keeper.handle(message, link);
    } else {
      waiting += 1;
      queue = queue
        .then(() => keeper.handle(message, link))
        .finally(() => {
          waiting -= 1;
          goOn();
        });
    }
  };
  greet(socket, hear, (chunk) => {
    try {
      split(chunk).forEach(onLine);
      if (isBehind()) socket.pause();
    } catch (cause) {
      if (!(cause instanceof RangeError)) throw cause;
      socket.destroy();
    }
  });
}

type Refusal = Extract<FromAgent, { type: 'refusal' }>;

const unfit = (issue: string): Refusal => ({
  type: 'refusal',
  error: { code: 'PROTOCOL_MISMATCH', message: `a message does not fit the protocol: ${issue}` },
});

const refuse = (socket: Socket, refusal: Refusal): void => void socket.end(encodeLine(refusal));
