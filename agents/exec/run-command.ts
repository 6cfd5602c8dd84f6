import type { ChildProcess } from 'node:child_process';
import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { copyFile, readFile, stat, writeFile } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { execa } from 'execa';
import type { Command } from '../../workloads/kit/command.ts';
import type { Clock } from '../clock.ts';
import { readCounters } from '../monitor/counters.ts';
import type { CapturedOutput, CommandResult, Execution } from '../protocol/step.ts';
import { createEvidence, maxOutputBytes, writeCapped } from './capped-file.ts';
import { toolEnvironment } from './capture.ts';
import { markName, sweep } from './sweep.ts';

export interface CommandSurroundings {
  /** Where outputs are kept. */
  readonly evidence: string;
  /** Working directory; artifacts are below it or the build directory. */
  readonly directory: string;
  readonly temporary: string;
  /** `<run>/<step>`. */
  readonly mark: string;
  readonly path: string;
  readonly clock: Clock;
  readonly graceMs: number;
}

const streams = ['stdout', 'stderr'] as const;

/** Why a command was ended by us: the first reason wins. */
interface Ending {
  execution: Execution;
  reason: string;
}

/**
 * Runs one command in its own process group and keeps all that it leaves: both streams, the kernel's counters
 * before and after, its artifacts. Never throws for what the program does. Aborting `signal` ends it as
 * `cancelled`; `signal.reason` says why.
 */
export async function runCommand(
  around: CommandSurroundings,
  command: Command,
  signal: AbortSignal,
): Promise<CommandResult> {
  const files = await Promise.all(
    streams.map((name) => createEvidence(around.evidence, `${command.id}.${name}`)),
  );
  const startedAt = around.clock.now().toISOString();
  const before = await readCounters();
  const start = around.clock.monotonicMs();
  let ending: Ending | undefined;
  const subprocess = execa(command.file, command.args, {
    cwd: around.directory,
    env: {
      ...toolEnvironment(around.path),
      HOME: around.temporary,
      TMPDIR: around.temporary,
      ...command.env,
      [markName]: around.mark,
    },
    extendEnv: false,
    detached: true,
    cleanup: false,
    buffer: false,
    reject: false,
    stripFinalNewline: false,
    ...(command.stdin === undefined ? { stdin: 'ignore' } : { input: command.stdin }),
  });
  const end = (execution: Execution, reason: string): void => {
    if (ending !== undefined) return;
    ending = { execution, reason };
    killGroup(subprocess.pid, 'SIGTERM');
    setTimeout(() => killGroup(subprocess.pid, 'SIGKILL'), around.graceMs).unref();
  };
  const onAbort = (): void => end(...endingOf(signal.reason));
  const timer = setTimeout(
    () => end('timeout', `did not end within ${command.timeoutMs} ms`),
    command.timeoutMs,
  );
  signal.addEventListener('abort', onAbort);
  if (signal.aborted) onAbort();
  const kept = files.map((file, index) => {
    const name = streams[index] ?? 'stdout';
    return writeCapped(name, subprocess[name], file, () =>
      end('error', `wrote more than ${maxOutputBytes} bytes to ${name}`),
    );
  });
  try {
    if (subprocess.pid !== undefined) await exited(subprocess.nodeChildProcess);
    // A child that left the group may hold our pipes open for ever: let it write for a moment, then end it.
    const drained = Promise.all(kept);
    if (!(await settlesWithin(drained, 300))) {
      await sweep(around.mark);
      if (!(await settlesWithin(drained, 2000))) for (const name of streams) subprocess[name].destroy();
    }
    const outputs: CapturedOutput[] = await drained;
    const result = await subprocess;
    const durationMs = Math.round((around.clock.monotonicMs() - start) * 1000) / 1000;
    const after = await readCounters();
    outputs.push(await keepText(around, command.id, 'counters', JSON.stringify({ before, after })));
    for (const artifact of command.artifacts)
      outputs.push(...(await keepArtifact(around, command.id, artifact)));
    const natural = naturalEnding(result);
    return {
      id: command.id,
      file: command.file,
      args: command.args,
      env: command.env,
      directory: around.directory,
      execution: ending?.execution ?? natural.execution,
      ...optional('reason', ending?.reason ?? natural.reason),
      ...optional('exitCode', result.exitCode),
      ...optional('signal', result.signal),
      startedAt,
      durationMs,
      outputs,
    };
  } finally {
    clearTimeout(timer);
    signal.removeEventListener('abort', onAbort);
  }
}

