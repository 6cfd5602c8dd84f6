import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { chooseAlgorithms, ourHostKeys } from '../../../../../harness/transport/openssh/algorithms.ts';
import type { HostNames } from '../../../../../harness/transport/openssh/known-hosts.ts';
import {
  judgeHostKey,
  knownHostName,
  orderHostKeyAlgorithms,
  readKnownHosts,
} from '../../../../../harness/transport/openssh/known-hosts.ts';
import { fingerprint } from '../../../../../harness/transport/openssh/public-key.ts';

// Keys, fingerprints and hashed lines are what ssh-keygen of OpenSSH 9.2 wrote.
const ed25519 = 'ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAINj1VHiAjUNIyc6Hl7BLatKlulcMRW5l5c4tfF5IklOF';
const other = 'ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIJ6/e7BnlsETDbhH4Vb8ZXx7vCRVeDwLOuZtGlMgVe/i';
const ecdsa =
  'ecdsa-sha2-nistp256 AAAAE2VjZHNhLXNoYTItbmlzdHAyNTYAAAAIbmlzdHAyNTYAAABBBBF1QyzxAVfDhjL/BxE0Ggkg41f8vaBtDhZMfu9ozfvJR8ukgwZxSkLvna9dGr8Dxu327bg+0HJNalLXVI2mr2M=';
const securityKey = `sk-ssh-ed25519@openssh.com ${Buffer.concat(
  ['sk-ssh-ed25519@openssh.com', 'k'.repeat(32), 'ssh:'].map((part) =>
    Buffer.from(`\0\0\0${String.fromCharCode(part.length)}${part}`),
  ),
).toString('base64')}`;
const hashed = '|1|65o1lNj+furKJNTUDvzyjFFEmnY=|4GwInRq5fMIfdHkCsyjAt9SdgEw=';
const hashedWithPort = '|1|IebhyPRRyimSk1cs/Hu2bx/lIeo=|lRfqbHkCmk11KN2EY9nvuSkLDo0=';

const key = (line: string): Buffer => Buffer.from(line.split(' ')[1] ?? '', 'base64');
const read = (...lines: readonly string[]): ReturnType<typeof readKnownHosts> =>
  readKnownHosts(lines.join('\n'), '/home/me/.ssh/known_hosts');
const named = (host: string, port = 22): HostNames => ({
  name: knownHostName(host, port),
  withoutPort: port === 22 ? undefined : knownHostName(host, 22),
  requiredRsaBits: 1024,
});
const judge = (lines: readonly string[], host: string, presented = ed25519, port = 22): string =>
  judgeHostKey(read(...lines), named(host, port), key(presented)).kind;

