import { randomUUID } from 'node:crypto';
import { existsSync } from 'node:fs';
import { chmod, mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import type { NodeSite } from './node-site.ts';
import { runProgram } from './run-program.ts';

/** Writes what a new node has: its places, its identity, its accounts and its host key. */
export async function writeNodeFiles(site: NodeSite, hosts: string): Promise<void> {
  const { directory, name } = site;
  for (const folder of ['identity', 'etc/ssh', 'root', 'log', 'sys', 'var-tmp', 'tmp'])
    await mkdir(join(directory, folder), { recursive: true });
  await chmod(join(directory, 'root'), 0o700);
  for (const folder of ['var-tmp', 'tmp']) await chmod(join(directory, folder), 0o1777);
  const serial = randomUUID();
  await writeAll(directory, {
    'identity/product_uuid': `${randomUUID()}\n`,
    'identity/product_serial': `${serial}\n`,
    'identity/board_serial': `${serial}\n`,
    'etc/hostname': `${name}\n`,
    'etc/hosts': hosts,
    'etc/machine-id': `${randomUUID().replaceAll('-', '')}\n`,
    // No password fits `*`, and sshd does not take the account for a locked one, as it would with `!`.
    'etc/shadow': 'root:*:20000:0:99999:7:::\n',
  });
  await chmod(join(directory, 'etc/shadow'), 0o640);
  await writeBootId(directory);
  await writeLoginShell(directory, existsSync('/bin/bash') ? '/bin/bash' : '/bin/sh');
  await writeHostKey(site);
}

/** The kernel makes a new one at every boot. */
export const writeBootId = (directory: string): Promise<void> =>
  writeAll(directory, { 'identity/boot_id': `${randomUUID()}\n` });

/** In place, as all files here: in the node they are mounted, and a new file would not be the mounted one. */
export async function writeLoginShell(directory: string, shell: string): Promise<void> {
  const others = (await readFile('/etc/passwd', 'utf8'))
    .split('\n')
    .filter((line) => !line.startsWith('root:'));
  await writeAll(directory, { 'etc/passwd': [`root:x:0:0:root:/root:${shell}`, ...others].join('\n') });
}

/** Makes a host key in place of one that may be there, and returns its public line. */
export async function writeHostKey(site: NodeSite): Promise<string> {
  const path = hostKeyPath(site.directory);
  for (const old of [path, `${path}.pub`]) await rm(old, { force: true });
  await createKey(path, `root@${site.name}`);
  return loadHostKey(site.directory);
}

/** Type and key, as known_hosts has them after the names. */
export async function loadHostKey(directory: string): Promise<string> {
  return (await readFile(`${hostKeyPath(directory)}.pub`, 'utf8')).split(' ').slice(0, 2).join(' ');
}

/** Who may log in; undefined: nobody. */
export async function writeAuthorizedKey(directory: string, key: string | undefined): Promise<void> {
  const path = 'root/.ssh/authorized_keys';
  if (key === undefined) return rm(join(directory, path), { force: true });
  await mkdir(join(directory, 'root/.ssh'), { recursive: true, mode: 0o700 });
  return writeAll(directory, { [path]: key });
}

/** Writes files below a directory, with the folders that they need. */
export async function writeAll(directory: string, files: Readonly<Record<string, string>>): Promise<void> {
  for (const [name, text] of Object.entries(files)) {
    const path = join(directory, name);
    if (!existsSync(dirname(path))) await mkdir(dirname(path), { recursive: true });
    await writeFile(path, text);
  }
}

/** A key pair without a passphrase: `path` and `path.pub`. */
export async function createKey(path: string, comment: string): Promise<void> {
  await runProgram(['ssh-keygen', '-q', '-t', 'ed25519', '-N', '', '-C', comment, '-f', path]);
}

const hostKeyPath = (directory: string): string => join(directory, 'etc/ssh/ssh_host_ed25519_key');
