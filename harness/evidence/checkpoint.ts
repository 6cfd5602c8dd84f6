import { hash } from 'node:crypto';
import type { Result } from '../../workloads/kit/result.ts';
import { err, ok } from '../../workloads/kit/result.ts';
import type { Signer } from './private-key.ts';
import type { PublicKey } from './public-key.ts';
import { whyNotSignedBy } from './public-key.ts';

/** A ledger as it was once: so many entries, under this root. */
export interface Checkpoint {
  readonly origin: string;
  readonly size: number;
  readonly root: Buffer;
}

/** A name without white space and plus signs, as a note asks for (C2SP signed-note). */
export const ledgerOrigin = /^[A-Za-z0-9][A-Za-z0-9./_-]{0,99}$/;

const textOf = ({ origin, size, root }: Checkpoint): string =>
  `${origin}\n${size}\n${root.toString('base64')}\n`;

/** What a line of a note is signed as (C2SP signed-note): by the log itself, or by somebody who saw the checkpoint (tlog-cosignature). */
const kinds = { log: 1, cosigner: 4 } as const;

/** Which key signed a line of a note: 4 bytes of the digest of its name, kind and bytes. */
export function keyIdOf(name: string, { key }: PublicKey, kind: keyof typeof kinds): Buffer {
  const raw = Buffer.from(key.export({ format: 'jwk' }).x ?? '', 'base64url');
  const head = Buffer.concat([Buffer.from(`${name}\n`), Buffer.from([kinds[kind]])]);
  return hash('sha256', Buffer.concat([head, raw]), 'buffer').subarray(0, 4);
}

/** More lines than so many nobody signs. */
const mostLines = 16;

/** The text that is signed in a note, and the lines that sign it; absent where it is none. */
export function splitNote(
  note: string,
): { readonly text: string; readonly lines: readonly string[] } | undefined {
  const cut = note.indexOf('\n\n');
  const lines = note.slice(cut + 2).split('\n');
  return cut === -1 || lines.pop() !== '' || lines.length > mostLines
    ? undefined
    : { text: note.slice(0, cut + 1), lines };
}

/** The note of a checkpoint (C2SP tlog-checkpoint), signed by the ledger's own key. */
export async function writeCheckpoint(checkpoint: Checkpoint, { publicKey, sign }: Signer): Promise<string> {
  const text = textOf(checkpoint);
  const { origin } = checkpoint;
  const signature = Buffer.concat([keyIdOf(origin, publicKey, 'log'), await sign(Buffer.from(text))]);
  return `${text}\n— ${origin} ${signature.toString('base64')}\n`;
}

/** Reads a note that the ledger's key has signed. Lines of others, witnesses say, are beside the matter. */
export function readCheckpoint(note: string, key: PublicKey): Result<Checkpoint> {
  const { text, lines } = splitNote(note) ?? { text: '', lines: [] };
  const [, origin = '', digits = '', base64 = ''] =
    /^([^\n]+)\n(0|[1-9][0-9]{0,14})\n([A-Za-z0-9+/]{43}=)\n$/.exec(text) ?? [];
  const root = Buffer.from(base64, 'base64');
  if (!ledgerOrigin.test(origin) || root.toString('base64') !== base64 || key.algorithm !== 'ed25519')
    return err('no checkpoint of a ledger');
  const own = lines.filter((line) => line.startsWith(`— ${origin} `));
  const [line = ''] = own;
  const encoded = line.slice(origin.length + 3);
  const signature = Buffer.from(encoded, 'base64');
  if (
    own.length !== 1 ||
    signature.toString('base64') !== encoded ||
    !signature.subarray(0, 4).equals(keyIdOf(origin, key, 'log'))
  )
    return err('no signature of the key of the ledger');
  const wrong = whyNotSignedBy(key, Buffer.from(text), signature.subarray(4));
  return wrong === undefined ? ok({ origin, size: Number(digits), root }) : err(wrong);
}