describe('judgeHostKey', () => {
  it.each([
    ['plain', `gpu1 ${ed25519} comment`, 'gpu1', 22, 'known'],
    ['another host', `gpu1 ${ed25519}`, 'gpu2', 22, 'unknown'],
    ['upper case', `GPU1 ${ed25519}`, 'Gpu1', 22, 'known'],
    ['a list', `gpu1,10.0.0.7 ${ed25519}`, '10.0.0.7', 22, 'known'],
    ['a pattern', `gpu? ${ed25519}`, 'gpu7', 22, 'known'],
    ['an exception', `*,!gpu7 ${ed25519}`, 'gpu7', 22, 'unknown'],
    ['a port', `[gpu1]:2222 ${ed25519}`, 'gpu1', 2222, 'known'],
    ['another port', `[gpu1]:2222 ${ed25519}`, 'gpu1', 2223, 'unknown'],
    ['a port, known without one', `gpu1 ${ed25519}`, 'gpu1', 2222, 'known'],
    ['a hash', `${hashed} ${ed25519}`, 'gpu1.hall.example', 22, 'known'],
    ['a hash of another name', `${hashed} ${ed25519}`, 'gpu2.hall.example', 22, 'unknown'],
    ['a hash with a port', `${hashedWithPort} ${ed25519}`, '10.0.0.7', 2222, 'known'],
    [
      'a hash of an unknown kind',
      `${hashed.replace('|1|', '|2|')} ${ed25519}`,
      'gpu1.hall.example',
      22,
      'unknown',
    ],
    ['a hash with another name behind it', `${hashed},foo ${ed25519}`, 'gpu1.hall.example', 22, 'unknown'],
    ['a salt that is cut', `${hashed.replace('=|', '|')} ${ed25519}`, 'gpu1.hall.example', 22, 'unknown'],
    ['a hash that is not in its shortest form', `${hashed}= ${ed25519}`, 'gpu1.hall.example', 22, 'unknown'],
    ['a mark of the byte order', `\u00ef\u00bb\u00bfgpu1 ${ed25519}`, 'gpu1', 22, 'unknown'],
    ['a blank that is none', `\u00a0gpu1 ${ed25519}`, 'gpu1', 22, 'unknown'],
    ['a line of Windows', `gpu1 ${ed25519}\r`, 'gpu1', 22, 'known'],
    ['blanks in front', ` \t gpu1 ${ed25519}`, 'gpu1', 22, 'known'],
    ['a NUL', `gpu1 ${ed25519}\0 x`, 'gpu1', 22, 'known'],
    [
      'another key of the port, ours without it',
      `[gpu1]:2222 ${other}\ngpu1 ${ed25519}`,
      'gpu1',
      2222,
      'changed',
    ],
    [
      'a pattern with another key, for the port too',
      `*,gpu1 ${other}\ngpu1 ${ed25519}`,
      'gpu1',
      2222,
      'changed',
    ],
    [
      'an authority of the port',
      `@cert-authority [gpu1]:2222 ${other}\ngpu1 ${ed25519}`,
      'gpu1',
      2222,
      'known',
    ],
    ['revoked without the port', `@revoked gpu1 ${ed25519}`, 'gpu1', 2222, 'revoked'],
    ['revoked for another port', `[gpu1]:2222 ${ed25519}\n@revoked gpu1 ${ed25519}`, 'gpu1', 2222, 'known'],
    ['a marker with a tab behind it', `@revoked\tgpu1\t${ed25519.replace(' ', '\t')}`, 'gpu1', 22, 'revoked'],
    ['a comment', `# gpu1 ${ed25519}`, 'gpu1', 22, 'unknown'],
    ['a key that is none', 'gpu1 ssh-ed25519 AAAA', 'gpu1', 22, 'unknown'],
    ['a key of another type than it says', `gpu1 ssh-rsa ${ed25519.split(' ')[1]}`, 'gpu1', 22, 'unknown'],
    ['a cut key', 'gpu1 ssh-dss AAAAB3NzaC1kc3MAAAAB', 'gpu1', 22, 'unknown'],
    ['a key of a type that we do not speak', `gpu1 ${securityKey}`, 'gpu1', 22, 'changed'],
    ['a key with something behind it', `gpu1 ${ed25519}AAAA`, 'gpu1', 22, 'unknown'],
    ['a point that is not on its curve', `gpu1 ${ecdsa.replace('r2M=', 'r2Q=')}`, 'gpu1', 22, 'unknown'],
    ['a changed key', `gpu1 ${other}`, 'gpu1', 22, 'changed'],
    ['a key of another type', `gpu1 ${ecdsa}`, 'gpu1', 22, 'changed'],
    ['another key at the name without port', `gpu1 ${other}`, 'gpu1', 2222, 'unknown'],
    ['a certificate authority', `@cert-authority *.example ${ed25519}`, 'gpu1.example', 22, 'unknown'],
    ['a revoked key', `@revoked * ${ed25519}`, 'gpu1', 22, 'revoked'],
    ['a revoked key of somebody else', `@revoked gpu2 ${ed25519}`, 'gpu1', 22, 'unknown'],
  ] as const)('%s', (_title, line, host, port, expected) => {
    expect(judge([line], host, ed25519, port)).toBe(expected);
  });

  it('knows any of several keys', () => {
    const lines = [`gpu1 ${other}`, `gpu1 ${ecdsa}`, '', `gpu1 ${ed25519}`];
    expect([ed25519, other, ecdsa].map((presented) => judge(lines, 'gpu1', presented))).toEqual([
      'known',
      'known',
      'known',
    ]);
  });

  it('lets a revocation outrank a known key, in whatever order', () => {
    expect(judge([`gpu1 ${ed25519}`, `@revoked gpu1 ${ed25519}`], 'gpu1')).toBe('revoked');
    expect(judge([`@revoked gpu1 ${ed25519}`, `gpu1 ${ed25519}`], 'gpu1')).toBe('revoked');
  });

  it('says which lines were expected, and which authority vouches', () => {
    expect(judgeHostKey(read('# first', `gpu1 ${other}`), named('gpu1'), key(ed25519))).toMatchObject({
      kind: 'changed',
      expected: [{ file: '/home/me/.ssh/known_hosts', line: 2, type: 'ssh-ed25519' }],
    });
    expect(judgeHostKey(read(`@cert-authority * ${other}`), named('gpu1'), key(ed25519))).toMatchObject({
      kind: 'unknown',
      authority: { line: 1 },
    });
  });

  it('knows nobody from any text without that key', () => {
    fc.assert(
      fc.property(fc.string(), (text) => {
        fc.pre(!text.split('\n').some((line) => /^[ \t]*@/.test(line)));
        expect(judge([text], 'gpu1')).toBe('unknown');
      }),
    );
  });
});

