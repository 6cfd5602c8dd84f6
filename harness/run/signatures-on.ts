import { basename } from 'node:path';
import { isDeepStrictEqual } from 'node:util';
import type { Signature } from '../../reports/verdict/signature.ts';
import type { Verdict } from '../../reports/verdict/verdict.ts';
import { readCheckpoint } from '../evidence/checkpoint.ts';
import { readPublicKey } from '../evidence/public-key.ts';
import type { Statement } from '../evidence/statement.ts';
import type { ReportFolder } from '../store/report-folder.ts';
import type { SignedStatement } from './read-signed.ts';
import { readSigned, readSignedVerdict } from './read-signed.ts';
import { signedPaths } from './signed-report.ts';

/**
 * Who has signed this very verdict, as a report of conformity shows it: nobody where nothing was signed, or something else. Whether a
 * signer is trusted, and whether all files are as they were, is for `verify` to say. Throws SIGNATURE_INVALID, EVIDENCE_DAMAGED.
 */
export async function signaturesOn(folder: ReportFolder, verdict: Verdict): Promise<readonly Signature[]> {
  const { id: profile } = verdict.profile;
  const names = await folder.list(signedPaths.folder(profile));
  if (!names.some((name) => /^report\.[0-9a-f]{16}\.sigstore\.json$/.test(name))) return [];
  const signed = await readSignedVerdict(folder, profile);
  if (!isDeepStrictEqual(signed, JSON.parse(JSON.stringify(verdict)))) return [];
  return signaturesOf(await readSigned(folder, profile), profile);
}

/** The same, of statements that were read. */
export const signaturesOf = (signed: readonly SignedStatement[], profile: string): readonly Signature[] =>
  signed.map(({ key, signer, statement: { predicate } }) => ({
    key: key.fingerprint,
    algorithm: key.algorithm,
    bundle: basename(signedPaths.bundle(profile, signer)),
    issued: predicate.assay_issued,
    expires: predicate.assay_expires,
    ledger: ledgerOf(predicate),
    attempts: predicate.assay_attempts ?? [],
  }));

/** The ledger that a statement names, where the checkpoint in it is signed by the key in it. */
function ledgerOf({ assay_ledger: place }: Statement['predicate']): Signature['ledger'] {
  const key = place === undefined ? undefined : readPublicKey(place.key);
  if (place === undefined || key?.ok !== true) return undefined;
  const checkpoint = readCheckpoint(place.checkpoint, key.value);
  if (!checkpoint.ok) return undefined;
  const { origin, size } = checkpoint.value;
  return { origin, size, begin: place.begin };
}
