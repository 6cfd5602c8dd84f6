import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { createSshTransport } from '../../../harness/transport/ssh.ts';
import { createSshConnector } from '../../../harness/transport/ssh-connector.ts';
import { loadSshSettings } from '../../../harness/transport/ssh-settings.ts';
import { AssayError } from '../../../workloads/kit/assay-error.ts';
import type { ClientHome } from '../sshd.ts';

/** What became of a login: by us `in`, or the code of the error; by the installed ssh `in`, or what it said. */
export interface Logins {
  readonly ours: string;
  readonly theirs: string;
}

/** Logs in to a target with the same files, by us and by ssh. */
export async function logInBoth(client: ClientHome, target: string): Promise<Logins> {
  return { ours: await logIn(client, target), theirs: await runSsh(client, target) };
}

async function logIn({ surroundings }: ClientHome, target: string): Promise<string> {
  const settings = (await loadSshSettings(surroundings))(target);
  const transport = createSshTransport(settings, createSshConnector({ random: Math.random }));
  try {
    const channel = await transport.exec('true');
    channel.stdin.end();
    channel.stdout.resume();
    channel.stderr.resume();
    return (await channel.ended).exitCode === 0 ? 'in' : 'failed';
  } catch (cause) {
    if (cause instanceof AssayError) return cause.code;
    throw cause;
  } finally {
    await transport.close();
  }
}

async function runSsh({ surroundings }: ClientHome, target: string): Promise<string> {
  const config = surroundings.configFiles[0]?.path ?? join(surroundings.home, 'none');
  const options = ['-o', 'BatchMode=yes', '-o', 'StrictHostKeyChecking=yes', '-o', 'UpdateHostKeys=no'];
  const child = spawn('ssh', ['-F', config, ...options, `ssh://${target}`, 'true'], {
    stdio: ['ignore', 'ignore', 'pipe'],
    env: {},
  });
  const exit = once(child, 'exit');
  const said = await text(child.stderr);
  await exit;
  return child.exitCode === 0 ? 'in' : said;
}
