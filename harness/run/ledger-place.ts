import { AssayError } from '../../workloads/kit/assay-error.ts';
import { readCheckpoint } from '../evidence/checkpoint.ts';
import { readCosignatures } from '../evidence/cosignature.ts';
import { attemptsOf, readEntry } from '../evidence/ledger-entry.ts';
import { isIncluded, leafHash, proveInclusion } from '../evidence/merkle.ts';
import type { PublicKey } from '../evidence/public-key.ts';
import { readPublicKey } from '../evidence/public-key.ts';
import { readTlogProof, writeTlogProof } from '../evidence/tlog-proof.ts';
import type { TrustedKey } from '../evidence/trust-file.ts';
import { damaged } from '../store/evidence-damaged.ts';
import type { ReadLedger } from '../store/ledger.ts';
import { ledgerFolder, readLedger, requireContinues } from '../store/ledger.ts';
import type { RunDirectory } from '../store/run-directory.ts';
import type { SignedStatement } from './read-signed.ts';
import type { Stamp } from './signed-report.ts';

/**
 * Where a run stands in the ledger of this user, with the proof of that, and all attempts at its machines. Nothing where no ledger
 * is kept, or the run is not in it.
 */
export function placeInLedger(
  stateHome: string,
  run: RunDirectory,
): Pick<Stamp, 'assay_ledger' | 'assay_attempts'> {
  const folder = ledgerFolder(stateHome);
  if (folder === undefined) return {};
  const ledger = readLedger(folder);
  const begin = ledger.entries.findIndex(
    (entry) => entry.type === 'begin' && entry.run === run.header.id && entry.header === run.headDigest,
  );
  const entry = ledger.lines[begin];
  if (entry === undefined) return {};
  return {
    assay_ledger: {
      begin,
      checkpoint: ledger.note,
      key: ledger.key.pem,
      entry: entry.toString('utf8'),
      proof: proveInclusion(begin, ledger.leaves).map((hash) => hash.toString('base64')),
    },
    assay_attempts: [...attemptsOf(ledger.entries, run.header.id)],
  };
}

/**
 * Proves that a run was entered where its statement says, and with the ledger itself that the attempts are all that it has. Returns
 * what was shown. Throws EVIDENCE_DAMAGED.
 */
export function checkLedger(
  { statement: { predicate } }: Pick<SignedStatement, 'statement'>,
  run: Pick<RunDirectory, 'header' | 'headDigest'>,
  ledger: ReadLedger | undefined,
): string {
  const { assay_ledger: place, assay_attempts: attempts = [] } = predicate;
  if (place === undefined) {
    if (ledger === undefined) return 'no ledger: other attempts at these machines are not told';
    throw damaged('the statement', 'the place of the run in a ledger', 'none');
  }
  const where = 'the place in the ledger';
  const key = readPublicKey(place.key);
  const checkpoint = key.ok ? readCheckpoint(place.checkpoint, key.value) : key;
  if (!key.ok || !checkpoint.ok)
    throw damaged(where, 'a checkpoint signed by the ledger', checkpoint.ok ? 'none' : checkpoint.error);
  const { origin, size, root } = checkpoint.value;
  const line = Buffer.from(place.entry);
  const entry = readEntry(line);
  const isOwn =
    entry.ok &&
    entry.value.type === 'begin' &&
    entry.value.run === run.header.id &&
    entry.value.header === run.headDigest;
  if (!isOwn) throw damaged(where, `the entry with which ${run.header.id} began`, 'another one');
  const proof = place.proof.map((hash) => Buffer.from(hash, 'base64'));
  if (!isIncluded(leafHash(line), { index: place.begin, size, proof, root }))
    throw damaged(where, `the entry ${place.begin} of ${size}`, 'a proof of something else');
  const found = `entry ${place.begin} of ${size} in the ledger ${origin}, ${attempts.length} attempts`;
  if (ledger === undefined) return `${found} as stated by the signer`;
  if (ledger.key.fingerprint !== key.value.fingerprint)
    throw damaged(where, `the ledger ${ledger.key.fingerprint}`, `another one, ${key.value.fingerprint}`);
  requireContinues(ledger, place.checkpoint, where);
  const counted = attemptsOf(ledger.entries.slice(0, size), run.header.id);
  if (JSON.stringify(counted) !== JSON.stringify(attempts))
    throw damaged(
      'the attempts of the statement',
      `the ${counted.length} of the ledger`,
      `${attempts.length}, or others`,
    );
  return `${found}, counted again in the ledger`;
}

