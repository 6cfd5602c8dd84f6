import type * as z from 'zod';
import { AssayError } from '../../workloads/kit/assay-error.ts';
import { readConfig } from '../config/read-config.ts';
import type { Source } from '../config/read-yaml.ts';
import type { TrustedKey as WrittenKey } from '../config/trust.ts';
import { TrustFile } from '../config/trust.ts';
import type { PublicKey } from './public-key.ts';
import { readPublicKey } from './public-key.ts';

export type TrustedKey = Omit<z.infer<typeof WrittenKey>, 'publicKey'> & { readonly publicKey: PublicKey };

/** Reads a trust file. Throws CONFIG_INVALID, also for a key that is not the one of its fingerprint, or stands twice. */
export function readTrustFile(source: Source): readonly TrustedKey[] {
  const refuse = (at: string, expected: string, found: string): AssayError =>
    new AssayError('CONFIG_INVALID', `${source.file}: ${at}: expected ${expected}, got ${found}`, {
      hint: 'Take the lines that this prints: assay keys trust',
    });
  const seen = new Set<string>();
  return readConfig(TrustFile, source).keys.map(({ publicKey: pem, ...said }, index) => {
    const at = `keys[${index}]`;
    const key = readPublicKey(pem);
    if (!key.ok) throw refuse(`${at}.publicKey`, 'a public key of P-256 or Ed25519', key.error);
    const { fingerprint } = key.value;
    if (fingerprint !== said.fingerprint) throw refuse(`${at}.fingerprint`, fingerprint, said.fingerprint);
    if (seen.has(fingerprint)) throw refuse(at, 'each key once', `${fingerprint} again`);
    seen.add(fingerprint);
    if (said.until !== undefined && said.until < said.from)
      throw refuse(`${at}.until`, `a day not before ${said.from}`, said.until);
    return { ...said, publicKey: key.value };
  });
}

/** Why a key may not have signed a report on this profile at this moment, by the words of a trust file. */
export function whyNotTrusted(
  { role, from, until, reason, profiles, name }: TrustedKey,
  signed: { readonly at: string; readonly profile: string },
): string | undefined {
  const day = signed.at.slice(0, 10);
  if (role === 'witness') return `${name} is trusted as a witness of ledgers, which signs no reports`;
  if (day < from) return `${name} is trusted from ${from} on, and signed on ${day} by its own stamp`;
  if (until !== undefined && day > until)
    return `${name} is trusted until ${until}${reason === undefined ? '' : ` (${reason})`}, and signed on ${day} by its own stamp`;
  if (profiles !== undefined && !profiles.includes(signed.profile))
    return `${name} is trusted for ${profiles.join(', ')}, and signed a report on ${signed.profile}`;
  return undefined;
}

/** Those whose word on a ledger counts today. What a witness signed is bound by his own clock, so a key that was revoked says nothing. */
export const witnessesIn = (keys: readonly TrustedKey[], now: Date): readonly TrustedKey[] => {
  const day = now.toISOString().slice(0, 10);
  return keys.filter(
    ({ role, from, until }) => role === 'witness' && from <= day && (until === undefined || day <= until),
  );
};

/**
 * The text of a trust file with one more key at its end: what somebody wrote there stays as it is. Throws CONFIG_INVALID
 * where the file would not say that and nothing else.
 */
export function addTrustedKey(
  source: Source,
  { fingerprint, pem }: PublicKey,
  said: {
    readonly name: string;
    readonly role: string;
    readonly from: string;
    readonly until: string | undefined;
    readonly reason: string | undefined;
  },
): string {
  const before = source.text.trim() === '' ? [] : readTrustFile(source);
  const head =
    before.length === 0
      ? 'schema: assay/trust\nschemaVersion: 1\nkeys:\n'
      : source.text.replace(/\n*$/, '\n');
  const rest = Object.entries(said).filter((entry): entry is [string, string] => entry[1] !== undefined);
  const lines = [
    `  - fingerprint: ${fingerprint}`,
    '    publicKey: |',
    ...pem
      .trimEnd()
      .split('\n')
      .map((line) => `      ${line}`),
    ...rest.map(([key, value]) => `    ${key}: ${JSON.stringify(value)}`),
  ];
  const text = `${head}${lines.join('\n')}\n`;
  const after = readTrustFile({ file: source.file, text });
  if (after.length === before.length + 1 && after.at(-1)?.publicKey.fingerprint === fingerprint) return text;
  throw new AssayError(
    'CONFIG_INVALID',
    `${source.file}: expected a list of keys at its end, found something else`,
    {
      hint: 'Let `keys:` be the last thing in it, in block style, indented by two.',
    },
  );
}
