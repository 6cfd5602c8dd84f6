import { keyIdOf, ledgerOrigin, splitNote } from './checkpoint.ts';
import type { Signer } from './private-key.ts';
import type { PublicKey } from './public-key.ts';
import { whyNotSignedBy } from './public-key.ts';

/** That somebody saw a checkpoint, and none before it that it does not continue (C2SP tlog-cosignature, Ed25519). */
export interface Cosignature {
  /** What the cosigner calls himself in the note. */
  readonly name: string;
  readonly key: PublicKey;
  /** His own clock, to the second. */
  readonly at: Date;
}

/** What is signed: a line that says what it is, the time, and the text of the note. */
const messageOf = (text: string, seconds: bigint): Buffer =>
  Buffer.from(`cosignature/v1\ntime ${seconds}\n${text}`);

const latest = 8_640_000_000_000n;

/** The note with one more line, by which a cosigner vouches for it. The caller has seen that it continues what he signed before. */
export async function addCosignature(
  note: string,
  { name, signer, at }: { readonly name: string; readonly signer: Signer; readonly at: Date },
): Promise<string> {
  const split = splitNote(note);
  if (split === undefined || !ledgerOrigin.test(name) || signer.publicKey.algorithm !== 'ed25519')
    throw new RangeError('a note, a name and a key of Ed25519 are needed');
  const seconds = BigInt(Math.floor(at.getTime() / 1000));
  const time = Buffer.alloc(8);
  time.writeBigUInt64BE(seconds);
  const signature = await signer.sign(messageOf(split.text, seconds));
  const line = Buffer.concat([keyIdOf(name, signer.publicKey, 'cosigner'), time, signature]);
  return `${note}— ${name} ${line.toString('base64')}\n`;
}

/** The cosignatures of a note by any of these keys. Lines of others, or that do not verify, vouch for nothing and are left out. */
export function readCosignatures(note: string, keys: readonly PublicKey[]): readonly Cosignature[] {
  const { text, lines } = splitNote(note) ?? { text: '', lines: [] };
  return lines.flatMap((line) => {
    const [, name = '', encoded = ''] = /^— (\S+) ([A-Za-z0-9+/]+={0,2})$/.exec(line) ?? [];
    const bytes = Buffer.from(encoded, 'base64');
    if (bytes.length !== 4 + 8 + 64 || bytes.toString('base64') !== encoded || !ledgerOrigin.test(name))
      return [];
    const seconds = bytes.readBigUInt64BE(4);
    if (seconds > latest) return [];
    const key = keys.find(
      (each) =>
        each.algorithm === 'ed25519' &&
        keyIdOf(name, each, 'cosigner').equals(bytes.subarray(0, 4)) &&
        whyNotSignedBy(each, messageOf(text, seconds), bytes.subarray(12)) === undefined,
    );
    return key === undefined ? [] : [{ name, key, at: new Date(1000 * Number(seconds)) }];
  });
}
