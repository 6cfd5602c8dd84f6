import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { lstat } from 'node:fs/promises';
import { join } from 'node:path';
import { after } from '../../workloads/kit/after.ts';
import type { Command } from '../../workloads/kit/command.ts';
import type { HostFacts } from '../../workloads/kit/facts/host-facts.ts';
import type { CounterFile } from '../../workloads/kit/tool.ts';
import type { Clock } from '../clock.ts';
import { readCounters } from '../monitor/counters.ts';
import type { CapturedOutput, CommandResult, Execution } from '../protocol/step.ts';
import { artifactFile, artifactName } from '../protocol/step.ts';
import { writeWhole } from '../protocol/write-whole.ts';
import { createEvidence, maxOutputBytes, writeCapped } from './capped-file.ts';
import { toolEnvironment } from './capture.ts';
import { guardAccelerators } from './guard-accelerators.ts';
import type { Program, ProgramEnd } from './start-program.ts';
import { startProgram } from './start-program.ts';
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
  readonly counters: readonly CounterFile[];
  readonly facts: Pick<HostFacts, 'accelerators'>;
}

/** The reason of an abort: an execution state with a sentence. */
export interface StopReason {
  readonly execution: Execution;
  readonly reason: string;
}

const streams = ['stdout', 'stderr'] as const;
/** After SIGKILL a process is gone in milliseconds, unless the kernel holds it (a dying drive, a dead mount) or it is root's: `timeout` has killed it by then. */
const unkillableMs = 10_000;

/**
 * Runs one command in its own process group and keeps all that it leaves: both streams, the counters
 * before and after that were asked for, its artifacts; `survivors` held its outputs open when it had ended. Never throws for what the
 * program does. Aborting `signal` with a `StopReason` ends it.
 */
export async function runCommand(
  around: CommandSurroundings,
  command: Command,
  signal: AbortSignal,
): Promise<{ readonly result: CommandResult; readonly survivors: number }> {
  let survivors = 0;
  const files = await Promise.all(
    streams.map((name) => createEvidence(around.evidence, `${command.id}.${name}`)),
  );
  const startedAt = around.clock.now().toISOString();
  const before = await readCounters(around.counters);
  const start = around.clock.monotonicMs();
  const program = startTool(around, command);
  const ending = createEnding(program.pid, around.graceMs);
  const guard = guardAccelerators(around, command, ending.end);
  const onAbort = (): void => ending.end(signal.reason as StopReason); // only this agent aborts its own signals
  const cancel = after(command.timeoutMs, () =>
    ending.end({ execution: 'timeout', reason: `did not end within ${command.timeoutMs} ms` }),
  );
  signal.addEventListener('abort', onAbort);
  if (signal.aborted) onAbort();
  const kept = files.map((file, index) => {
    const name = streams[index] ?? 'stdout';
    const flooded = {
      execution: 'error',
      reason: `wrote more than ${maxOutputBytes} bytes to ${name}`,
    } as const;
    return writeCapped(name, program[name], file, () => ending.end(flooded));
  });
  const drained = Promise.all(kept);
  // A disk that refuses evidence ends the command at once; the error itself surfaces where `drained` is awaited.
  drained.catch(() => ending.end({ execution: 'error', reason: 'its output could not be kept' }));
  try {
    const end = await Promise.race([program.ended, ending.isStuck]);
    // A child that left the group may hold our pipes open for ever: let it write for a moment, then end it.
    if (!(await settlesWithin(drained, 300))) {
      survivors = await sweep(around.mark);
      if (!(await settlesWithin(drained, 2000))) for (const name of streams) program[name].destroy();
    }
    const outputs: CapturedOutput[] = await drained;
    const natural = end === undefined ? stuck : describeEnd(end, command);
    const durationMs = Math.round((around.clock.monotonicMs() - start) * 1000) / 1000;
    const watch = await guard?.stop();
    if (watch !== undefined) outputs.push(await keepText(around, command.id, 'watch', JSON.stringify(watch)));
    if (around.counters.length > 0) {
      const after = await readCounters(around.counters);
      outputs.push(await keepText(around, command.id, 'counters', JSON.stringify({ before, after })));
    }
    for (const artifact of command.artifacts)
      outputs.push(...(await keepArtifact(around, command.id, artifact)));
    const result: CommandResult = {
      id: command.id,
      file: command.file,
      args: command.args,
      env: command.env,
      directory: around.directory,
      ...natural,
      ...ending.reason(),
      startedAt,
      durationMs,
      outputs,
    };
    return { result, survivors };
  } finally {
    cancel();
    await guard?.stop();
    ending.dispose();
    signal.removeEventListener('abort', onAbort);
  }
}

