import { execFileSync } from 'node:child_process';
import { chmodSync, copyFileSync, existsSync, mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest';
import { compareConfig } from '../../support/openssh/compare-config.ts';
import { compareKnownHosts, createKeys } from '../../support/openssh/compare-known-hosts.ts';
import { compareTarget } from '../../support/openssh/compare-target.ts';
import { compareUserFiles } from '../../support/openssh/compare-user-files.ts';
import type { Comparison } from '../../support/openssh/comparison.ts';
import type { Keys } from '../../support/openssh/generate-known-hosts.ts';
import type { Logins } from '../../support/openssh/log-in-both.ts';
import { logInBoth } from '../../support/openssh/log-in-both.ts';
import { createClientHome, createKey, hasSshd, startSshd } from '../../support/sshd.ts';
import { removeFolder, temporaryDirectory } from '../../support/temporary.ts';

const hasSsh = hasSshd && ['ssh', 'ssh-keygen'].every((name) => existsSync(`/usr/bin/${name}`));
if (!hasSsh && process.env['CI'] === 'true')
  throw new Error('expected ssh and ssh-keygen with CI=true (apt-get install openssh-client)');

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'assay-openssh-'));
});
afterAll(() => removeFolder(folder));

/** The same cases each time; bench/openssh.ts takes any number of others. */
const seeds = Array.from({ length: 50 }, (_, index) => index);

async function compareAll(compare: (seed: number) => Promise<Comparison>): Promise<readonly Comparison[]> {
  const comparisons: Comparison[] = [];
  for (const seed of seeds) comparisons.push(await compare(seed));
  return comparisons;
}

function expectSame(comparisons: readonly Comparison[]): void {
  const differing = comparisons.filter(({ kind }) => kind === 'differs');
  expect(differing.map(({ about, why }) => `${about}\n${why}`)).toEqual([]);
  const taken = comparisons.filter(({ isAcceptedByThem }) => isAcceptedByThem);
  expect(taken.length).toBeGreaterThan(seeds.length / 5);
  expect(taken.filter(({ isAcceptedByUs }) => isAcceptedByUs).length).toBeGreaterThanOrEqual(
    taken.length * 0.8,
  );
}

