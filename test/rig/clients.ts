import { execFile, spawn } from 'node:child_process';
import type { AddressInfo, Socket } from 'node:net';
import { connect, createServer } from 'node:net';
import { setTimeout } from 'node:timers/promises';
import { expect, onTestFinished } from 'vitest';
import type { Rig } from './rig.ts';
import type { RigNode } from './rig-node.ts';

/** What a program on this machine left behind. */
export interface Answer {
  readonly exitCode: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** Runs a program to its end, whatever that is. */
export const run = (file: string, ...args: readonly string[]): Promise<Answer> =>
  new Promise((resolve) => {
    const child = execFile(file, args, (_, stdout, stderr) =>
      resolve({ exitCode: child.exitCode ?? -1, stdout, stderr }),
    );
    child.stdin?.end();
  });

/** The system's ssh client, with the files that the rig wrote and nothing of the developer's. */
export const ssh = (rig: Rig, node: RigNode, ...words: readonly string[]): Promise<Answer> =>
  run('ssh', '-F', rig.files.sshConfig, '-o', 'BatchMode=yes', node.name, ...words);

/** A login that stays. */
export interface Session {
  readonly ended: Promise<Answer>;
  readonly send: (text: string) => void;
  /** Resolves when this text came back. */
  readonly says: (text: string) => Promise<void>;
}

/** A session that sends back what it gets, and is open when this resolves. */
export async function openSession(rig: Rig, node: RigNode): Promise<Session> {
  const child = spawn('ssh', ['-F', rig.files.sshConfig, node.name, 'echo open; exec cat']);
  onTestFinished(() => {
    child.kill('SIGKILL');
  });
  let stdout = '';
  let stderr = '';
  child.stdout.on('data', (chunk: Buffer) => (stdout += chunk.toString()));
  child.stderr.on('data', (chunk: Buffer) => (stderr += chunk.toString()));
  child.stdin.on('error', () => undefined); // the session has ended: `ended` says how
  const ended = new Promise<Answer>((resolve) =>
    child.once('close', (code) => resolve({ exitCode: code ?? -1, stdout, stderr })),
  );
  const says = async (text: string): Promise<void> => {
    await expect.poll(() => stdout, { timeout: 30_000, interval: 20 }).toContain(text);
  };
  await says('open');
  return { ended, says, send: (text) => child.stdin.write(text) };
}

/** How something ended, or that it has not, a moment later. */
export const orStillOpen = (end: Promise<unknown>): Promise<unknown> =>
  Promise.race([end, setTimeout(300).then(() => 'still open')]);

/** A bare TCP connection that sshd has greeted, and the way in which it ends. */
export async function openSocket(
  node: RigNode,
): Promise<{ readonly socket: Socket; readonly end: Promise<string> }> {
  const socket = connect({ host: node.address, port: 22 });
  onTestFinished(() => {
    socket.destroy();
  });
  const end = new Promise<string>((resolve) =>
    socket
      .on('error', (cause: NodeJS.ErrnoException) => resolve(cause.code ?? ''))
      .on('end', () => resolve('FIN')),
  );
  await new Promise((resolve) => socket.once('data', resolve));
  return { socket, end };
}

/** A server on this machine that the nodes can reach; returns its port. */
async function listen(rig: Rig, serve: (socket: Socket) => void): Promise<number> {
  const server = createServer(serve);
  onTestFinished(() => {
    server.close();
  });
  await new Promise<void>((resolve) => server.listen(0, rig.coordinator.address, resolve));
  return (server.address() as AddressInfo).port; // a TCP server has one
}

/** Payload in bytes per second from a node to this machine, over TCP, as it arrives. */
export async function uploadRate(rig: Rig, node: RigNode, mebibytes: number): Promise<number> {
  let bytes = 0;
  let begun: number | undefined;
  let last = 0;
  const port = await listen(rig, (socket) =>
    socket.on('data', (chunk) => {
      begun ??= performance.now();
      bytes += chunk.length;
      last = performance.now();
    }),
  );
  const script = `exec dd if=/dev/zero bs=1M count=${mebibytes} > /dev/tcp/${rig.coordinator.address}/${port}`;
  expect((await node.exec(['bash', '-c', script])).exitCode).toBe(0);
  await expect.poll(() => bytes, { timeout: 20_000 }).toBe(mebibytes * 1_048_576);
  return (bytes * 1000) / (last - (begun ?? last));
}

/** The other way. */
export async function downloadRate(rig: Rig, node: RigNode, mebibytes: number): Promise<number> {
  const port = await listen(rig, (socket) => socket.end(Buffer.alloc(mebibytes * 1_048_576)));
  const begun = performance.now();
  const script = `exec wc -c < /dev/tcp/${rig.coordinator.address}/${port}`;
  const { stdout } = await node.exec(['bash', '-c', script]);
  expect(Number(stdout)).toBe(mebibytes * 1_048_576);
  return (mebibytes * 1_048_576_000) / (performance.now() - begun);
}
