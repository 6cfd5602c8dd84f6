import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { AssayError } from '../../workloads/kit/assay-error.ts';
import type { Channel, Transport } from './transport.ts';

/**
 * This machine, reached as a remote one would be: the same lines through `sh`, the same agent behind them. Each
 * line gets its own process group, so that a Ctrl-C at our terminal is ours to interpret.
 */
export function createLocalTransport(environment: Readonly<Record<string, string>>): Transport {
  return {
    name: 'local',
    close: () => Promise.resolve(),
    exec: async (line): Promise<Channel> => {
      const child = spawn('/bin/sh', ['-c', line], {
        cwd: '/',
        env: environment,
        detached: true,
        stdio: 'pipe',
      });
      try {
        await once(child, 'spawn');
      } catch (cause) {
        throw new AssayError(
          'HOST_UNREACHABLE',
          'expected /bin/sh on this machine, and it cannot be started',
          { cause },
        );
      }
      child.stdin.on('error', () => undefined); // a closed pipe is reported by `ended`
      const ended = new Promise<{ exitCode: number | undefined }>((resolve) => {
        child.once('close', (code) => resolve({ exitCode: code ?? undefined }));
      });
      return {
        stdin: child.stdin,
        stdout: child.stdout,
        stderr: child.stderr,
        ended,
        close: () => {
          for (const stream of [child.stdin, child.stdout, child.stderr]) stream.destroy();
          // What goes on by itself ignores it, and is not waited for.
          child.kill('SIGHUP');
          child.unref();
        },
      };
    },
  };
}
