import { readFileSync } from 'node:fs';
import type { AnyAuthMethod } from 'ssh2';
import ssh2 from 'ssh2';

// What somebody writes who needs `true` on many hosts and has ssh2: one connection per host, the key offered at once, the
// host key compared. Arguments: a file with the addresses, port, private key, public host key, hosts at once.

const [list = '', port = '', identity = '', hostKey = '', parallel = ''] = process.argv.slice(2);
const addresses = readFileSync(list, 'utf8').split('\n').filter(Boolean);
const privateKey = readFileSync(identity);
const offered: AnyAuthMethod = { type: 'publickey', username: 'root', key: privateKey };
const expected = Buffer.from(readFileSync(hostKey, 'utf8').split(' ')[1] ?? '', 'base64');

const runTrue = (host: string): Promise<void> =>
  new Promise((resolve, reject) => {
    const client = new ssh2.Client();
    const methods = [offered];
    client.on('error', reject);
    client.on('close', () => resolve());
    client.on('handshake', ({ kex, cs }) => {
      // `@libssh.org` is its name before it was standardised.
      if (!kex.startsWith('curve25519-sha256') || cs.cipher !== 'aes128-gcm@openssh.com')
        reject(new Error(`expected the algorithms of the others, got ${kex} and ${cs.cipher}`));
    });
    client.on('ready', () => {
      client.exec('true', (error, channel) => {
        if (error !== undefined) return reject(error);
        channel.on('exit', (code) => {
          if (code !== 0) reject(new Error(`${host}: true ended with ${code}`));
        });
        channel.on('close', () => client.end());
        channel.resume();
        channel.stderr.resume();
      });
    });
    client.connect({
      host,
      port: Number(port),
      username: 'root',
      hostVerifier: (key: Buffer) => key.equals(expected),
      authHandler: (): AnyAuthMethod | false => methods.shift() ?? false,
      readyTimeout: 60_000,
    });
  });

const next = addresses.values();
await Promise.all(
  Array.from({ length: Number(parallel) }, async () => {
    for (const address of next) await runTrue(address);
  }),
);
