import type { Socket } from 'node:net';
import { join } from 'node:path';
import type { Duplex } from 'node:stream';
import { parseJson } from '../../workloads/kit/parse-json.ts';
import { systemClock } from '../clock.ts';
import { readAgentEnvironment } from '../environment.ts';
import type { LocalSocket } from '../local-socket.ts';
import { createLineSplitter, encodeLine } from '../protocol/framing.ts';
import type { FromAgent, Hello } from '../protocol/messages.ts';
import { ToAgent } from '../protocol/messages.ts';
import { showBeacon } from './beacon.ts';
import { openDoor } from './door.ts';
import { createGreeter, greetLimits } from './greet.ts';
import { createChallenge, isProof, Knock, Proof, prove } from './handshake.ts';
import { Keeper, leashMs } from './keeper.ts';
import { takeLease } from './lease.ts';
import { createLink } from './link.ts';
import { createLog } from './log.ts';
import type { NodeRun } from './run-directory.ts';
import { loadNodeRun, readBootId } from './run-directory.ts';

export interface ServeOptions {
  readonly state: string;
  readonly directory: string;
  readonly bundle: string;
}

/** Speaks with a coordinator that needs no proof: the one that started this process, whose first message is here. */
export type Converse = (stream: Duplex, hello: Hello) => void;

/**
 * Makes this process the keeper of a run: takes the lease, starts the keeper, and opens its door until the keeper ends.
 * `undefined` when another one holds the node.
 */
export async function serve(options: ServeOptions): Promise<Converse | undefined> {
  const bootId = await readBootId();
  const node = await loadNodeRun(options.directory);
  // First, so that who finds the lease held finds the beacon too.
  const beacon = await showBeacon(node.beacon);
  const lease = await takeLease(bootId);
  if (lease === undefined) {
    beacon?.close();
    return undefined;
  }
  const letGo = (): void => {
    lease.close();
    beacon?.close();
  };
  try {
    return await open(options, { bootId, node, letGo });
  } catch (cause) {
    letGo();
    throw cause;
  }
}

async function open(
  options: ServeOptions,
  held: { readonly bootId: string; readonly node: NodeRun; readonly letGo: () => void },
): Promise<Converse> {
  const { bootId, node, letGo } = held;
  const { path, toolpack } = readAgentEnvironment();
  process.chdir(options.directory);
  const log = createLog(join(options.directory, 'keeper.log'));
  const streams = new Set<Duplex>();
  const { promise: door, resolve: opened } = Promise.withResolvers<LocalSocket>();
  const started = await Keeper.start({
    ...options,
    node,
    bootId,
    runtime: process.execPath,
    path,
    toolpack,
    clock: systemClock,
    loadRegistry: async () => (await import('../../workloads/registry.ts')).loadRegistry(),
    log,
    leashMs,
    onEnd: () => {
      void door.then(({ close }) => close());
      letGo();
      for (const stream of streams) stream.end(() => stream.destroy());
    },
  });
  const watch = (stream: Duplex): void => {
    streams.add(stream);
    stream.on('close', () => streams.delete(stream));
    stream.on('error', (cause) => log({ reason: cause.message }, 'connection error'));
  };
  const greet = createGreeter(greetLimits);
  try {
    opened(
      await openDoor(options.directory, (socket) => {
        watch(socket);
        answer(socket, started, node, greet);
      }),
    );
  } catch (cause) {
    // Whoever takes the lease next writes on in the same journal.
    await started.terminate('its door cannot be opened');
    throw cause;
  }
  for (const signal of ['SIGTERM', 'SIGINT'] as const)
    process.once(signal, () => void started.terminate(`the agent received ${signal}`));
  return (stream, hello) => {
    watch(stream);
    const hear = createHearer(stream, started);
    hear(Buffer.from(encodeLine(hello)));
    stream.on('data', hear);
  };
}

/** So many messages may wait for the one that is dealt with, and so many bytes for whoever should read them. */
const [mostWaiting, mostUnread] = [64, 1024 * 1024];

/** Lets in who knows the token. Nobody else gets a word. */
export function answer(
  socket: Socket,
  keeper: Keeper,
  node: NodeRun,
  greet: ReturnType<typeof createGreeter>,
): void {
  const challenge = createChallenge();
  let hasKnocked = false;
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
  greet(socket, hear, createHearer(socket, keeper));
}

/** Hears what a coordinator says. Who does not read what it is told is not read either. */
function createHearer(stream: Duplex, keeper: Keeper): (chunk: Buffer) => void {
  const split = createLineSplitter();
  const link = createLink(stream);
  let stage: 'hello' | 'attached' | 'stop' = 'hello';
  let queue: Promise<void> = Promise.resolve();
  let waiting = 0;
  const isBehind = (): boolean => waiting >= mostWaiting || stream.writableLength >= mostUnread;
  const goOn = (): void => {
    if (!isBehind()) stream.resume();
  };
  stream.on('drain', goOn);
  const onLine = (line: string): void => {
    const parsed = ToAgent.safeParse(parseJson(line));
    if (!parsed.success) return refuse(stream, unfit(parsed.error.issues[0]?.message ?? ''));
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
  return (chunk) => {
    try {
      split(chunk).forEach(onLine);
      if (isBehind()) stream.pause();
    } catch (cause) {
      if (!(cause instanceof RangeError)) throw cause;
      stream.destroy();
    }
  };
}

type Refusal = Extract<FromAgent, { type: 'refusal' }>;

const unfit = (issue: string): Refusal => ({
  type: 'refusal',
  error: { code: 'PROTOCOL_MISMATCH', message: `a message does not fit the protocol: ${issue}` },
});

const refuse = (stream: Duplex, refusal: Refusal): void => void stream.end(encodeLine(refusal));
