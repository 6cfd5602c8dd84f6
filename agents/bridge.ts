import { spawn } from 'node:child_process';
import { once } from 'node:events';
import type { Socket } from 'node:net';
import { basename, join } from 'node:path';
import type { Readable, Writable } from 'node:stream';
import { AssayError } from '../workloads/kit/assay-error.ts';
import { readEnvironment } from './environment.ts';
import { Answer, createChallenge, isProof, prove } from './keeper/handshake.ts';
import { connectLease } from './keeper/lease.ts';
import {
  createNodeRun,
  findNodeRun,
  loadNodeRun,
  nodeRunDirectory,
  readBootId,
} from './keeper/run-directory.ts';
import { createLineSplitter, encodeLine } from './protocol/framing.ts';
import type { Hello } from './protocol/messages.ts';
import { FromAgent, ToAgent } from './protocol/messages.ts';
import { parseJson } from './protocol/parse-json.ts';
import { protocolVersion } from './protocol/version.ts';

export interface BridgeOptions {
  readonly state: string;
  readonly bundle: string;
  /** The agent's own file, which the keeper is started from. */
  readonly program: string;
  /** The coordinator's first message. */
  readonly hello: string;
  readonly input: Readable;
  readonly output: Writable;
}

/**
 * One connection of a coordinator: finds or starts the keeper of that run, and from then on
 * carries lines between the two. It holds no state; it may die at any moment.
 */
export async function bridge(options: BridgeOptions): Promise<void> {
  const { input, output } = options;
  const lines = readLines(input);
  try {
    const hello = readHello(options.hello);
    const { socket, token } = await reachKeeper(hello, options);
    await shakeHands(socket, hello.run, token);
    socket.write(encodeLine(hello));
    await carry(socket, lines, output);
  } catch (cause) {
    const refusal: FromAgent = { type: 'refusal', error: AssayError.from(cause).toJSON() };
    output.write(encodeLine(refusal));
  }
}

async function* readLines(input: Readable): AsyncGenerator<string> {
  const split = createLineSplitter();
  for await (const chunk of input) yield* split(chunk as Buffer); // no encoding is set
}

function readHello(text: string): Hello {
  const message = ToAgent.safeParse(parseJson(text)).data;
  if (message?.type !== 'hello') throw new AssayError('PROTOCOL_MISMATCH', 'expected a hello to begin with');
  if (message.version === protocolVersion) return message;
  throw new AssayError('PROTOCOL_MISMATCH', `expected protocol ${protocolVersion}, got ${message.version}`);
}

/** Connects to whoever holds the node; when nobody does, opens the run and starts its keeper. */
async function reachKeeper(hello: Hello, options: BridgeOptions): Promise<{ socket: Socket; token: string }> {
  const bootId = await readBootId();
  const found = await findNodeRun(options.state, hello.run);
  const held = await connectLease(bootId);
  // Another run's keeper refuses our knock by itself and says whose it is.
  if (held !== undefined)
    return { socket: held, token: found === undefined ? '' : (await loadNodeRun(found)).token };
  if (found === undefined && hello.mode !== 'open') {
    throw new AssayError('RUN_NOT_FOUND', `the node does not hold the run ${hello.run}`, {
      hint: 'It was removed after its evidence was fetched, or it ran on another node.',
    });
  }
  const directory = found ?? nodeRunDirectory(options.state, bootId, hello.run);
  const { token } =
    found === undefined
      ? await createNodeRun(directory, {
          run: hello.run,
          node: hello.node,
          head: hello.head,
          bootId,
          bundle: basename(options.bundle),
        })
      : await loadNodeRun(directory);
  return { socket: await startKeeper(directory, bootId, options), token };
}

async function startKeeper(
  directory: string,
  bootId: string,
  { state, bundle, program }: BridgeOptions,
): Promise<Socket> {
  const { path, compileCache } = readEnvironment();
  const keeper = spawn(process.execPath, [program, 'keeper', state, directory, bundle], {
    cwd: directory,
    env: { PATH: path, ...(compileCache === undefined ? {} : { NODE_COMPILE_CACHE: compileCache }) },
    detached: true,
    stdio: 'ignore',
  });
  keeper.unref();
  for (let waitedMs = 0; waitedMs < 15_000; waitedMs += 50) {
    await new Promise((resolve) => setTimeout(resolve, 50));
    const socket = await connectLease(bootId);
    if (socket !== undefined) return socket;
    if (keeper.exitCode !== null) break;
  }
  throw new AssayError(
    'AGENT_LOST',
    `the keeper did not start (exit code ${keeper.exitCode ?? 'none yet'})`,
    {
      hint: `Its log is ${join(directory, 'keeper.log')} on the node.`,
    },
  );
}

/** Proves to the keeper that we may speak to it, after it has proven to be this run's keeper. */
async function shakeHands(socket: Socket, run: string, token: string): Promise<void> {
  const challenge = createChallenge();
  socket.write(encodeLine({ run, challenge }));
  const deadline = AbortSignal.timeout(20_000);
  const [chunk] = (await once(socket, 'data', { signal: deadline }).catch((cause: unknown) => {
    throw new AssayError('AGENT_LOST', 'whoever holds the lease of this node does not answer', { cause });
  })) as [Buffer];
  socket.pause();
  const line = chunk.toString('utf8').split('\n', 1)[0] ?? '';
  const answer = Answer.safeParse(parseJson(line));
  if (answer.success && isProof(answer.data.proof, token, 'keeper', challenge)) {
    socket.write(encodeLine({ proof: prove(token, 'bridge', answer.data.challenge) }));
    return;
  }
  const refusal = FromAgent.safeParse(parseJson(line)).data;
  if (refusal?.type === 'refusal') throw AssayError.fromJSON(refusal.error);
  throw new AssayError('AGENT_LOST', 'whoever holds the lease of this node is not the keeper of this run');
}

async function carry(socket: Socket, lines: AsyncGenerator<string>, output: Writable): Promise<void> {
  const closed = once(socket, 'close');
  for (const stream of [socket, output]) stream.on('error', () => socket.destroy());
  socket.pipe(output, { end: false });
  const inward = async (): Promise<void> => {
    for (let next = await lines.next(); next.done !== true; next = await lines.next())
      socket.write(`${next.value}\n`);
    socket.end();
  };
  inward().catch(() => socket.destroy());
  await closed;
}
