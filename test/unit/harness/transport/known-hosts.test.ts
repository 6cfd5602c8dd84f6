import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  fingerprint,
  judgeHostKey,
  knownHostName,
  orderHostKeyAlgorithms,
  readKnownHosts,
} from '../../../../harness/transport/known-hosts.ts';

// Keys, fingerprints and hashed lines are what ssh-keygen of OpenSSH 9.2 wrote.
const ed25519 = 'ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAINj1VHiAjUNIyc6Hl7BLatKlulcMRW5l5c4tfF5IklOF';
const other = 'ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIJ6/e7BnlsETDbhH4Vb8ZXx7vCRVeDwLOuZtGlMgVe/i';
const ecdsa =
  'ecdsa-sha2-nistp256 AAAAE2VjZHNhLXNoYTItbmlzdHAyNTYAAAAIbmlzdHAyNTYAAABBBBF1QyzxAVfDhjL/BxE0Ggkg41f8vaBtDhZMfu9ozfvJR8ukgwZxSkLvna9dGr8Dxu327bg+0HJNalLXVI2mr2M=';
const hashed = '|1|65o1lNj+furKJNTUDvzyjFFEmnY=|4GwInRq5fMIfdHkCsyjAt9SdgEw=';
const hashedWithPort = '|1|IebhyPRRyimSk1cs/Hu2bx/lIeo=|lRfqbHkCmk11KN2EY9nvuSkLDo0=';

const key = (line: string): Buffer => Buffer.from(line.split(' ')[1] ?? '', 'base64');
const read = (...lines: readonly string[]): ReturnType<typeof readKnownHosts> =>
  readKnownHosts(lines.join('\n'), '/home/me/.ssh/known_hosts');
const judge = (lines: readonly string[], host: string, presented = ed25519, port = 22): string =>
  judgeHostKey(
    read(...lines),
    [...new Set([knownHostName(host, port), knownHostName(host, 22)])],
    key(presented),
  ).kind;

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
    ['a comment', `# gpu1 ${ed25519}`, 'gpu1', 22, 'unknown'],
    ['a key that is none', 'gpu1 ssh-ed25519 AAAA', 'gpu1', 22, 'unknown'],
    ['a key of another type than it says', `gpu1 ssh-rsa ${ed25519.split(' ')[1]}`, 'gpu1', 22, 'unknown'],
    ['a type we do not speak', 'gpu1 ssh-dss AAAAB3NzaC1kc3MAAAAB', 'gpu1', 22, 'unknown'],
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
    expect(judgeHostKey(read('# first', `gpu1 ${other}`), ['gpu1'], key(ed25519))).toMatchObject({
      kind: 'changed',
      expected: [{ file: '/home/me/.ssh/known_hosts', line: 2, type: 'ssh-ed25519' }],
    });
    expect(judgeHostKey(read(`@cert-authority * ${other}`), ['gpu1'], key(ed25519))).toMatchObject({
      kind: 'unknown',
      authority: { line: 1 },
    });
  });

  it('knows nobody from any text without that key', () => {
    fc.assert(
      fc.property(fc.string(), (text) => {
        fc.pre(!text.split('\n').some((line) => line.trim().startsWith('@')));
        expect(judge([text], 'gpu1')).toBe('unknown');
      }),
    );
  });
});

describe('readKnownHosts', () => {
  it.each([
    `@revoked gpu1`,
    `@revoke * ${ed25519}`,
    '@revoked gpu1 ssh-ed25519 AAAA',
  ])('refuses a line with a marker that it cannot read: %s', (line) => {
    expect(() => read('', line)).toThrow('/home/me/.ssh/known_hosts:2: expected `@revoke');
  });
});

describe('orderHostKeyAlgorithms', () => {
  it('asks for the types of known keys first, RSA with SHA-2 only', () => {
    expect(orderHostKeyAlgorithms(read(`gpu1 ${ecdsa}`, `gpu2 ${ed25519}`), ['gpu1'])).toEqual([
      'ecdsa-sha2-nistp256',
      'ssh-ed25519',
      'ecdsa-sha2-nistp384',
      'ecdsa-sha2-nistp521',
      'rsa-sha2-512',
      'rsa-sha2-256',
    ]);
    expect(orderHostKeyAlgorithms(read(`@revoked gpu1 ${ecdsa}`), ['gpu1'])[0]).toBe('ssh-ed25519');
  });
});

describe('fingerprint', () => {
  it('is what ssh-keygen -l prints', () => {
    expect(fingerprint(key(ed25519))).toBe('SHA256:+DgrFZr1cLfMR+cVsFMPUf9rTxlVFIUxqw+PPOrPRYw');
  });
});