/** Where a run stands in a ledger by a checkpoint of it, the present one or one that was cosigned, as a file for others. Throws EVIDENCE_DAMAGED, USAGE. */
export function proveRun(ledger: ReadLedger, run: RunDirectory, note = ledger.note): string {
  const { size } = requireContinues(ledger, note, 'the checkpoint');
  const index = ledger.entries.findIndex(
    (entry) => entry.type === 'begin' && entry.run === run.header.id && entry.header === run.headDigest,
  );
  if (index === -1 || index >= size)
    throw new AssayError(
      'USAGE',
      `expected ${run.header.id} among the first ${size} entries, found ${index === -1 ? 'it is in none' : `it is entry ${index}`}`,
      {
        hint: 'Take a later checkpoint, or the ledger of whoever measured.',
      },
    );
  return writeTlogProof({ index, proof: proveInclusion(index, ledger.leaves.slice(0, size)), note });
}

/**
 * Proves by a file of its own that the run of a statement is in its ledger, and says which of the witnesses that are trusted have seen it
 * there, and when by their clocks. Throws EVIDENCE_DAMAGED.
 */
export function checkProof(
  { statement: { predicate } }: Pick<SignedStatement, 'statement'>,
  text: string,
  witnesses: readonly TrustedKey[],
): readonly string[] {
  const where = 'the proof of the place in the ledger';
  const { assay_ledger: place } = predicate;
  const read = readTlogProof(text);
  if (!read.ok) throw damaged(where, 'a proof as `assay ledger proof` writes it', read.error);
  const key = place === undefined ? undefined : readPublicKey(place.key);
  if (place === undefined || key?.ok !== true)
    throw damaged(where, 'a statement that names its ledger', 'one that names none');
  const checkpoint = readCheckpoint(read.value.note, key.value);
  if (!checkpoint.ok)
    throw damaged(where, `a checkpoint signed by ${key.value.fingerprint}`, checkpoint.error);
  const { origin, size, root } = checkpoint.value;
  const { index, proof, note } = read.value;
  const isThere =
    index === place.begin && isIncluded(leafHash(Buffer.from(place.entry)), { index, size, proof, root });
  if (!isThere)
    throw damaged(where, `entry ${place.begin} of the ledger ${origin}`, 'a proof of something else');
  const seen = readCosignatures(
    note,
    witnesses.map(({ publicKey }) => publicKey),
  );
  const nameOf = ({ fingerprint }: PublicKey): string =>
    witnesses.find((each) => each.fingerprint === fingerprint)?.name ?? fingerprint;
  return [
    `entry ${index} of ${size} in the ledger ${origin}, by its proof`,
    ...(seen.length === 0
      ? [
          'no witness that you trust has signed this checkpoint: when it was so, and whether there is one ledger only, its owner alone says',
        ]
      : seen.map(
          (each) =>
            `witnessed on ${each.at.toISOString().replace('.000Z', 'Z')} by ${nameOf(each.key)} (${each.name}): the run was entered before that`,
        )),
  ];
}

/** Reads the ledger that somebody was given. */
export function openLedger(folder: string | undefined): ReadLedger {
  if (folder !== undefined) return readLedger(folder);
  throw new AssayError('USAGE', 'expected a ledger, found that none is kept', {
    hint: 'Begin one: assay ledger init --origin <name>',
  });
}