const startTool = (around: CommandSurroundings, command: Command): Program =>
  startProgram(command.file, command.args, {
    env: {
      ...toolEnvironment(around.path),
      HOME: around.temporary,
      TMPDIR: around.temporary,
      ...command.env,
      [markName]: around.mark,
    },
    directory: around.directory,
    isDetached: true,
    stdin: command.stdin,
  });

/** Ends a process group once: SIGTERM, grace, SIGKILL. The first reason wins; what did not help is said with it. */
function createEnding(pid: number | undefined, graceMs: number) {
  let first: StopReason | undefined;
  let timers: NodeJS.Timeout[] = [];
  const { promise: isStuck, resolve } = Promise.withResolvers<undefined>();
  const giveUp = (reason: StopReason, why: string): void => {
    first = { execution: reason.execution, reason: `${reason.reason}, and could not be ended: ${why}` };
    resolve(undefined);
  };
  return {
    /** Resolves when even SIGKILL did not help. */
    isStuck,
    /** What was told to end when its work was over, and ended well, has no other end than its own. */
    reason: (): Partial<StopReason> => (first?.execution === 'completed' ? {} : (first ?? {})),
    dispose: (): void => timers.forEach(clearTimeout),
    end: (reason: StopReason): void => {
      if (first !== undefined) return;
      first = { execution: reason.execution, reason: reason.reason };
      killGroup(pid, 'SIGTERM');
      let isOurs = true;
      timers = [
        setTimeout(() => {
          isOurs = killGroup(pid, 'SIGKILL');
        }, graceMs),
        setTimeout(() => giveUp(reason, isOurs ? held : anothers), graceMs + unkillableMs),
      ];
    },
  };
}

/** Why it is stuck is said with the reason to end it. */
const stuck = { execution: 'error' } as const;
const held = 'the kernel holds it';
const anothers = 'it belongs to another user (sudo), and its own time limit ends it';

function describeEnd(
  { exitCode, signal, code }: ProgramEnd,
  { goodExit }: Command,
): Pick<CommandResult, 'execution' | 'reason' | 'exitCode' | 'signal'> {
  if (exitCode === 0 || (exitCode !== undefined && goodExit === 'any'))
    return { execution: 'completed', exitCode };
  if (code === 'ENOENT') return { execution: 'error', reason: 'the program was not found' };
  if (exitCode !== undefined) return { execution: 'error', reason: `exit code ${exitCode}`, exitCode };
  if (signal !== undefined) return { execution: 'error', reason: `ended by ${signal}`, signal };
  return { execution: 'error', reason: `could not be started: ${code ?? 'unknown'}` };
}

/** Whether the group is ours to kill; one that is gone is nobody's. */
function killGroup(pid: number | undefined, signal: NodeJS.Signals): boolean {
  if (pid === undefined) return true;
  try {
    process.kill(-pid, signal);
    return true;
  } catch (cause) {
    const code = cause instanceof Error && 'code' in cause ? cause.code : undefined;
    if (code !== 'ESRCH' && code !== 'EPERM') throw cause;
    return code === 'ESRCH';
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
  await writeWhole(join(around.evidence, file), text);
  const sha256 = createHash('sha256').update(text).digest('hex');
  return { output, file, bytes: Buffer.byteLength(text), sha256, capped: false };
}

/** Copies an artifact into the evidence. One that the tool did not write, or that is no file, is no output. */
async function keepArtifact(
  around: CommandSurroundings,
  id: string,
  path: string,
): Promise<readonly CapturedOutput[]> {
  try {
    if (!(await lstat(path)).isFile()) return [];
  } catch (cause) {
    if (cause instanceof Error && 'code' in cause && cause.code === 'ENOENT') return [];
    throw cause;
  }
  const file = await createEvidence(around.evidence, artifactFile(id, path));
  const stream = createReadStream(path, { end: maxOutputBytes });
  return [await writeCapped(artifactName(path), stream, file, () => undefined)];
}
