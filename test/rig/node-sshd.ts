import { AssayError } from '../../workloads/kit/assay-error.ts';
import { endProcess } from './marked-processes.ts';
import { writeAll } from './node-files.ts';
import type { NodeProcess } from './node-processes.ts';
import { listNodeProcesses } from './node-processes.ts';
import type { NodeAnswer } from './run-in-node.ts';
import { runInNode } from './run-in-node.ts';

const log = '/var/log/sshd.log';

/** Writes sshd_config; the first value of a keyword counts, so further lines come before the rig's own. */
export const writeSshdConfig = (directory: string, lines: readonly string[]): Promise<void> =>
  writeAll(directory, {
    'etc/ssh/sshd_config': [
      ...lines,
      'Port 22',
      'HostKey /etc/ssh/ssh_host_ed25519_key',
      'PidFile /run/sshd.pid',
      'AuthenticationMethods publickey',
      'PermitRootLogin prohibit-password',
      'PasswordAuthentication no',
      'KbdInteractiveAuthentication no',
      'UsePAM no',
      'PrintMotd no',
      'Subsystem sftp internal-sftp',
      '',
    ].join('\n'),
  });

/** Starts a node's sshd, and returns when it listens: that is when it writes its pid file. */
export async function startSshd(init: number): Promise<void> {
  // Absolute, because sshd starts itself again for every connection.
  const script = `/usr/sbin/sshd -E ${log} && until [ -s /run/sshd.pid ]; do sleep 0.01; done`;
  const { exitCode, stderr } = await runInNode(init, ['sh', '-c', script], { timeoutMs: 10_000 });
  if (exitCode === 0) return;
  const { stdout: said } = await runInNode(init, ['tail', '-n', '3', log]);
  const found = `${stderr}${said}`.trim();
  throw new AssayError('CONFIG_INVALID', `expected sshd to start in the node, found: ${found}`, {
    hint: 'Look at the further lines of sshd_config that were given.',
  });
}

/** Ends the listener; sessions go on without it, unless they are to end too: at once, as by SIGKILL. */
export async function stopSshd(init: number, { sessions }: { readonly sessions: boolean }): Promise<void> {
  const listener = Number((await runInNode(init, ['cat', '/run/sshd.pid'])).stdout);
  const isListener = ({ pid }: NodeProcess): boolean => pid === listener;
  for (const { machinePid } of listNodeProcesses(init).filter(isListener))
    await endProcess(machinePid, 'SIGTERM');
  if (!sessions) return;
  for (const { machinePid } of listNodeProcesses(init).filter(isSession)) await endProcess(machinePid);
}

/** `sshd: root@notty`; since OpenSSH 9.8 it is called sshd-session. */
const isSession = ({ commandLine }: NodeProcess): boolean => /^sshd(-session|-auth)?:/.test(commandLine);

/**
 * Resets the node's established ssh connections: the kernel sends RST to the client and ends the server's socket
 * (SOCK_DESTROY, CONFIG_INET_DIAG_DESTROY; without it, `ss --kill` ends none and this is an error).
 */
export async function resetSshConnections(init: number): Promise<void> {
  const ofSshd = ['--no-header', '--tcp', '--numeric', 'state', 'established', 'sport = :22'];
  await runInNode(init, ['ss', '--kill', ...ofSshd]);
  const left: NodeAnswer = await runInNode(init, ['ss', ...ofSshd]);
  if (left.exitCode === 0 && left.stdout.trim() === '') return;
  throw new AssayError(
    'RUNTIME_UNSUPPORTED',
    `expected no established ssh connection after \`ss --kill\`, found: ${left.stdout}${left.stderr}`,
    { hint: 'The kernel needs CONFIG_INET_DIAG_DESTROY.' },
  );
}