/** The reason of an abort: an execution state with a sentence, or just a sentence (`cancelled`). */
export interface StopReason {
  readonly execution: Execution;
  readonly reason: string;
}

function endingOf(reason: unknown): [Execution, string] {
  if (typeof reason === 'object' && reason !== null && 'execution' in reason) {
    const stop = reason as StopReason; // only this agent aborts its own signals
    return [stop.execution, stop.reason];
  }
  return ['cancelled', String(reason)];
}

function naturalEnding(result: {
  exitCode?: number | undefined;
  signal?: string | undefined;
  code?: string | undefined;
}): {
  execution: Execution;
  reason?: string;
} {
  if (result.exitCode === 0) return { execution: 'completed' };
  if (result.code === 'ENOENT') return { execution: 'error', reason: 'the program was not found' };
  if (result.exitCode !== undefined) return { execution: 'error', reason: `exit code ${result.exitCode}` };
  if (result.signal !== undefined) return { execution: 'error', reason: `ended by ${result.signal}` };
  return { execution: 'error', reason: `could not be started: ${result.code ?? 'unknown'}` };
}

async function exited(subprocess: ChildProcess): Promise<void> {
  if (subprocess.exitCode !== null || subprocess.signalCode !== null) return;
  await once(subprocess, 'exit');
}

function killGroup(pid: number | undefined, signal: NodeJS.Signals): void {
  if (pid === undefined) return;
  try {
    process.kill(-pid, signal);
  } catch (cause) {
    if (!(cause instanceof Error && 'code' in cause && cause.code === 'ESRCH')) throw cause;
  }
}

async function settlesWithin(promise: Promise<unknown>, ms: number): Promise<boolean> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<boolean>((resolve) => {
    timer = setTimeout(() => resolve(false), ms);
  });
  const settled = await Promise.race([promise.then(() => true), late]);
  clearTimeout(timer);
  return settled;
}

async function keepText(
  around: CommandSurroundings,
  id: string,
  output: string,
  text: string,
): Promise<CapturedOutput> {
  const file = `${id}.${output}.json`;
  await writeFile(join(around.evidence, file), text, { mode: 0o600 });
  return {
    output,
    file,
    bytes: Buffer.byteLength(text),
    sha256: createHash('sha256').update(text).digest('hex'),
    capped: false,
  };
}

/** Copies an artifact into the evidence. One that the tool did not write is simply absent from the outputs. */
async function keepArtifact(
  around: CommandSurroundings,
  id: string,
  path: string,
): Promise<readonly CapturedOutput[]> {
  const name = basename(path).replace(/[^A-Za-z0-9._-]/g, '_');
  const file = `${id}.artifact.${name}`;
  try {
    const { size } = await stat(path);
    if (size > maxOutputBytes) return [];
    await copyFile(path, join(around.evidence, file));
  } catch (cause) {
    if (cause instanceof Error && 'code' in cause && cause.code === 'ENOENT') return [];
    throw cause;
  }
  const bytes = await readFile(join(around.evidence, file));
  return [
    {
      output: name,
      file,
      bytes: bytes.length,
      sha256: createHash('sha256').update(bytes).digest('hex'),
      capped: false,
    },
  ];
}

const optional = <K extends string, T>(key: K, value: T | undefined): Partial<Record<K, T>> =>
  value === undefined ? {} : ({ [key]: value } as Partial<Record<K, T>>); // a computed key widens to string
