import { relative } from 'node:path';
import { sha256 } from '../../agents/protocol/chain.ts';
import type { Conclusion, Verdict } from '../../reports/verdict/verdict.ts';
import { AssayError } from '../../workloads/kit/assay-error.ts';
import type { ExitCode } from '../../workloads/kit/error-code.ts';
import { exitCodes } from '../../workloads/kit/error-code.ts';
import type { Registry } from '../../workloads/registry.ts';
import { identityOf } from '../evidence/identity.ts';
import type { SignedManifest } from '../evidence/manifest.ts';
import { findChange } from '../evidence/manifest.ts';
import type { PublicKey } from '../evidence/public-key.ts';
import type { TrustedKey } from '../evidence/trust-file.ts';
import { whyNotTrusted } from '../evidence/trust-file.ts';
import { damaged } from '../store/evidence-damaged.ts';
import { listTree } from '../store/list-tree.ts';
import type { ReportFolder } from '../store/report-folder.ts';
import type { RunDirectory } from '../store/run-directory.ts';
import { RunEvidence } from '../store/run-evidence.ts';
import type { CellDifference } from './compare-verdicts.ts';
import { compareVerdicts } from './compare-verdicts.ts';
import { judgeRun } from './conclude-run.ts';
import type { SignedStatement } from './read-signed.ts';
import { readSigned, readSignedManifest, readSignedVerdict } from './read-signed.ts';
import { isSigners, signedPaths, signedPlace, statementsOf } from './signed-report.ts';
import { documentsOf } from './verdict-document.ts';

/** Whose signature counts: one key, or those of a trust file. */
export type Trust =
  | { readonly kind: 'key'; readonly key: PublicKey }
  | { readonly kind: 'file'; readonly keys: readonly TrustedKey[] }
  | { readonly kind: 'nobody' };

/** Who has signed, and the files that they have signed, found as they were, before anybody is believed. */
export interface SignedFiles {
  readonly signed: readonly SignedStatement[];
  readonly manifest: SignedManifest;
}

/** The same with the verdict among these files, from which each statement follows. */
export interface Intact extends SignedFiles {
  readonly verdict: Verdict;
}

/**
 * Proves that signatures are those of the keys beside them, and that everything which was signed is there unchanged and nothing else. Reads
 * only. Throws SIGNATURE_INVALID, EVIDENCE_DAMAGED.
 */
export async function readSignedFiles(
  run: RunDirectory,
  folder: ReportFolder,
  profile: string,
): Promise<SignedFiles> {
  const signed = await readSigned(folder, profile);
  const { id } = run.header;
  let manifest: SignedManifest | undefined;
  for (const { signer, statement } of signed) {
    const [subject] = statement.subject;
    if (statement.predicate.assay_run !== id)
      throw damaged(
        signedPaths.bundle(profile, signer),
        `a statement on ${id}`,
        `one on ${statement.predicate.assay_run}`,
      );
    manifest = await readSignedManifest(folder, { run: id, profile, sha256: subject?.digest.sha256 ?? '' });
  }
  if (manifest === undefined) throw new RangeError('a statement without a manifest');
  requireListed(run, folder, profile, manifest, signed);
  return { signed, manifest };
}

/** Proves that each statement says of the signed verdict what follows from it. Throws EVIDENCE_DAMAGED. */
export async function readIntact(
  { signed, manifest }: SignedFiles,
  folder: ReportFolder,
  again?: Rejudged,
): Promise<Intact> {
  const { run, profile } = manifest;
  // What is judged again is read again only if it is another document.
  const verdict =
    again !== undefined && isSigned(again.verdict, manifest)
      ? again.verdict
      : await readSignedVerdict(folder, profile);
  if (verdict.run.id !== run || verdict.profile.id !== profile)
    throw damaged(signedPaths.folder(profile), `the verdict on ${run} by ${profile}`, 'another one');
  for (const each of signed) requireFollows(each, verdict, manifest, profile);
  return { signed, verdict, manifest };
}

/** Whether a verdict gives the very documents that were signed. */
function isSigned(verdict: Verdict, { profile, files }: SignedManifest): boolean {
  const signed = new Map(files.map(({ path, sha256: digest }) => [path, digest]));
  for (const [path, pieces] of documentsOf(verdict, signedPlace(profile)))
    if (signed.get(`report/${relative(signedPaths.folder(profile), path)}`) !== sha256([...pieces].join('')))
      return false;
  return true;
}

/** Every file that is listed is there as it was, and no other. */
function requireListed(
  run: RunDirectory,
  folder: ReportFolder,
  profile: string,
  manifest: SignedManifest,
  signed: readonly SignedStatement[],
): void {
  const beside = listTree(`${folder.path}/${signedPaths.folder(profile)}`, 'report');
  const due = new Set([
    'report/manifest.json',
    ...signed.flatMap(({ signer, nodes }) => [
      `report/report.${signer}.sigstore.json`,
      `report/report.${signer}.pem`,
      ...[...nodes.keys()].map((node) => `report/nodes/${node}.${signer}.sigstore.json`),
    ]),
  ]);
  const files = [
    ...beside.filter(({ path }) => !(isSigners(path) && due.has(path))),
    ...listTree(run.path, 'run'),
  ];
  const change = findChange(manifest.files, files);
  if (change !== undefined) throw damaged(change.path, change.expected, change.found);
}

