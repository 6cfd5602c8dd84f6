import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { median } from '../harness/stats/median.ts';
import { createSshTransport } from '../harness/transport/ssh.ts';
import { createSshConnector } from '../harness/transport/ssh-connector.ts';
import { loadSshSettings } from '../harness/transport/ssh-settings.ts';
import { createClientHome, startSshd } from '../test/support/sshd.ts';

// Client CPU time of connecting to a host and running `true` there: this transport in one process against one `ssh` per
// host, in pairs in one run on one sshd, both with curve25519 and aes128-gcm (OpenSSH's own default since 9.0 adds a
// post-quantum key exchange, which ssh2 has none of; it is shown apart). Usage: node bench/connect.ts

const hosts = 20;
const folder = mkdtempSync(join(tmpdir(), 'assay-connect-'));
const server = await startSshd();
const client = createClientHome(folder, {
  config: [`IdentityFile ${server.identity}`, `UserKnownHostsFile ${folder}/.ssh/known_hosts`],
  knownHosts: [`[127.0.0.1]:${server.port} ${server.hostKey()}`],
});
const connector = createSshConnector({ random: Math.random });
const likeUs = ['-o', 'KexAlgorithms=curve25519-sha256', '-o', 'Ciphers=aes128-gcm@openssh.com'];

/** User and system CPU milliseconds of this process for one host; logging out is part of it. */
async function ours(): Promise<number> {
  const before = process.cpuUsage();
  const target = `127.0.0.1:${server.port}`;
  const transport = createSshTransport((await loadSshSettings(client.surroundings))(target), connector);
  const channel = await transport.exec('true');
  channel.stdin.end();
  channel.stdout.resume();
  channel.stderr.resume();
  const { exitCode } = await channel.ended;
  await transport.close();
  if (exitCode !== 0) throw new Error(`true ended with ${exitCode ?? 'no code'}`);
  const { user, system } = process.cpuUsage(before);
  return (user + system) / 1000;
}

/** The same of one ssh process, from the kernel's accounting of waited-for children. */
function theirs(options: readonly string[]): number {
  const ssh = [
    'ssh',
    '-F',
    `${folder}/.ssh/config`,
    ...options,
    '-p',
    String(server.port),
    '127.0.0.1',
    'true',
  ];
  const script = 'TIMEFORMAT="%U %S"; time "$@" > /dev/null';
  const timed = spawnSync('bash', ['-c', script, 'bash', ...ssh], { encoding: 'utf8' });
  if (timed.status !== 0) throw new Error(`${ssh.join(' ')}: ${timed.stderr}`);
  const [user = '', system = ''] = timed.stderr.trim().split('\n').at(-1)?.split(' ') ?? [];
  return (Number(user) + Number(system)) * 1000;
}

try {
  const [us, them, byDefault]: readonly [number[], number[], number[]] = [[], [], []];
  for (let host = 0; host < hosts; host += 1) {
    if (host % 2 === 0) us.push(await ours());
    them.push(theirs(likeUs));
    byDefault.push(theirs([]));
    if (host % 2 === 1) us.push(await ours());
  }
  const sum = (values: readonly number[]): number => values.reduce((total, value) => total + value, 0);
  const ms = (values: readonly number[]): string =>
    `${(sum(values) / hosts).toFixed(1)} ms per host (median ${median(values).toFixed(1)})`;
  const version = spawnSync('ssh', ['-V'], { encoding: 'utf8' }).stderr.trim();
  process.stdout.write(
    [
      `connect and run \`true\`, client CPU, ${hosts} hosts, one after the other, ${version}`,
      `  this transport       ${ms(us)}, the first ${us[0]?.toFixed(1) ?? ''} ms`,
      `  ssh, like for like   ${ms(them)}`,
      `  ssh, its defaults    ${ms(byDefault)}`,
      `  ratio ssh / this: ${(sum(them) / sum(us)).toFixed(2)} in total, ${(median(them) / median(us)).toFixed(2)} of the medians; ${(sum(byDefault) / sum(us)).toFixed(2)} with its defaults`,
      '',
    ].join('\n'),
  );
} finally {
  await server.stop();
  rmSync(folder, { recursive: true, force: true });
}