describe.skipIf(!hasSsh)('beside the installed OpenSSH', () => {
  it('reads generated targets in the same way', async () => {
    expectSame(await compareAll((seed) => Promise.resolve(compareTarget(seed))));
  });

  it('reaches generated targets of generated configurations in the same way', async () => {
    expectSame(await compareAll((seed) => compareConfig(seed, join(folder, 'config'))));
  });

  it("reads the user's file, what is below ~/.ssh and the system's file in the same way", async () => {
    expectSame(await compareAll((seed) => compareUserFiles(seed, join(folder, 'user'))));
  });

  it('judges host keys by generated known_hosts files as ssh does a real sshd', async () => {
    const keys: Keys = createKeys(join(folder, 'keys'));
    const comparisons = await compareAll((seed) => compareKnownHosts(seed, join(folder, 'keys'), keys));
    expectSame(comparisons);
    const verdicts = new Set(comparisons.map(({ why }) => why.split(' ', 1)[0]));
    expect([...verdicts]).toEqual(expect.arrayContaining(['known', 'unknown', 'changed', 'revoked']));
  });

  const [changed, unknown, denied] = [
    /HOST IDENTIFICATION HAS CHANGED/,
    /No \S+ host key is known/,
    /Permission denied/,
  ];
  it.each([
    [
      'another key is known for the port, this one for the name',
      '[A]:P OTHER\nA OWN',
      'HOST_KEY_CHANGED',
      changed,
    ],
    ['nothing is known for the port, this one for the name', 'A OWN', 'in', /^in$/],
    ['nothing is known for the port, another for the name', 'A OTHER', 'HOST_KEY_UNKNOWN', unknown],
    ['revoked for the name only', '[A]:P OWN\n@revoked A OWN', 'in', /^in$/],
    ['revoked for the port', '[A]:P OWN\n@revoked * OWN', 'HOST_KEY_CHANGED', /REVOKED HOST KEY/],
  ] as const)('takes or refuses a key: %s', async (_title, lines, ours, theirs) => {
    const server = await startSshd({ hostKeys: ['ed25519', 'ecdsa'] });
    onTestFinished(() => server.stop());
    const values = {
      A: '127.0.0.1',
      P: String(server.port),
      OWN: server.hostKey('ed25519'),
      OTHER: server.hostKey('ecdsa'),
    };
    const known = lines.replaceAll(/\b(A|P|OWN|OTHER)\b/g, (name) => values[name as keyof typeof values]);
    const home = temporaryDirectory();
    const client = createClientHome(home, {
      config: [
        `IdentityFile ${server.identity}`,
        `UserKnownHostsFile ${home}/.ssh/known_hosts`,
        'HostKeyAlgorithms ssh-ed25519',
      ],
      knownHosts: known.split('\n'),
    });
    const logins = await logInBoth(client, `127.0.0.1:${server.port}`);
    expect(logins.ours).toBe(ours);
    expect(logins.theirs).toMatch(theirs);
  });

  it.each([
    ['a key that others can read', 'in', [], 0o644, 'AUTH_FAILED', denied],
    ['a key that only we can read', 'in', [], 0o600, 'in', /^in$/],
    ['a key that is too short', 'rsa', ['RequiredRSASize 3072'], 0o600, 'AUTH_FAILED', denied],
    ['a key that is long enough', 'rsa', ['RequiredRSASize 2048'], 0o600, 'in', /^in$/],
  ] as const)('offers %s or not', async (_title, kind, config, mode, ours, theirs) => {
    const server = await startSshd({ isAuthorized: kind !== 'rsa' });
    onTestFinished(() => server.stop());
    const home = temporaryDirectory();
    const identity = kind === 'rsa' ? join(home, 'rsa') : server.identity;
    if (kind === 'rsa') {
      createKey(identity, 'rsa');
      copyFileSync(`${identity}.pub`, join(server.identity, '../authorized_keys'));
    }
    chmodSync(identity, mode);
    const client = createClientHome(home, {
      config: [`IdentityFile ${identity}`, `UserKnownHostsFile ${home}/.ssh/known_hosts`, ...config],
      knownHosts: [`[127.0.0.1]:${server.port} ${server.hostKey()}`],
    });
    const logins = await logInBoth(client, `127.0.0.1:${server.port}`);
    expect(logins.ours).toBe(ours);
    expect(logins.theirs).toMatch(theirs);
  });

  it('looks at the address too with CheckHostIP, and only then', () => {
    const hosts = join(folder, 'hosts');
    writeFileSync(hosts, '127.0.0.1 localhost\n192.0.2.1 gpu1\n');
    const program = fileURLToPath(new URL('../../support/openssh/check-addresses.ts', import.meta.url));
    const script =
      'ip link set lo up && ip addr add 192.0.2.1/32 dev lo && mount --bind "$1" /etc/hosts && exec "$2" "$3"';
    const printed = execFileSync(
      'unshare',
      [
        '--net',
        '--mount',
        ...(process.getuid?.() === 0 ? [] : ['--map-root-user']),
        'sh',
        '-c',
        script,
        'sh',
        hosts,
        process.execPath,
        program,
      ],
      { encoding: 'utf8' },
    );
    const outcomes = Object.entries(JSON.parse(printed) as Record<string, Logins>);
    const withoutWords = outcomes.map(([title, { ours, theirs }]) => [title, ours, theirs === 'in']);
    expect(withoutWords).toEqual([
      ['the address is not known, yes', 'in', true],
      ['the address has this key, yes', 'in', true],
      ['the address has another key, yes', 'HOST_KEY_CHANGED', false],
      ['only the address has this key, yes', 'HOST_KEY_UNKNOWN', false],
      ['the address is not known, no', 'in', true],
      ['the address has this key, no', 'in', true],
      ['the address has another key, no', 'in', true],
      ['only the address has this key, no', 'HOST_KEY_UNKNOWN', false],
    ]);
  });
});
