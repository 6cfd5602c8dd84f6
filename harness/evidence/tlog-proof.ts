import type { Result } from '../../workloads/kit/result.ts';
import { err, ok } from '../../workloads/kit/result.ts';

/** That an entry is in a ledger, in one file that others read too (C2SP tlog-proof). */
export interface TlogProof {
  readonly index: number;
  /** From the sibling of the leaf to the child of the root. */
  readonly proof: readonly Buffer[];
  /** The checkpoint as it was signed, with whoever has cosigned it. */
  readonly note: string;
}

const first = 'c2sp.org/tlog-proof@v1';
/** A tree of 2⁵³ leaves has no more levels; a note of ours has three lines and some signatures. */
const most = { hashes: 64, bytes: 16_384 };

export const writeTlogProof = ({ index, proof, note }: TlogProof): string =>
  `${[first, `index ${index}`, ...proof.map((hash) => hash.toString('base64'))].join('\n')}\n\n${note}`;

/** Reads a proof; `extra` data is nobody's word and is passed over. */
export function readTlogProof(text: string): Result<TlogProof> {
  const cut = text.indexOf('\n\n');
  if (cut === -1 || text.length > most.bytes) return err('no proof that an entry is in a ledger');
  const [head, ...rest] = text.slice(0, cut).split('\n');
  if (/^extra [A-Za-z0-9+/]*={0,2}$/.test(rest[0] ?? '')) rest.shift();
  const [, digits] = /^index (0|[1-9][0-9]{0,14})$/.exec(rest.shift() ?? '') ?? [];
  if (head !== first || digits === undefined) return err(`another beginning than ${first} and an index`);
  const proof = rest.map((line) => Buffer.from(line, 'base64'));
  if (
    rest.length > most.hashes ||
    proof.some((hash, place) => hash.length !== 32 || hash.toString('base64') !== rest[place])
  )
    return err('lines that are no hashes');
  return ok({ index: Number(digits), proof, note: text.slice(cut + 2) });
}
