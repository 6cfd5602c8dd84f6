import { spawn } from 'node:child_process';
import { Readable } from 'node:stream';

/** How a program ended; `code` is that of the system where it could not be started. */
export interface ProgramEnd {
  readonly exitCode?: number;
  readonly signal?: NodeJS.Signals;
  readonly code?: string;
}

export interface Program {
  /** `undefined` when it could not be started. */
  readonly pid: number | undefined;
  readonly stdout: Readable;
  readonly stderr: Readable;
  /** Its outputs may be held open by others then. */
  readonly ended: Promise<ProgramEnd>;
  /** Kills it alone, when it is still there. */
  readonly kill: () => void;
}

export interface StartOptions {
  /** The whole of it. */
  readonly env: Readonly<Record<string, string>>;
  readonly directory?: string;
  /** Whether it leads a process group of its own. */
  readonly isDetached?: boolean;
  readonly stdin?: string | undefined;
}

/** Starts a program without a shell. Never throws for what the program is or does. */
export function startProgram(
  file: string,
  args: readonly string[],
  { env, directory, isDetached = false, stdin }: StartOptions,
): Program {
  try {
    const child = spawn(file, args, {
      cwd: directory,
      env,
      detached: isDetached,
      stdio: [stdin === undefined ? 'ignore' : 'pipe', 'pipe', 'pipe'],
    });
    child.stdin?.on('error', () => undefined).end(stdin); // it may end without reading it
    const ended = new Promise<ProgramEnd>((resolve) => {
      // It also comes when a program may not be killed, which is still there then.
      child.on('error', (cause) => {
        if (child.pid === undefined) resolve({ code: codeOf(cause) });
      });
      child.once('exit', (exitCode, signal) =>
        resolve(exitCode === null ? { signal: signal ?? 'SIGKILL' } : { exitCode }),
      );
    });
    // Without a descriptor left there are no pipes either, whatever the types say.
    const [stdout = nothing(), stderr = nothing()] = [child.stdout ?? undefined, child.stderr ?? undefined];
    return { pid: child.pid, stdout, stderr, ended, kill: () => void child.kill('SIGKILL') };
  } catch (cause) {
    // Arguments that are too long, or that no program can be given.
    const ended = Promise.resolve({ code: codeOf(cause) });
    return { pid: undefined, stdout: nothing(), stderr: nothing(), ended, kill: () => undefined };
  }
}

const nothing = (): Readable => Readable.from([]);

const codeOf = (cause: unknown): string => {
  if (cause instanceof Error && 'code' in cause) return String(cause.code);
  throw cause;
};