/** A statement may say nothing else of its verdict, of these machines and of this evidence than whoever makes it again. */
function requireFollows(
  { statement, payload, nodes, signer }: SignedStatement,
  verdict: Verdict,
  { files }: SignedManifest,
  profile: string,
): void {
  const [subject] = statement.subject;
  const identities = identitiesIn(files);
  const { assay_issued, assay_ledger, assay_attempts } = statement.predicate;
  const own = statementsOf(
    verdict,
    { manifest: subject?.digest.sha256 ?? '', identities },
    {
      assay_issued,
      ...(assay_ledger && { assay_ledger }),
      ...(assay_attempts && { assay_attempts }),
    },
  );
  const other = [...own.nodes].find(([node, text]) => nodes.get(node)?.equals(text) !== true)?.[0];
  if (other !== undefined || own.nodes.size !== nodes.size)
    throw damaged(
      signedPaths.nodeBundle(profile, signer, other ?? 'of-another-node'),
      'what follows from the verdict on that node',
      'something else',
    );
  if (own.whole.equals(payload)) return;
  throw damaged(
    signedPaths.bundle(profile, signer),
    'a statement that follows from the verdict and the evidence that it names',
    `\`${statement.predicate.result}\` and something else in it`,
  );
}

/** The statements of those who are trusted to have made them. Throws SIGNER_UNTRUSTED when there is none. */
export function requireTrusted(
  { signed }: SignedFiles,
  trust: Trust,
): readonly { readonly by: SignedStatement; readonly name: string; readonly note: string | undefined }[] {
  const reasons: string[] = [];
  const found = signed.flatMap((by) => {
    const { fingerprint } = by.key;
    const { assay_issued: at, assay_profile: profile } = by.statement.predicate;
    if (trust.kind === 'key') {
      if (trust.key.fingerprint === fingerprint) return [{ by, name: fingerprint, note: undefined }];
      reasons.push(`signed by ${fingerprint}, and the key that was given is ${trust.key.fingerprint}`);
      return [];
    }
    const known =
      trust.kind === 'file' ? trust.keys.find((key) => key.fingerprint === fingerprint) : undefined;
    const why =
      known === undefined
        ? `nobody said that ${fingerprint} is trusted`
        : whyNotTrusted(known, { at, profile });
    if (known === undefined || why !== undefined) {
      reasons.push(why ?? '');
      return [];
    }
    const note =
      known.reason === undefined ? undefined : `revoked after ${known.until ?? 'that'}: ${known.reason}`;
    return [{ by, name: `${known.name} (${known.role}), ${fingerprint}`, note }];
  });
  if (found.length > 0) return found;
  throw new AssayError(
    'SIGNER_UNTRUSTED',
    `signature consistent, signer not trusted: ${reasons.join('; ')}`,
    {
      hint: 'Get the key of whoever you trust from him, not from this report: --key PEM, or --trust trust.yaml',
    },
  );
}

/** Throws NOT_IN_FORCE for what has expired, or is stamped with a time that has not come. */
export function requireInForce({ statement: { predicate } }: SignedStatement, now: Date): void {
  const { assay_issued: issued, assay_expires: expires } = predicate;
  const refuse = (message: string): AssayError =>
    new AssayError('NOT_IN_FORCE', message, { hint: 'Test the machines again.' });
  if (Date.parse(issued) > now.getTime() + skewMs)
    throw refuse(`expected a statement that was issued before ${now.toISOString()}, found ${issued}`);
  if (expires !== undefined && Date.parse(expires) <= now.getTime())
    throw refuse(
      `expected a statement that stands on ${now.toISOString()}, found one that expired on ${expires}`,
    );
}

/** Two clocks of two companies. */
const skewMs = 24 * 3600 * 1000;

/** What judging the same evidence again gives. */
export interface Rejudged {
  readonly evidence: RunEvidence;
  readonly verdict: Verdict;
}

/** Parses all raw outputs and judges them again. Throws EVIDENCE_DAMAGED. */
export async function judgeAgain(run: RunDirectory, profile: string, registry: Registry): Promise<Rejudged> {
  const evidence = await RunEvidence.read(run, registry);
  return { evidence, verdict: judgeRun(evidence, profile) };
}

/** What comes out differently: cells, the rest of the verdict, and which machine each node is. */
export function findDifferences(
  { verdict: issued, manifest: { profile, files } }: Intact,
  { evidence, verdict }: Rejudged,
): readonly CellDifference[] {
  const differences =
    issued === verdict ? [] : [...compareVerdicts(issued, JSON.parse(JSON.stringify(verdict)) as Verdict)]; // as it is when it is read
  const identities = identitiesIn(files);
  for (const { id } of verdict.nodes)
    if (identities.get(id) !== sha256(identityOf(evidence.node(id).material.facts)))
      differences.push({
        cell: signedPaths.identity(profile, id),
        issued: 'an identity',
        recomputed: 'another one',
      });
  return differences;
}

/** Digests of the documents that say which machine a node is, by node. */
const identitiesIn = (files: SignedManifest['files']): ReadonlyMap<string, string> =>
  new Map(
    files.flatMap(({ path, sha256: digest }) => {
      const [, node] = /^report\/identity\/(.+)\.json$/.exec(path) ?? [];
      return node === undefined ? [] : [[node, digest] as const];
    }),
  );

const codes: Readonly<Record<Conclusion, ExitCode>> = {
  pass: exitCodes.pass,
  fail: exitCodes.fail,
  undecided: exitCodes.undecided,
  unreached: exitCodes.undecided,
};

/** The exit code of `verify` for what was shown to be so. */
export const verifiedExitCode = (conclusion: Conclusion): ExitCode => codes[conclusion];
