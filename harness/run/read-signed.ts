import { sha256 } from '../../agents/protocol/chain.ts';
import { validateHead } from '../../reports/verdict/validate.ts';
import type { Verdict } from '../../reports/verdict/verdict.ts';
import { AssayError } from '../../workloads/kit/assay-error.ts';
import { safeParse } from '../../workloads/kit/safe-parse.ts';
import { maxBundleBytes, readBundle } from '../evidence/bundle.ts';
import { readCanonical } from '../evidence/canonical-json.ts';
import { SignedManifest, whyNotList } from '../evidence/manifest.ts';
import type { PublicKey } from '../evidence/public-key.ts';
import { readPublicKey } from '../evidence/public-key.ts';
import { Statement } from '../evidence/statement.ts';
import { damaged } from '../store/evidence-damaged.ts';
import { fileLimits } from '../store/file-limits.ts';
import { jsonOf } from '../store/read-document.ts';
import type { ReportFolder } from '../store/report-folder.ts';
import { signedPaths, signedPlace, signerName } from './signed-report.ts';
import { withSheets } from './verdict-document.ts';

/** What one signer says, his signature proven to be that of the key: whether anybody trusts it is another matter. */
export interface SignedStatement {
  readonly signer: string;
  readonly key: PublicKey;
  readonly statement: Statement;
  /** What is signed. */
  readonly payload: Buffer;
  /** The same on each node of a block. */
  readonly nodes: ReadonlyMap<string, Buffer>;
}

const invalid = (where: string, found: string, key?: PublicKey): AssayError =>
  new AssayError(
    'SIGNATURE_INVALID',
    `${where}: expected a bundle signed by ${key?.fingerprint ?? 'the key beside it'}, found ${found}`,
    { hint: 'Get it again from whoever signed it; what was changed proves nothing.' },
  );

/** What everybody says who signed the report by a profile, by the names of signers. Throws SIGNATURE_INVALID. */
export async function readSigned(folder: ReportFolder, profile: string): Promise<readonly SignedStatement[]> {
  const names = await folder.list(signedPaths.folder(profile));
  const signers = names.flatMap((name) => /^report\.([0-9a-f]{16})\.sigstore\.json$/.exec(name)?.[1] ?? []);
  if (signers.length === 0)
    throw new AssayError(
      'SIGNATURE_INVALID',
      `expected a statement in ${folder.path}/${signedPaths.folder(profile)}, found none`,
      { hint: `Sign the run first: assay sign <run> --profile ${profile} --key <key>` },
    );
  return Promise.all(signers.map((signer) => readOne(folder, profile, signer)));
}

async function readOne(folder: ReportFolder, profile: string, signer: string): Promise<SignedStatement> {
  const where = signedPaths.bundle(profile, signer);
  const key = await readKeyBeside(folder, profile, signer);
  const { statement, payload } = await readStatement(folder, where, key);
  const { assay_profile: about, assay_node: node, assay_nodes: parts = [] } = statement.predicate;
  if (about !== profile) throw invalid(where, `a statement on the profile ${about}`, key);
  if (node !== undefined) throw invalid(where, `the statement on ${node} alone`, key);
  const nodes = new Map<string, Buffer>();
  for (const part of parts) {
    const path = signedPaths.nodeBundle(profile, signer, part.node);
    const own = await readStatement(folder, path, key);
    const found = sha256(own.payload);
    if (found !== part.sha256)
      throw invalid(
        path,
        `another statement on ${String(own.statement.predicate.assay_node)} than its block names`,
        key,
      );
    nodes.set(part.node, own.payload);
  }
  return { signer, key, statement, payload, nodes };
}

/** The key that a signer laid beside his statement: it says whose the signature is, and nothing of whether he is trusted. */
async function readKeyBeside(folder: ReportFolder, profile: string, signer: string): Promise<PublicKey> {
  const where = signedPaths.key(profile, signer);
  const pem = (await folder.readBytes(where, 4096))?.toString('utf8');
  const key = pem === undefined ? undefined : readPublicKey(pem);
  if (pem === undefined || key?.ok !== true)
    throw invalid(where, key?.ok === false ? key.error : 'no key beside it');
  if (key.value.pem !== pem) throw invalid(where, 'another text of the key than its own');
  if (signerName(key.value.fingerprint) !== signer) throw invalid(where, `the key ${key.value.fingerprint}`);
  return key.value;
}

async function readStatement(
  folder: ReportFolder,
  where: string,
  key: PublicKey,
): Promise<{ readonly statement: Statement; readonly payload: Buffer }> {
  const bytes = await folder.readBytes(where, maxBundleBytes);
  if (bytes === undefined) throw invalid(where, 'no file', key);
  const bundle = readBundle(bytes, key);
  if (!bundle.ok) throw invalid(where, bundle.error, key);
  const parsed = safeParse(Statement, bundle.value.value);
  if (parsed.success) return { statement: parsed.data, payload: bundle.value.bytes };
  const [issue] = parsed.error.issues;
  const path = issue?.path.join('.') ?? '';
  if (path === 'predicate.assay_schemaVersion')
    throw new AssayError('SCHEMA_TOO_NEW', `${where}: ${path}: expected 1, got another version`, {
      hint: 'Use the version of Assay that signed it, or a newer one.',
    });
  throw invalid(where, `no statement of ours (${path}: ${issue?.message ?? 'something else'})`, key);
}

/** The manifest of what is signed, whose bytes have this digest. Throws EVIDENCE_DAMAGED. */
export async function readSignedManifest(
  folder: ReportFolder,
  expected: { readonly run: string; readonly profile: string; readonly sha256: string },
): Promise<SignedManifest> {
  const where = signedPaths.manifest(expected.profile);
  const bytes = await folder.readBytes(where, fileLimits.verdict);
  const found = bytes === undefined ? 'no file' : `sha256 ${sha256(bytes)}`;
  if (bytes === undefined || sha256(bytes) !== expected.sha256)
    throw damaged(where, `sha256 ${expected.sha256}, as it was signed`, found);
  const value = readCanonical(bytes);
  const manifest = value.ok ? safeParse(SignedManifest, value.value) : undefined;
  if (manifest?.success !== true)
    throw damaged(where, 'a manifest', value.ok ? 'something else' : value.error);
  const { run, profile, files } = manifest.data;
  if (run !== expected.run || profile !== expected.profile)
    throw damaged(
      where,
      `the manifest of ${expected.run} by ${expected.profile}`,
      `that of ${run} by ${profile}`,
    );
  const wrong = whyNotList(files);
  if (wrong !== undefined) throw damaged(where, 'paths in order below run/ and report/', wrong);
  return manifest.data;
}

/** The verdict that was signed. Throws EVIDENCE_DAMAGED. */
export async function readSignedVerdict(folder: ReportFolder, profile: string): Promise<Verdict> {
  const place = signedPlace(profile);
  const text = await folder.read(place.verdict);
  if (text === undefined) throw damaged(place.verdict, 'the verdict that was signed', 'no file');
  return withSheets(validateHead(jsonOf(text, place.verdict)), folder, place).then(
    ({ sheets: _, ...verdict }) => verdict,
  );
}
