import type { Socket } from 'node:net';
import { basename } from 'node:path';
import type { Duplex } from 'node:stream';
import { setTimeout as sleep } from 'node:timers/promises';
import { AssayError } from '../workloads/kit/assay-error.ts';
import { parseJson } from '../workloads/kit/parse-json.ts';
import { seeBeacons } from './keeper/beacon.ts';
import { connectDoor } from './keeper/door.ts';
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
import { encodeLine } from './protocol/framing.ts';
import type { FromAgent, Hello } from './protocol/messages.ts';
import { maxBeacons, ToAgent } from './protocol/messages.ts';
import { protocolVersion } from './protocol/version.ts';

export interface AttachOptions {
  readonly state: string;
  readonly bundle: string;
  /** The coordinator's first message. */
  readonly hello: string;
  /** The connection to it. */
  readonly stream: Duplex;
}

/**
 * One connection of a coordinator. When nobody holds the node, this process becomes the keeper of the run and outlives the
 * connection; when its keeper is there already, it carries lines between the two.
 */
export async function attach(options: AttachOptions): Promise<void> {
  const { stream } = options;
  stream.on('error', () => undefined); // the other side has gone
  try {
    await reachKeeper(readHello(options.hello), options);
  } catch (cause) {
    const error = AssayError.from(cause);
    const beacons = cause instanceof NodeHeld ? { beacons: cause.beacons.slice(0, maxBeacons) } : {};
    const refusal: FromAgent = { type: 'refusal', error: error.toJSON(), ...beacons };
    stream.end(encodeLine(refusal));
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

function readHello(text: string): Hello {
  const message = ToAgent.safeParse(parseJson(text)).data;
  if (message?.type !== 'hello') throw new AssayError('PROTOCOL_MISMATCH', 'expected a hello to begin with');
  if (message.version === protocolVersion) return message;
  throw new AssayError('PROTOCOL_MISMATCH', `expected protocol ${protocolVersion}, got ${message.version}`);
}

/** A keeper that is starting opens its door within seconds, also when it has a long journal to read. */
const [startMs, pauseMs] = [30_000, 50];

/** Connects to the keeper of the run; when nobody holds the node, opens the run and becomes its keeper. */
async function reachKeeper(hello: Hello, { state, bundle, stream }: AttachOptions): Promise<void> {
  const bootId = await readBootId();
  if (hello.unlessBoot === bootId)
    throw new AssayError('NOT_REBOOTED', `expected another boot than ${bootId}, found the same`, {
      hint: 'Reboot the machine; it is asked again.',
    });
  for (let waitedMs = 0; ; waitedMs += pauseMs) {
    // In this order: the directory of a run is there before its keeper holds the lease.
    const lease = await findLease(bootId);
    const found = await findNodeRun(state, hello.run);
    if (found?.node !== hello.node) await refuseOther(hello, found);
    const socket = found && (await connectDoor(found.directory));
    if (found !== undefined && socket !== undefined) return carry(found, socket, { hello, stream });
    const isLate = waitedMs >= startMs;
    if (lease.size > 0 || isLate) {
      const beacons = await seeBeacons();
      // Who holds it may be this node's own keeper that is just starting, for another connection.
      const mayBeOurs = found !== undefined && beacons.includes(hello.beacon);
      if (isLate || !mayBeOurs) {
        if (found !== undefined) await removeUnbegun(state, found.directory);
        throw await describeHolder(lease, beacons, bootId, state);
      }
    } else {
      const directory = found?.directory ?? nodeRunDirectory(state, bootId, hello.run);
      if (found === undefined) {
        const { run, node, head, beacon } = hello;
        const from = { records: hello.from, head: hello.at };
        await createNodeRun(directory, { run, node, head, from, beacon, bootId, bundle: basename(bundle) });
      }
      if (await keep({ state, directory, bundle }, { hello, stream })) return;
    }
    await sleep(pauseMs);
  }
}

interface Caller {
  readonly hello: Hello;
  readonly stream: Duplex;
}

/** Neither of the two loads the other's code: a bridge is started for every further connection. */
async function carry(
  { directory, token }: HeldRun,
  socket: Socket,
  { hello, stream }: Caller,
): Promise<void> {
  process.title = `agent.js bridge ${directory}`;
  const { bridge } = await import('./keeper/bridge.ts');
  await bridge(stream, socket, hello, token);
}

/** Whether this process is the keeper from now on: somebody else may have been faster. */
async function keep(
  run: { readonly state: string; readonly directory: string; readonly bundle: string },
  { hello, stream }: Caller,
): Promise<boolean> {
  const { serve } = await import('./keeper/serve.ts');
  const converse = await serve(run);
  if (converse === undefined) return false;
  // Its session may be of nobody's terminal, and still be hung up.
  process.on('SIGHUP', () => undefined);
  process.title = `agent.js keeper ${run.directory}`;
  converse(stream, hello);
  return true;
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
    // Machines that share a disk may have their runs in one directory: this one's shows its beacon here.
    const held = await findNodeRun(state, run).catch((cause: unknown) => {
      if (cause instanceof AssayError) return undefined; // of another version, so nothing more is known
      throw cause;
    });
    if (held !== undefined && !beacons.includes(held.beacon)) continue;
    const hint = `Wait for it. Only if it is your own and no longer wanted, where it was begun: assay stop ${run} --now`;
    return new NodeHeld(beacons, `this node is in use by the run ${run}`, hint);
  }
  const who = holder === undefined ? 'another user' : `uid ${holder.uid} (process ${holder.pid})`;
  return new NodeHeld(
    beacons,
    `this node is in use: ${who} holds the name @${leaseName(bootId)}`,
    'Wait, or ask its owner; it is no run that this user has in this state directory.',
  );
}
