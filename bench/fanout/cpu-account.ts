import { execFile } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, rmdirSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { endProcess } from './end-process.ts';

/** What a command cost: user and system CPU of it and everything it started, and its wall time. */
export interface Cost {
  readonly cpuMs: number;
  readonly wallSeconds: number;
  readonly stdout: string;
}

export interface CommandOptions {
  readonly env: Readonly<Record<string, string>>;
  readonly directory: string;
}

/** Counts CPU of one side apart from the other's. */
export interface CpuAccount {
  /** How it is counted, for the report. */
  readonly method: string;
  /** What to put before a command so that it is counted. */
  readonly entry: readonly string[];
  /** CPU milliseconds so far of everything that was entered; `undefined` where that cannot be told while it lives. */
  readonly usedMs: () => number | undefined;
  readonly measure: (argv: readonly string[], options: CommandOptions) => Promise<Cost>;
  readonly close: () => Promise<void>;
}

/** Minutes only when the machine is busy with something else; longer is a client that hangs. */
const limitMs = 600_000;

/** Where control groups of version 2 are mounted; beside version 1 the second. */
const mounts = ['/sys/fs/cgroup', '/sys/fs/cgroup/unified'];

/** A control group where one may be made, which also counts processes that outlive the command; else waited-for children. */
export function createCpuAccount(name: string): CpuAccount {
  const mount = mounts.find((path) => existsSync(join(path, 'cgroup.procs')));
  const path = join(mount ?? '', `assay-${name}-${process.pid}`);
  try {
    if (mount === undefined) return waitedFor;
    mkdirSync(path);
    return controlGroup(path);
  } catch (cause) {
    if (cause instanceof Error && 'code' in cause && (cause.code === 'EROFS' || cause.code === 'EACCES'))
      return waitedFor;
    throw cause;
  }
}

function controlGroup(path: string): CpuAccount {
  const usedMs = (): number =>
    Number(/^usage_usec (\d+)$/m.exec(readFileSync(join(path, 'cpu.stat'), 'utf8'))?.[1]) / 1000;
  const entry = ['sh', '-c', 'echo $$ > "$0/cgroup.procs" && exec "$@"', path];
  return {
    method: 'cgroup v2 cpu.stat',
    entry,
    usedMs,
    measure: async (argv, options) => {
      const before = usedMs();
      const start = performance.now();
      const { stdout } = await run([...entry, ...argv], options);
      const wallSeconds = (performance.now() - start) / 1000;
      await empty(path); // connections that a peer keeps for the next command end with this one
      return { cpuMs: usedMs() - before, wallSeconds, stdout };
    },
    close: async () => {
      await empty(path);
      await remove(path);
    },
  };
}

/** Kills what is left in a control group of ours and waits until the kernel has let go of it. */
async function empty(path: string): Promise<void> {
  for (let round = 0; round < 200; round += 1) {
    const pids = readFileSync(join(path, 'cgroup.procs'), 'utf8').split('\n').filter(Boolean);
    if (pids.length === 0) return;
    for (const pid of pids) endProcess(Number(pid));
    await sleep(10);
  }
  throw new Error(`${path}: expected it to become empty`);
}

/** A process that has just ended is gone from the list before the kernel has let go of its group. */
async function remove(path: string): Promise<void> {
  for (let round = 0; ; round += 1) {
    try {
      rmdirSync(path);
      return;
    } catch (cause) {
      const isBusy = cause instanceof Error && 'code' in cause && cause.code === 'EBUSY';
      if (!isBusy || round === 200) throw cause;
      await sleep(10);
    }
  }
}

const waitedFor: CpuAccount = {
  method: 'wait4 of the command and its waited-for children',
  entry: [],
  usedMs: () => undefined,
  measure: async (argv, options) => {
    const start = performance.now();
    // The command's own stderr goes to 3: the last line of 2 is bash's.
    const script = 'TIMEFORMAT="%U %S"; time "$@" 2>&3';
    const { stdout, stderr } = await run(
      ['bash', '-c', `exec 3>/dev/null; ${script}`, 'bash', ...argv],
      options,
    );
    const wallSeconds = (performance.now() - start) / 1000;
    const [user = '', system = ''] = stderr.trim().split(' ');
    return { cpuMs: (Number(user) + Number(system)) * 1000, wallSeconds, stdout };
  },
  close: () => Promise.resolve(),
};

function run(
  [file = '', ...args]: readonly string[],
  { env, directory }: CommandOptions,
): Promise<{ stdout: string; stderr: string }> {
  return new Promise((resolve, reject) => {
    execFile(
      file,
      args,
      { env, cwd: directory, maxBuffer: 64 * 1024 * 1024, timeout: limitMs },
      (error, stdout, stderr) => {
        if (error === null) resolve({ stdout, stderr });
        else
          reject(
            new Error(
              `${[file, ...args].join(' ').slice(0, 300)}: ${stderr.slice(-1000)}${stdout.slice(-1000)}`,
              {
                cause: error,
              },
            ),
          );
      },
    );
  });
}
