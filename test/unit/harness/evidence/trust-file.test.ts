import { describe, expect, it } from 'vitest';
import type { Role } from '../../../../harness/config/trust.ts';
import { generateKey } from '../../../../harness/evidence/private-key.ts';
import { publicKeyOf } from '../../../../harness/evidence/public-key.ts';
import { addTrustedKey, readTrustFile, whyNotTrusted } from '../../../../harness/evidence/trust-file.ts';

const keyOf = () => {
  const key = publicKeyOf(generateKey('ed25519'));
  if (!key.ok) throw new Error(key.error);
  return key.value;
};
const file = 'trust.yaml';
const said = {
  name: 'Rack & Stack: "hall 3"',
  role: 'installer',
  from: '2026-01-01',
  until: undefined,
  reason: undefined,
};
const first = keyOf();
const text = addTrustedKey({ file, text: '' }, first, said);

describe('a trust file', () => {
  it('keeps what somebody wrote when a key is added to it', () => {
    const commented = text.replace('keys:', '# by hand\nkeys:');
    const second = keyOf();
    const both = addTrustedKey({ file, text: commented }, second, {
      ...said,
      name: 'us',
      role: 'witness',
      until: '2026-12-31',
      reason: 'lost',
    });
    expect(both.startsWith(commented)).toBe(true);
    expect(readTrustFile({ file, text: both }).map(({ name, role, until }) => [name, role, until])).toEqual([
      ['Rack & Stack: "hall 3"', 'installer', undefined],
      ['us', 'witness', '2026-12-31'],
    ]);
  });

  it.each([
    ['a key twice', () => `${text}${text.slice(text.indexOf('  - '))}`, 'each key once'],
    [
      'another fingerprint',
      () => text.replace(/SHA256:.{43}/, `SHA256:${'A'.repeat(43)}`),
      'keys[0].fingerprint',
    ],
    ['an unknown role', () => text.replace('"installer"', 'boss'), 'keys[0].role'],
    ['an unknown field', () => text.replace('    role', '    rank: 1\n    role'), 'rank'],
    ['a day that is none', () => text.replace('2026-01-01', '2026-02-30'), 'keys[0].from'],
    ['days in the wrong order', () => `${text}    until: "2025-01-01"\n`, 'keys[0].until'],
    ['a newer version', () => text.replace('schemaVersion: 1', 'schemaVersion: 2'), 'schemaVersion'],
    ['no key', () => 'schema: assay/trust\nschemaVersion: 1\nkeys: []\n', 'keys'],
    ['a private key', () => text.replaceAll('PUBLIC KEY', 'PRIVATE KEY'), 'keys[0].publicKey'],
  ])('is refused with %s', (_, change, where) => {
    expect(() => readTrustFile({ file, text: change() })).toThrow(where);
  });

  it('is added to only where it ends with its keys', () => {
    expect(() => addTrustedKey({ file, text: first.pem }, keyOf(), said)).toThrow(file);
    expect(() =>
      addTrustedKey(
        {
          file,
          text:
            text
              .replace(/keys:\n([\s\S]*)/, (_, keys: string) => `keys:\n${keys}`)
              .replace('schema: assay/trust\n', '') + 'schema: assay/trust\n',
        },
        keyOf(),
        said,
      ),
    ).toThrow();
  });
});

describe('whom a trust file trusts', () => {
  const trusted = (role: Role, change: object = {}) => ({
    fingerprint: first.fingerprint,
    publicKey: first,
    name: 'us',
    role,
    from: '2026-01-01',
    until: '2026-12-31',
    ...change,
  });
  const signed = { at: '2026-06-01T00:00:00.000Z', profile: 'storage' };

  it.each(['installer', 'operator', 'customer', 'third-party'] as const)('%s, within his days', (role) => {
    expect(whyNotTrusted(trusted(role), signed)).toBeUndefined();
    expect(whyNotTrusted(trusted(role), { ...signed, at: '2026-12-31T23:59:59.999Z' })).toBeUndefined();
    expect(whyNotTrusted(trusted(role), { ...signed, at: '2025-12-31T23:59:59.999Z' })).toContain(
      'from 2026-01-01',
    );
    expect(
      whyNotTrusted(trusted(role, { reason: 'stolen' }), { ...signed, at: '2027-01-01T00:00:00.000Z' }),
    ).toContain('until 2026-12-31 (stolen)');
    expect(whyNotTrusted(trusted(role, { profiles: ['survey'] }), signed)).toContain('trusted for survey');
  });

  it('no witness', () => {
    expect(whyNotTrusted(trusted('witness'), signed)).toContain('signs no reports');
  });
});
