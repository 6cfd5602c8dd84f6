import { execFileSync, spawnSync } from 'node:child_process';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { ourHostKeys } from '../../../harness/transport/openssh/algorithms.ts';
import { judgeHostKey, orderHostKeyAlgorithms } from '../../../harness/transport/openssh/known-hosts.ts';
import { loadKnownHosts } from '../../../harness/transport/openssh/load-known-hosts.ts';
import { fingerprint } from '../../../harness/transport/openssh/public-key.ts';
import { refusals } from '../../../harness/transport/openssh/refusals.ts';
import { loadSshSettings } from '../../../harness/transport/ssh-settings.ts';
import { AssayError } from '../../../workloads/kit/assay-error.ts';
import type { Comparison } from './comparison.ts';
import type { GeneratedKnownHosts, Keys } from './generate-known-hosts.ts';
import { generateKnownHosts } from './generate-known-hosts.ts';
import { createChoices } from './random.ts';

const kinds: Readonly<Record<string, readonly [type: string, bits: string]>> = {
  'host-ed25519': ['ed25519', '256'],
  'host-ecdsa': ['ecdsa', '256'],
  'host-rsa': ['rsa', '2048'],
  ed25519: ['ed25519', '256'],
  ecdsa: ['ecdsa', '256'],
  'ecdsa-384': ['ecdsa', '384'],
  'ecdsa-521': ['ecdsa', '521'],
  rsa: ['rsa', '2048'],
};

/** Keys of a server and of others, by ssh-keygen. */
export function createKeys(folder: string): Keys {
  mkdirSync(folder, { recursive: true });
  if (process.getuid?.() === 0) mkdirSync('/run/sshd', { recursive: true, mode: 0o755 }); // its privilege separation wants it
  return Object.fromEntries(
    Object.entries(kinds).map(([name, [type, bits]]) => {
      const path = join(folder, name);
      execFileSync('ssh-keygen', ['-q', '-t', type, '-b', bits, '-N', '', '-C', '', '-f', path]);
      return [name, readFileSync(`${path}.pub`, 'utf8').trim().split(' ').slice(0, 2).join(' ')];
    }),
  );
}

/** Compares what known_hosts files say of a server with the installed ssh, which logs in to a real sshd. */
export async function compareKnownHosts(seed: number, folder: string, keys: Keys): Promise<Comparison> {
  const generated = generateKnownHosts(createChoices(seed), keys);
  const files = generated.files.map((texts, side) =>
    texts.map((text, index) => {
      const path = join(folder, `known_hosts-${side}-${index}`);
      writeFileSync(path, text);
      return path;
    }),
  );
  const config = join(folder, 'ssh_config');
  const lines = [
    `UserKnownHostsFile ${files[0]?.join(' ') ?? ''}`,
    `GlobalKnownHostsFile ${files[1]?.[0] ?? 'none'}`,
    `Port ${generated.port}`,
    ...(generated.alias === undefined ? [] : [`HostKeyAlias ${generated.alias}`]),
    ...(generated.algorithms === undefined ? [] : [`HostKeyAlgorithms ${generated.algorithms}`]),
  ];
  writeFileSync(config, `${lines.join('\n')}\n`);
  const theirs = askSsh(generated, folder, config);
  const ours = await askUs(generated, config, keys);
  const about = `${JSON.stringify(generated, undefined, 1)}\n${lines.join('\n')}`;
  const isAcceptedByUs = !(ours instanceof AssayError);
  const isAcceptedByThem = !theirs.startsWith('?');
  if (!isAcceptedByUs) {
    const listed = refusals.find(({ instead }) => instead === ours.hint);
    const why = listed?.name ?? `ssh: ${theirs}, we: ${ours.message}`;
    return {
      kind: listed === undefined ? 'differs' : 'listed',
      why,
      isAcceptedByThem,
      isAcceptedByUs,
      about,
    };
  }
  const kind = ours === theirs ? 'equal' : 'differs';
  return {
    kind,
    why: kind === 'equal' ? ours : `ours ${ours}, ssh ${theirs}`,
    isAcceptedByThem,
    isAcceptedByUs,
    about,
  };
}

/** The verdict and the fingerprint that was judged, or `?` and what ssh said. */
function askSsh({ host, serverKeys }: GeneratedKnownHosts, folder: string, config: string): string {
  const server = join(folder, `sshd_config-${serverKeys.join('-')}`);
  writeFileSync(
    server,
    `${serverKeys.map((type) => `HostKey ${join(folder, `host-${type}`)}`).join('\n')}\nUsePAM no\nStrictModes no\nAuthenticationMethods publickey\n`,
  );
  const options = [
    `ProxyCommand=/usr/sbin/sshd -i -f ${server} -E /dev/null`,
    'StrictHostKeyChecking=yes',
    'BatchMode=yes',
    'KexAlgorithms=curve25519-sha256',
    'IdentityAgent=none',
    'IdentityFile=none',
  ];
  const { stderr } = spawnSync(
    'ssh',
    ['-v', '-F', config, ...options.flatMap((option) => ['-o', option]), host, 'true'],
    { encoding: 'utf8', timeout: 20_000, env: {} },
  );
  const [, presented] = /Server host key: \S+ (SHA256:\S+)/.exec(stderr) ?? [];
  const verdict = /REVOKED HOST KEY DETECTED/.test(stderr)
    ? 'revoked'
    : /HOST IDENTIFICATION HAS CHANGED/.test(stderr)
      ? 'changed'
      : /is known and matches the/.test(stderr)
        ? 'known'
        : /No \S+ host key is known for/.test(stderr)
          ? 'unknown'
          : undefined;
  if (/no matching host key type found/.test(stderr)) return 'none none';
  return presented === undefined || verdict === undefined ? `? ${stderr}` : `${verdict} ${presented}`;
}

async function askUs(
  { host, serverKeys }: GeneratedKnownHosts,
  config: string,
  keys: Keys,
): Promise<string | AssayError> {
  try {
    const settings = await loadSshSettings({
      home: '/nonexistent',
      user: 'me',
      uid: 0,
      variables: {},
      configFiles: [{ path: config, kind: 'given' }],
    });
    const hop = settings(host).hops[0];
    const known = (await Promise.all(hop.knownHostsFiles.map(loadKnownHosts))).flat();
    const keyOf = (algorithm: string): string | undefined =>
      serverKeys.find((type) =>
        type === 'ecdsa'
          ? algorithm === 'ecdsa-sha2-nistp256'
          : algorithm.startsWith(type === 'rsa' ? 'rsa-' : 'ssh-ed'),
      );
    const asked = hop.asksForKnownKeysFirst
      ? orderHostKeyAlgorithms(known, hop.knownAs.name, hop.algorithms.hostKey)
      : hop.algorithms.hostKey;
    const [presented] = ourHostKeys(asked).flatMap((algorithm) => keyOf(algorithm) ?? []);
    if (presented === undefined) return 'none none';
    const key = Buffer.from(keys[`host-${presented}`]?.split(' ')[1] ?? '', 'base64');
    return `${judgeHostKey(known, hop.knownAs, key).kind} ${fingerprint(key)}`;
  } catch (cause) {
    if (cause instanceof AssayError) return cause;
    throw cause;
  }
}
