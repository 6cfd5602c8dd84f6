import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { AssayError } from '../../workloads/kit/assay-error.ts';
import { systemPath } from './check-machine.ts';
import { markOf } from './marked-processes.ts';
import type { RigIdentity } from './rig-identity.ts';

export interface DetachedProcess {
  readonly argv: readonly string[];
  readonly cwd: string;
  /** Whose mark it carries. */
  readonly rig: RigIdentity;
}

/** Starts a process that outlives this one, and returns what stands after `up ` in the line that says it is up. */
export async function startDetached({ argv, cwd, rig }: DetachedProcess): Promise<string> {
  const child = spawn('/bin/sh', ['-c', 'exec "$@" 2>&1', 'sh', ...argv], {
    cwd,
    env: { PATH: systemPath, ...markOf(rig) },
    detached: true, // a session of its own: Ctrl-C in the terminal does not reach it
    stdio: ['ignore', 'pipe', 'ignore'],
  });
  await once(child, 'spawn'); // or its error
  const said: string[] = [];
  for await (const line of createInterface({ input: child.stdout })) {
    if (line.startsWith('up ')) {
      child.stdout.destroy();
      child.unref();
      return line.slice('up '.length);
    }
    said.push(line);
  }
  throw new AssayError(
    'RUNTIME_UNSUPPORTED',
    `expected \`${argv.join(' ')}\` to say that it is up, found: ${said.join('; ') || 'it ended without a word'}`,
    { hint: 'The rig needs a Linux kernel with mount, network and PID namespaces, and must be root in it.' },
  );
}
