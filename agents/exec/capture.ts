import type { Readable } from 'node:stream';
import type { ProbeOutput } from '../../workloads/kit/facts/probe-output.ts';
import { startProgram } from './start-program.ts';

/** Environment of every program that the agent starts: a fixed locale (no decimal commas), the node's PATH. */
export const toolEnvironment = (path: string): Readonly<Record<string, string>> => ({
  PATH: path,
  LC_ALL: 'C',
  LANG: 'C',
  TZ: 'UTC',
});

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
  const { stdout, stderr, ended, kill } = startProgram(file, args, { env: toolEnvironment(path) });
  const late = new AbortController();
  const timer = setTimeout(() => {
    late.abort();
    kill();
  }, timeoutMs);
  try {
    const [{ exitCode, code }, text, said] = await Promise.all([
      ended,
      read(stdout, kill),
      read(stderr, kill),
    ]);
    if (code === 'ENOENT') return { id, status: 'absent', text: '' };
    if (code === 'EACCES') return { id, status: 'denied', text: '' };
    if (late.signal.aborted) return { id, status: 'timeout', text };
    if (exitCode === 0) return { id, status: 'read', text, exitCode };
    const all = `${text}\n${said}`.trim();
    return { id, status: 'failed', text: all, ...(exitCode === undefined ? {} : { exitCode }) };
  } finally {
    clearTimeout(timer);
  }
}

/** The text of a stream without its last line feed, up to a limit at which `onFlood` is called. */
async function read(stream: Readable, onFlood: () => void): Promise<string> {
  const chunks: Buffer[] = [];
  let bytes = 0;
  for await (const chunk of stream) {
    const kept = (chunk as Buffer).subarray(0, probeOutputBytes - bytes); // no encoding is set
    if (kept.length < (chunk as Buffer).length) onFlood();
    chunks.push(kept);
    bytes += kept.length;
  }
  return Buffer.concat(chunks).toString('utf8').replace(/\n$/, '');
}
