import { execa } from 'execa';
import { systemPath } from './check-machine.ts';

export interface RunInNodeOptions {
  readonly input?: string;
  /** Besides PATH, HOME and LANG; nothing of the caller's environment reaches a node. */
  readonly env?: Readonly<Record<string, string>>;
  /** Absent: one minute. */
  readonly timeoutMs?: number;
}

export interface NodeAnswer {
  /** Undefined: ended by a signal. */
  readonly exitCode: number | undefined;
  readonly stdout: string;
  readonly stderr: string;
}

/** Runs a program in all namespaces of a node, as its root. */
export async function runInNode(
  init: number,
  argv: readonly string[],
  { input = '', env = {}, timeoutMs = 60_000 }: RunInNodeOptions = {},
): Promise<NodeAnswer> {
  const namespaces = ['--mount', '--uts', '--ipc', '--net', '--pid'];
  // Killing nsenter would leave the program alone in the node, so the node itself sees to its end.
  const limit = ['timeout', '--kill-after=1', `${timeoutMs / 1000}`];
  const begun = performance.now();
  const result = await execa('nsenter', ['--target', `${init}`, ...namespaces, '--', ...limit, ...argv], {
    input,
    env: { PATH: systemPath, HOME: '/root', LANG: 'C.UTF-8', ...env },
    extendEnv: false,
    stripFinalNewline: false,
    reject: false,
  });
  if ((result.exitCode === 124 || result.exitCode === 137) && performance.now() - begun >= timeoutMs)
    throw new Error(`expected \`${argv.join(' ')}\` to end within ${timeoutMs} ms, found that it ran on`);
  return { exitCode: result.exitCode, stdout: result.stdout, stderr: result.stderr };
}
