import type { Readable } from 'node:stream';
import type { ProbeOutput } from '../../workloads/kit/facts/probe-output.ts';
import type { Program } from './start-program.ts';
import { startProgram } from './start-program.ts';

/** Environment of every program that the agent starts: a fixed locale (no decimal commas), the node's PATH. */
export const toolEnvironment = (path: string): Readonly<Record<string, string>> => ({
  PATH: path,
  LC_ALL: 'C',
  LANG: 'C',
  TZ: 'UTC',
});

/** After SIGKILL a process is gone in milliseconds, unless the kernel holds it. */
const graceMs = 1_000;

const probeOutputBytes = 8 * 1024 * 1024;

/** Runs a short read-only program and keeps its standard output. Never throws for what the program does. */
export async function capture(
  command: {
    readonly id: string;
    readonly file: string;
    readonly args: readonly string[];
    readonly timeoutMs?: number;
  },
  path: string,
): Promise<ProbeOutput> {
  const { id, file, args, timeoutMs = 20_000 } = command;
  const program = startProgram(file, args, { env: toolEnvironment(path), isDetached: true });
  const { stdout, stderr, ended } = program;
  const kill = (): void => killGroup(program);
  const late = new AbortController();
  const stuck = Promise.withResolvers<'stuck'>();
  let grace: NodeJS.Timeout | undefined;
  const timer = setTimeout(() => {
    late.abort();
    kill();
    // What cannot be killed (a driver that hangs, another user's program) is left behind with its pipes.
    grace = setTimeout(() => {
      for (const stream of [stdout, stderr]) stream.destroy();
      stuck.resolve('stuck');
    }, graceMs);
  }, timeoutMs);
  try {
    const answer = await Promise.race([
      stuck.promise,
      Promise.all([ended, read(stdout, kill), read(stderr, kill)]),
    ]);
    if (answer === 'stuck') return { id, status: 'timeout', text: '' };
    const [{ exitCode, code }, text, said] = answer;
    if (code === 'ENOENT') return { id, status: 'absent', text: '' };
    if (code === 'EACCES') return { id, status: 'denied', text: '' };
    if (late.signal.aborted) return { id, status: 'timeout', text };
    if (exitCode === 0) return { id, status: 'read', text, exitCode };
    const all = `${text}\n${said}`.trim();
    return { id, status: 'failed', text: all, ...(exitCode === undefined ? {} : { exitCode }) };
  } finally {
    clearTimeout(timer);
    clearTimeout(grace);
  }
}

/** With its children, who may hold its outputs open. */
function killGroup({ pid, kill }: Program): void {
  try {
    if (pid !== undefined) process.kill(-pid, 'SIGKILL');
  } catch (cause) {
    // It has no group any more, or is another user's.
    if (!(cause instanceof Error && 'code' in cause)) throw cause;
    kill();
  }
}

/** The text of a stream without its last line feed, up to a limit at which `onFlood` is called. */
async function read(stream: Readable, onFlood: () => void): Promise<string> {
  const chunks: Buffer[] = [];
  let bytes = 0;
  try {
    for await (const chunk of stream) {
      const kept = (chunk as Buffer).subarray(0, probeOutputBytes - bytes); // no encoding is set
      if (kept.length < (chunk as Buffer).length) onFlood();
      chunks.push(kept);
      bytes += kept.length;
    }
  } catch (cause) {
    // Nobody waits for it any more.
    if (!stream.destroyed) throw cause;
  }
  return Buffer.concat(chunks).toString('utf8').replace(/\n$/, '');
}
