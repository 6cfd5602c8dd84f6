import { spawn } from 'node:child_process';
import { chmodSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const bin = fileURLToPath(new URL('../../harness/bin.js', import.meta.url));

export interface Finished {
  readonly exitCode: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

export interface Running {
  readonly pid: number;
  readonly signal: (name: NodeJS.Signals) => void;
  /** Resolves when this text appeared on either stream. */
  readonly says: (text: string) => Promise<void>;
  readonly finished: Promise<Finished>;
}

/** Starts the command line as a child process, in `cwd`, with these folders first on PATH. */
export function startAssay(
  args: readonly string[],
  options: {
    readonly cwd: string;
    readonly path?: readonly string[] | undefined;
    readonly env?: Record<string, string>;
    readonly wrapper?: readonly string[];
    /** Another checkout's. */
    readonly bin?: string;
  },
): Running {
  const PATH = [...(options.path ?? []), process.env['PATH'] ?? ''].join(':');
  const [file = '', ...rest] = [...(options.wrapper ?? []), process.execPath, options.bin ?? bin, ...args];
  const child = spawn(file, rest, {
    cwd: options.cwd,
    env: { ...process.env, PATH, NO_COLOR: '1', ASSAY_CALLED: 'assay', ...options.env },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let stdout = '';
  let stderr = '';
  const listeners = new Set<() => void>();
  child.stdout.on('data', (chunk: Buffer) => {
    stdout += chunk.toString();
    for (const listener of listeners) listener();
  });
  child.stderr.on('data', (chunk: Buffer) => {
    stderr += chunk.toString();
    for (const listener of listeners) listener();
  });
  const finished = new Promise<Finished>((resolve) =>
    child.once('close', (exitCode) => resolve({ exitCode, stdout, stderr })),
  );
  return {
    pid: child.pid ?? 0,
    signal: (name) => child.kill(name),
    finished,
    says: (text) =>
      new Promise((resolve, reject) => {
        const look = (): void => {
          if (!`${stdout}${stderr}`.includes(text)) return;
          listeners.delete(look);
          resolve();
        };
        listeners.add(look);
        look();
        void finished.then(() => reject(new Error(`ended without saying \`${text}\`:\n${stdout}${stderr}`)));
      }),
  };
}

/** Runs the command line to its end. */
export const runAssay = (
  args: readonly string[],
  options: Parameters<typeof startAssay>[1],
): Promise<Finished> => startAssay(args, options).finished;

/** Writes an executable that stands in for a tool, in a folder to be put first on PATH. */
export function fakeTool(folder: string, name: string, script: string): void {
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(folder, name), `#!/bin/sh\n${script}\n`);
  chmodSync(join(folder, name), 0o755);
}

/** A suite file with these entries, as YAML is a superset of JSON. */
export function writeSuite(folder: string, entries: readonly object[], changes: object = {}): string {
  const path = join(folder, 'suite.yaml');
  writeFileSync(
    path,
    JSON.stringify({
      schema: 'assay/suite',
      schemaVersion: 1,
      id: 'test',
      version: '1',
      title: 'Test',
      // Whatever else runs beside the tests.
      otherWorkAtMost: 1,
      entries,
      ...changes,
    }),
  );
  return path;
}

/** An entry of a suite that takes a second: the hash of blocks on one core. */
export const quickHash = (changes: {
  readonly repetitions: number;
  readonly budgetSeconds: number;
}): object => ({
  id: 'hash',
  workload: 'sha256',
  params: { mode: 'bulk', blockBytes: 16384, cores: 'one', seconds: 1 },
  ...changes,
});
