import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createClientHome, startSshd } from '../sshd.ts';
import { removeFolder } from '../temporary.ts';
import type { Logins } from './log-in-both.ts';
import { logInBoth } from './log-in-both.ts';

// A program: run where `gpu1` is 192.0.2.1, an address of this machine that is not its loopback. Logs in with CheckHostIP and
// prints what became of it.

const folder = mkdtempSync(join(tmpdir(), 'assay-addresses-'));
const server = await startSshd({ hostKeys: ['ed25519', 'ecdsa'], config: ['ListenAddress 192.0.2.1'] });
const [name, address] = [`[gpu1]:${server.port}`, `[192.0.2.1]:${server.port}`];
const [own, other] = [server.hostKey('ed25519'), server.hostKey('ecdsa')];
const cases = {
  'the address is not known': [`${name} ${own}`],
  'the address has this key': [`${name},${address} ${own}`],
  'the address has another key': [`${name} ${own}`, `${address} ${other}`],
  'only the address has this key': [`${address} ${own}`],
};
const outcomes: Record<string, Logins> = {};
try {
  for (const checks of ['yes', 'no'])
    for (const [title, knownHosts] of Object.entries(cases)) {
      const config = [
        `CheckHostIP ${checks}`,
        `IdentityFile ${server.identity}`,
        'HostKeyAlgorithms ssh-ed25519',
      ];
      const client = createClientHome(join(folder, checks, title.replaceAll(' ', '-')), {
        config: [
          ...config,
          `UserKnownHostsFile ${join(folder, checks, title.replaceAll(' ', '-'), '.ssh/known_hosts')}`,
        ],
        knownHosts,
      });
      outcomes[`${title}, ${checks}`] = await logInBoth(client, `gpu1:${server.port}`);
    }
} finally {
  await server.stop();
  removeFolder(folder);
}
process.stdout.write(JSON.stringify(outcomes));