describe('readKnownHosts', () => {
  it.each([
    `@revoked gpu1`,
    `@revoke * ${ed25519}`,
    `@revoked @revoked * ${ed25519}`,
    `@REVOKED * ${ed25519}`,
    '@revoked gpu1 ssh-ed25519 AAAA',
  ])('refuses a line with a marker that it cannot read: %s', (line) => {
    expect(() => read('', line)).toThrow(/known_hosts:2: expected @revoked .*found `@revoke/i);
  });
});

describe('judgeHostKey with CheckHostIP', () => {
  it('asks for the address too, which can only deny', () => {
    const judgeBoth = (...lines: readonly string[]): string =>
      judgeHostKey(read(...lines), { ...named('gpu1'), address: '192.0.2.1' }, key(ed25519)).kind;
    expect(judgeBoth(`gpu1 ${ed25519}`)).toBe('known');
    expect(judgeBoth(`gpu1,192.0.2.1 ${ed25519}`)).toBe('known');
    expect(judgeBoth(`gpu1 ${ed25519}`, `192.0.2.1 ${other}`)).toBe('changed');
    expect(judgeBoth(`192.0.2.1 ${ed25519}`)).toBe('unknown');
  });
});

describe('orderHostKeyAlgorithms', () => {
  const hostKeyAlgorithms = chooseAlgorithms('gpu1', new Map()).hostKey;

  it('asks for the types of known keys first, RSA with SHA-2 only', () => {
    const order = (...lines: readonly string[]): readonly string[] =>
      ourHostKeys(orderHostKeyAlgorithms(read(...lines), 'gpu1', hostKeyAlgorithms));
    expect(order(`gpu1 ${ecdsa}`, `gpu2 ${ed25519}`)).toEqual([
      'ecdsa-sha2-nistp256',
      'ssh-ed25519',
      'ecdsa-sha2-nistp384',
      'ecdsa-sha2-nistp521',
      'rsa-sha2-512',
      'rsa-sha2-256',
    ]);
    expect(order(`@revoked gpu1 ${ecdsa}`)[0]).toBe('ssh-ed25519');
    expect(order(`gpu1 ${ecdsa}`, `@revoked gpu1 ${ecdsa}`)[0]).toBe('ssh-ed25519');
    expect(order(`gpu1 ${ecdsa}`, `gpu1 ${ed25519}`)[0]).toBe('ssh-ed25519');
  });

  it('does not look at the name without its port', () => {
    const entries = read(`gpu1 ${ecdsa}`);
    expect(ourHostKeys(orderHostKeyAlgorithms(entries, '[gpu1]:2222', hostKeyAlgorithms))[0]).toBe(
      'ssh-ed25519',
    );
  });
});

describe('fingerprint', () => {
  it('is what ssh-keygen -l prints', () => {
    expect(fingerprint(key(ed25519))).toBe('SHA256:+DgrFZr1cLfMR+cVsFMPUf9rTxlVFIUxqw+PPOrPRYw');
  });
});
