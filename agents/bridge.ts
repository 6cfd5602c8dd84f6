import type { ChildProcess } from 'node:child_process';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import type { Socket } from 'node:net';
import { basename, join } from 'node:path';
import type { Readable, Writable } from 'node:stream';
import { setTimeout as sleep } from 'node:timers/promises';
import { AssayError } from '../workloads/kit/assay-error.ts';
import { parseJson } from '../workloads/kit/parse-json.ts';
import { readAgentEnvironment } from './environment.ts';
import { seeBeacons } from './keeper/beacon.ts';
import { connectDoor } from './keeper/door.ts';
import { Answer, createChallenge, isProof, prove } from './keeper/handshake.ts';
import type { LeaseSockets } from './keeper/lease.ts';
import { findHolder, findLease, leaseName } from './keeper/lease.ts';
import type { HeldRun } from './keeper/run-directory.ts';
import {
  createNodeRun,
  findNodeRun,
  listNodeRuns,
  nodeRunDirectory,
  readBootId,
  removeUnbegun,
} from './keeper/run-directory.ts';
import { createLineSplitter, encodeLine } from './protocol/framing.ts';
import type { FromAgent, Hello } from './protocol/messages.ts';
import { maxBeacons, ToAgent } from './protocol/messages.ts';
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
    await shakeHands(socket, hello.run, token).catch((cause: unknown) => {
      socket.destroy();
      throw cause;
    });
    socket.write(encodeLine(hello));
    await carry(socket, lines, output);
  } catch (cause) {
    const error = AssayError.from(cause);
    const beacons = cause instanceof NodeHeld ? { beacons: cause.beacons.slice(0, maxBeacons) } : {};
    const refusal: FromAgent = { type: 'refusal', error: error.toJSON(), ...beacons };
    output.write(encodeLine(refusal));
  }
}

/** Somebody else is at work here; the beacons that are seen tell the coordinator whether that is its own run. */
class NodeHeld extends AssayError {
  readonly beacons: readonly string[];

