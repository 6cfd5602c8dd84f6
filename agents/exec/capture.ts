import { execa } from 'execa';
import type { ProbeOutput } from '../../workloads/kit/facts/probe-output.ts';

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
  const result = await execa(command.file, command.args, {
    env: toolEnvironment(path),
    extendEnv: false,
    timeout: command.timeoutMs ?? 20_000,
    killSignal: 'SIGKILL',
    maxBuffer: probeOutputBytes,
    reject: false,
    stdin: 'ignore',
  });
  const text = result.stdout;
  if (result.code === 'ENOENT') return { id: command.id, status: 'absent', text: '' };
  if (result.code === 'EACCES') return { id: command.id, status: 'denied', text: '' };
  if (result.timedOut) return { id: command.id, status: 'timeout', text };
  return {
    id: command.id,
    status: result.exitCode === 0 ? 'read' : 'failed',
    text: result.exitCode === 0 ? text : `${text}\n${result.stderr}`.trim(),
    ...(result.exitCode === undefined ? {} : { exitCode: result.exitCode }),
  };
}
