import { timingSafeEqual } from 'node:crypto';
import type { Socket } from 'node:net';
import { join } from 'node:path';
import { pino } from 'pino';
import { z } from 'zod';
import { loadRegistry } from '../../workloads/registry.ts';
import { systemClock } from '../clock.ts';
import { readEnvironment } from '../environment.ts';
import { createLineSplitter, encodeLine } from '../protocol/framing.ts';
import type { FromAgent } from '../protocol/messages.ts';
import { ToAgent } from '../protocol/messages.ts';
import { parseJson } from '../protocol/parse-json.ts';
import { Keeper, leashMs } from './keeper.ts';
import { takeLease } from './lease.ts';
import { loadNodeRun, readBootId } from './run-directory.ts';

/** The first line on a connection: proof that the other side can read this run's directory. */
export const Knock = z.strictObject({ run: z.string(), token: z.string() });

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
  const server = await takeLease(bootId, (socket) => {
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
    runtime: process.execPath,
    path: readEnvironment().path,
    clock: systemClock,
    registry: await loadRegistry(),
    log,
    leashMs,
    rebooted: node.bootId !== bootId,
    onEnd: () => server.close(),
  });
  opened(started);
  for (const signal of ['SIGTERM', 'SIGINT'] as const)
    process.once(signal, () => void started.terminate(`the agent received ${signal}`));
}

/** Lets in who knows the token; tells everybody else who holds the node. */
function answer(
  socket: Socket,
  keeper: Keeper,
  node: { readonly run: string; readonly token: string },
): void {
  const split = createLineSplitter();
  let stage: 'knock' | 'hello' | 'attached' | 'stop' = 'knock';
  let queue: Promise<void> = Promise.resolve();
  socket.on('data', (chunk: Buffer) => {
    for (const line of decode(split, chunk, socket)) {
      if (stage === 'knock') {
        if (!knocks(line, node)) return refuse(socket, node.run);
        stage = 'hello';
        continue;
      }
      const parsed = ToAgent.safeParse(parseJson(line));
      if (!parsed.success)
        return refuse(
          socket,
          node.run,
          `a message does not fit the protocol: ${parsed.error.issues[0]?.message ?? ''}`,
        );
      const message = parsed.data;
      if (stage === 'hello') {
        stage = message.type === 'hello' && message.mode === 'stop' ? 'stop' : 'attached';
        if (stage === 'stop') continue;
        keeper.attach(socket);
      }
      if (stage === 'stop') {
        if (message.type === 'stop') void keeper.stopFor(socket, message);
      } else if (message.type === 'batch') {
        // A batch runs for minutes; what may arrive meanwhile (fetch, stop, ping) must not wait behind it.
        void keeper.handle(message);
      } else {
        queue = queue.then(() => keeper.handle(message));
      }
    }
  });
}

function decode(split: (chunk: Uint8Array) => string[], chunk: Buffer, socket: Socket): string[] {
  try {
    return split(chunk);
  } catch (cause) {
    if (!(cause instanceof RangeError)) throw cause;
    socket.destroy();
    return [];
  }
}

function knocks(line: string, node: { readonly run: string; readonly token: string }): boolean {
  const knock = Knock.safeParse(parseJson(line));
  if (!knock.success || knock.data.run !== node.run) return false;
  const [given, expected] = [Buffer.from(knock.data.token), Buffer.from(node.token)];
  return given.length === expected.length && timingSafeEqual(given, expected);
}

function refuse(socket: Socket, run: string, message = `this node is in use by the run ${run}`): void {
  const refusal: FromAgent = {
    type: 'refusal',
    error: {
      code: message.startsWith('this node') ? 'LEASE_HELD' : 'PROTOCOL_MISMATCH',
      message,
      hint: `Wait for it, or end it with: assay stop ${run} --now`,
    },
  };
  socket.end(encodeLine(refusal));
}