  constructor(beacons: readonly string[], message: string, hint: string) {
    super('LEASE_HELD', message, { hint });
    this.beacons = beacons;
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

interface Reached {
  readonly socket: Socket;
  readonly token: string;
}

/** A keeper that is starting opens its door within seconds, also when it has a long journal to read. */
const [startMs, pauseMs] = [30_000, 50];

/** Connects to the keeper of the run; when nobody holds the node, opens the run and starts its keeper. */
async function reachKeeper(hello: Hello, options: BridgeOptions): Promise<Reached> {
  const { state } = options;
  const bootId = await readBootId();
  let keeper: ChildProcess | undefined;
  for (let waitedMs = 0; ; waitedMs += pauseMs) {
    // In this order: the directory of a run is there before its keeper holds the lease.
    const lease = await findLease(bootId);
    const found = await findNodeRun(state, hello.run);
    if (found?.node !== hello.node) await refuseOther(hello, found);
    const socket = found && (await connectDoor(found.directory));
    if (found !== undefined && socket !== undefined) return { socket, token: found.token };
    const isLate = waitedMs >= startMs;
    const isStarting = keeper?.exitCode === null;
    if (isStarting ? isLate : keeper !== undefined && lease.size === 0)
      throw notStarted(keeper, found?.directory);
    if (!isStarting && lease.size > 0) {
      const beacons = await seeBeacons();
      // Who holds it may be this node's own keeper that is just starting, for another connection.
      const mayBeOurs = found !== undefined && beacons.includes(hello.beacon);
      if (isLate || !mayBeOurs) {
        if (found !== undefined) await removeUnbegun(state, found.directory);
        throw await describeHolder(lease, beacons, bootId, state);
      }
    }
    keeper ??=
      lease.size === 0
        ? startKeeper(found?.directory ?? (await createRun(hello, bootId, options)), options)
        : undefined;
    await sleep(pauseMs);
  }
}

/**
 * Refuses a name that this run is not open under here: another one of this machine has it, which must not lose its
 * connection to this one; or none, and only `open` may begin it.
 */
async function refuseOther({ run, node, mode }: Hello, held: HeldRun | undefined): Promise<void> {
  if (mode !== 'open')
    throw new AssayError('RUN_NOT_FOUND', `the node does not hold the run ${run} as ${node}`, {
      hint: 'It was removed after its evidence was fetched, or it ran on another node.',
    });
  if (held === undefined) return;
  throw new NodeHeld(
    [...new Set([held.beacon, ...(await seeBeacons())])],
    `expected ${node} to be a machine of its own, found that it is ${held.node}`,
    'Name each machine once.',
  );
}

/** The directory of a run on this node. */
async function createRun(
  { run, node, head, beacon }: Hello,
  bootId: string,
  { state, bundle }: BridgeOptions,
): Promise<string> {
  const directory = nodeRunDirectory(state, bootId, run);
  await createNodeRun(directory, { run, node, head, beacon, bootId, bundle: basename(bundle) });
  return directory;
}

function startKeeper(directory: string, { state, bundle, program }: BridgeOptions): ChildProcess {
  const { path, compileCache } = readAgentEnvironment();
  const keeper = spawn(process.execPath, [program, 'keeper', state, directory, bundle], {
    cwd: directory,
    env: { PATH: path, ...(compileCache === undefined ? {} : { NODE_COMPILE_CACHE: compileCache }) },
    detached: true,
    stdio: 'ignore',
  });
  keeper.unref();
  return keeper;
}

const notStarted = (keeper: ChildProcess | undefined, directory = ''): AssayError =>
  new AssayError('AGENT_LOST', `the keeper did not start (exit code ${keeper?.exitCode ?? 'none yet'})`, {
    hint: `Its log is ${join(directory, 'keeper.log')} on the node.`,
  });

/** Who holds the lease: a run of ours is known by its door in our own directory, of anybody else only what the kernel tells. */
async function describeHolder(
  lease: LeaseSockets,
  beacons: readonly string[],
  bootId: string,
  state: string,
): Promise<NodeHeld> {
  const holder = await findHolder(lease);
  const isForeign = holder !== undefined && holder.uid !== process.getuid?.();
  for (const directory of isForeign ? [] : await listNodeRuns(state)) {
    const socket = await connectDoor(directory);
    if (socket === undefined) continue;
    socket.destroy();
    const run = basename(directory);
    const hint = `Wait for it, or end it with: assay stop ${run} --now`;
    return new NodeHeld(beacons, `this node is in use by the run ${run}`, hint);
  }
  const who = holder === undefined ? 'another user' : `uid ${holder.uid} (process ${holder.pid})`;
  return new NodeHeld(
    beacons,
    `this node is in use: ${who} holds the name @${leaseName(bootId)}`,
    'Wait, or ask its owner; it is no run that this user has in this state directory.',
  );
}

/** Proves to the keeper that we may speak to it, after it has proven to be this run's keeper. */
async function shakeHands(socket: Socket, run: string, token: string): Promise<void> {
  const challenge = createChallenge();
  socket.write(encodeLine({ run, challenge }));
  const gone = new AbortController();
  socket.once('close', () => gone.abort());
  const deadline = AbortSignal.any([AbortSignal.timeout(20_000), gone.signal]);
  let line = '';
  while (!line.includes('\n') && line.length <= maxAnswer) {
    const [chunk] = (await once(socket, 'data', { signal: deadline }).catch((cause: unknown) => {
      throw new AssayError('AGENT_LOST', 'the keeper of this run does not answer', { cause });
    })) as [Buffer];
    line += chunk.toString('latin1');
  }
  socket.pause();
  const answer = Answer.safeParse(parseJson(line.split('\n', 1)[0] ?? ''));
  if (!answer.success || !isProof(answer.data.proof, token, 'keeper', challenge))
    throw new AssayError('AGENT_LOST', 'who is at the door of this run has not proven to be its keeper');
  socket.write(encodeLine({ proof: prove(token, 'bridge', answer.data.challenge) }));
}

/** A proof and a challenge are 170 characters. */
const maxAnswer = 512;

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
