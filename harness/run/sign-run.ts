import { isDeepStrictEqual } from 'node:util';
import { sha256 } from '../../agents/protocol/chain.ts';
import type { Verdict } from '../../reports/verdict/verdict.ts';
import { createLookup } from '../../reports/verdict/verdict-lookup.ts';
import { htmlPieces } from '../../reports/writers/html/render-html.ts';
import { AssayError } from '../../workloads/kit/assay-error.ts';
import { createBundle, readBundle } from '../evidence/bundle.ts';
import { canonical } from '../evidence/canonical-json.ts';
import { conformityOf } from '../evidence/conformity.ts';
import { identityOf } from '../evidence/identity.ts';
import type { SignedManifest } from '../evidence/manifest.ts';
import { whyNotList } from '../evidence/manifest.ts';
import type { Signer } from '../evidence/private-key.ts';
import { damaged } from '../store/evidence-damaged.ts';
import { hashTree } from '../store/hash-tree.ts';
import type { ReportFolder } from '../store/report-folder.ts';
import type { RunEvidence } from '../store/run-evidence.ts';
import { readSignedVerdict } from './read-signed.ts';
import type { Stamp } from './signed-report.ts';
import { isSigners, signedPaths, signedPlace, signerName, statementsOf } from './signed-report.ts';
import { writeDocument } from './verdict-document.ts';

/**
 * Signs what was judged of a run: writes, once for all signers, the verdict, its page, an identity document for each node and
 * the manifest of all of it and of the evidence; and for this signer the bundle of his statement, of a block also those on its
 * nodes. What somebody has signed already must be the same. Returns where the bundle is. Throws EVIDENCE_DAMAGED, USAGE.
 */
export async function signRun(
  evidence: RunEvidence,
  verdict: Verdict,
  {
    folder,
    signer,
    stamp,
  }: { readonly folder: ReportFolder; readonly signer: Signer; readonly stamp: Stamp },
): Promise<string> {
  refuseUnfit(verdict);
  const { id: profile } = verdict.profile;
  const identities = new Map(
    verdict.nodes.map(({ id }) => [id, identityOf(evidence.node(id).material.facts)] as const),
  );
  const isFirst = (await folder.read(signedPaths.manifest(profile))) === undefined;
  try {
    const manifest = await writeShared(evidence, verdict, folder, { identities, isFirst });
    const bundles = await bundlesOf(verdict, { manifest, identities, signer, stamp });
    const name = signerName(signer.publicKey.fingerprint);
    folder.write(signedPaths.key(profile, name), signer.publicKey.pem);
    for (const [at, text] of bundles) folder.write(at, text);
    return signedPaths.bundle(profile, name);
  } catch (cause) {
    // What nobody signed is not left there.
    if (isFirst) await folder.remove([signedPaths.folder(profile)]);
    throw cause;
  }
}

/** All bundles of a signer, by their paths, read back as whoever verifies reads them. */
async function bundlesOf(
  verdict: Verdict,
  {
    manifest,
    identities,
    signer,
    stamp,
  }: {
    readonly manifest: string;
    readonly identities: ReadonlyMap<string, string>;
    readonly signer: Signer;
    readonly stamp: Stamp;
  },
): Promise<ReadonlyMap<string, string>> {
  const { id: profile } = verdict.profile;
  const name = signerName(signer.publicKey.fingerprint);
  const digests = new Map([...identities].map(([node, text]) => [node, sha256(text)]));
  const { whole, nodes } = statementsOf(verdict, { manifest: sha256(manifest), identities: digests }, stamp);
  const payloads = [
    ...[...nodes].map(([node, payload]) => [signedPaths.nodeBundle(profile, name, node), payload] as const),
    [signedPaths.bundle(profile, name), whole] as const,
  ];
  const bundles = new Map<string, string>();
  for (const [at, payload] of payloads) {
    const text = await createBundle(payload, signer);
    const again = readBundle(Buffer.from(text), signer.publicKey);
    if (!again.ok) throw new Error(`${at}: ${again.error}`);
    bundles.set(at, text);
  }
  return bundles;
}

/** What nobody should put his name to. */
function refuseUnfit(verdict: Verdict): void {
  const refuse = (message: string, hint: string): AssayError => new AssayError('USAGE', message, { hint });
  const [harm] = verdict.evidence.damage ?? [];
  if (harm !== undefined) throw damaged(harm.file, harm.expected, harm.found);
  if (verdict.rehearsal === true)
    throw refuse('expected a run that says something about machines, got a rehearsal', 'Sign an acceptance.');
  const { required } = conformityOf(verdict).assay_counts;
  if (Object.values(required).every((count) => count === 0))
    throw refuse(
      `expected a profile that requires something of these machines, got ${verdict.profile.id} with no required cell`,
      'Nothing was promised, so there is nothing to state.',
    );
}

/** Writes what is the same for all who sign, and returns the text of the manifest. */
async function writeShared(
  evidence: RunEvidence,
  verdict: Verdict,
  folder: ReportFolder,
  { identities, isFirst }: { readonly identities: ReadonlyMap<string, string>; readonly isFirst: boolean },
): Promise<string> {
  const { id: profile } = verdict.profile;
  const { run } = evidence;
  if (isFirst) {
    folder.mark();
    await writeDocument(folder, verdict, signedPlace(profile));
    folder.write(signedPaths.page(profile), htmlPieces(createLookup(verdict)));
    for (const [node, text] of identities) folder.write(signedPaths.identity(profile, node), text);
  }
  const own = hashTree(`${folder.path}/${signedPaths.folder(profile)}`, 'report').filter(
    ({ path }) => !isSigners(path),
  );
  const files = [...own, ...hashTree(run.path, 'run')];
  const wrong = whyNotList(files);
  if (wrong !== undefined) throw damaged(run.path, 'names of files that every system tells apart', wrong);
  const document: SignedManifest = {
    schema: 'assay/signed-manifest',
    schemaVersion: 1,
    run: run.header.id,
    profile,
    files,
  };
  const text = canonical(document);
  if (isFirst) folder.write(signedPaths.manifest(profile), text);
  else await requireSame(text, verdict, folder, identities);
  return text;
}

/** A second signer vouches for what the first one has signed, so it must be what he would write himself. */
async function requireSame(
  own: string,
  verdict: Verdict,
  folder: ReportFolder,
  identities: ReadonlyMap<string, string>,
): Promise<void> {
  const { id: profile } = verdict.profile;
  const isSame =
    (await folder.read(signedPaths.manifest(profile))) === own &&
    isDeepStrictEqual(await readSignedVerdict(folder, profile), JSON.parse(JSON.stringify(verdict))) &&
    (
      await Promise.all(
        [...identities].map(
          async ([node, text]) => (await folder.read(signedPaths.identity(profile, node))) === text,
        ),
      )
    ).every(Boolean);
  if (isSame) return;
  throw new AssayError(
    'RUN_EXISTS',
    `expected that what is signed in ${folder.path}/${signedPaths.folder(profile)} is what would be signed now, found something else`,
    {
      hint: 'Evidence or Assay are others than on the day of that signature. Sign into another folder: --reports',
    },
  );
}
