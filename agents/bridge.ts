import { spawn } from 'node:child_process';
import type { Socket } from 'node:net';
import { basename, join } from 'node:path';
import type { Readable, Writable } from 'node:stream';
import { AssayError } from '../workloads/kit/assay-error.ts';
import { readEnvironment } from './environment.ts';
import { connectLease } from './keeper/lease.ts';
import {
  createNodeRun,
  findNodeRun,
  loadNodeRun,
  nodeRunDirectory,
  readBootId,
} from './keeper/run-directory.ts';
import { createLineSplitter, encodeLine } from './protocol/framing.ts';
import type { FromAgent } from './protocol/messages.ts';
import { ToAgent } from './protocol/messages.ts';
import { parseJson } from './protocol/parse-json.ts';
import { protocolVersion } from './protocol/version.ts';

type Hello = Extract<ToAgent, { type: 'hello' }>;

/**
 * One connection of a coordinator: reads its hello, finds or starts the keeper of that run, and from then on
 * carries bytes between the two. It holds no state; it may die at any moment.
 */
export async function bridge(options: {
  readonly state: string;
  readonly bundle: string;
  readonly program: string;
  readonly input: Readable;
  readonly output: Writable;
}): Promise<void> {
  const { hello, rest } = await readHello(options.input);
  try {
    const directory = await runDirectoryFor(hello, options.state, basename(options.bundle));
    const { run, token } = await loadNodeRun(directory);
    const socket = await reachKeeper(directory, options);
    socket.write(encodeLine({ run, token }) + encodeLine(hello) + rest);
    await carry(socket, options.input, options.output);
  } catch (cause) {
    const refusal: FromAgent = { type: 'refusal', error: AssayError.from(cause).toJSON() };
    options.output.write(encodeLine(refusal));
  }
}

/** Reads until the hello: whatever a login shell printed into our input before it is dropped. */
async function readHello(input: Readable): Promise<{ hello: Hello; rest: string }> {
  const split = createLineSplitter();
  let pending = '';
  return new Promise((resolve, reject) => {
    const onData = (chunk: Buffer): void => {
      pending += chunk.toString('utf8');
      const lines = split(chunk);
      for (const line of lines) {
        const message = ToAgent.safeParse(parseJson(line));
        if (!message.success || message.data.type !== 'hello') continue;
        input.off('data', onData);
        input.pause();
        const rest = pending.slice(pending.indexOf(line) + line.length + 1);
        resolve({ hello: message.data, rest });
        return;
      }
    };
    input.on('data', onData);
    input.once('end', () =>
      reject(new AssayError('PROTOCOL_MISMATCH', 'expected a hello, got the end of input')),
    );
  });
}

async function runDirectoryFor(hello: Hello, state: string, bundle: string): Promise<string> {
  if (hello.version !== protocolVersion) {
    throw new AssayError('PROTOCOL_MISMATCH', `expected protocol ${protocolVersion}, got ${hello.version}`);
  }
  const found = await findNodeRun(state, hello.run);
  if (found !== undefined) return found;
  if (hello.mode !== 'open') {
    throw new AssayError('RUN_NOT_FOUND', `the node does not hold the run ${hello.run}`, {
      hint: 'It was removed after its evidence was fetched, or it ran on another node.',
    });
  }
  const bootId = await readBootId();
  const directory = nodeRunDirectory(state, bootId, hello.run);
  await createNodeRun(directory, { run: hello.run, node: hello.node, head: hello.head, bootId, bundle });
  return directory;
}

/** Connects to the lease's holder; when there is none, starts this run's keeper and waits for its door. */
async function reachKeeper(
  directory: string,
  options: { readonly state: string; readonly bundle: string; readonly program: string },
): Promise<Socket> {
  const bootId = await readBootId();
  const held = await connectLease(bootId);
  if (held !== undefined) return held;
  const keeper = spawn(
    process.execPath,
    [options.program, 'keeper', options.state, directory, options.bundle],
    {
      cwd: directory,
      env: { PATH: readEnvironment().path },
      detached: true,
      stdio: 'ignore',
    },
  );
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

async function carry(socket: Socket, input: Readable, output: Writable): Promise<void> {
  const closed = new Promise<void>((resolve) => socket.once('close', () => resolve()));
  socket.on('error', () => socket.destroy());
  output.on('error', () => socket.destroy());
  input.on('error', () => socket.destroy());
  input.on('end', () => socket.end());
  socket.pipe(output);
  input.pipe(socket);
  await closed;
}
