import { hash } from 'node:crypto';
import { join } from 'node:path';
import { sha256 } from '../../agents/protocol/chain.ts';
import { nodeParts } from '../../reports/verdict/node-parts.ts';
import type { Verdict } from '../../reports/verdict/verdict.ts';
import { canonical } from '../evidence/canonical-json.ts';
import { conformityOf } from '../evidence/conformity.ts';
import type { Described, Statement } from '../evidence/statement.ts';
import { predicateType, statementType } from '../evidence/statement.ts';
import { reportPaths } from '../store/report-folder.ts';
import type { VerdictPlace } from './verdict-document.ts';

/** What lies in `signed/<profile>/` of a folder of reports. */
export const signedPaths = {
  folder: reportPaths.signed,
  manifest: (profile: string) => join(reportPaths.signed(profile), 'manifest.json'),
  page: (profile: string) => join(reportPaths.signed(profile), 'report.html'),
  identity: (profile: string, node: string) => join(reportPaths.signed(profile), 'identity', `${node}.json`),
  bundle: (profile: string, signer: string) =>
    join(reportPaths.signed(profile), `report.${signer}.sigstore.json`),
  key: (profile: string, signer: string) => join(reportPaths.signed(profile), `report.${signer}.pem`),
  nodeBundle: (profile: string, signer: string, node: string) =>
    join(reportPaths.signed(profile), 'nodes', `${node}.${signer}.sigstore.json`),
};

/** The verdict that was signed: judging the run again writes another one elsewhere. */
export const signedPlace = (profile: string): VerdictPlace => ({
  verdict: join(reportPaths.signed(profile), 'verdict.json'),
  sheets: join(reportPaths.signed(profile), 'sheets'),
});

/** Files that a signer adds, and the manifest, which cannot list itself. */
export const isSigners = (path: string): boolean =>
  path === 'report/manifest.json' ||
  /^report\/(report\.[0-9a-f]{16}\.(sigstore\.json|pem)|nodes\/[^/]+\.[0-9a-f]{16}\.sigstore\.json)$/.test(
    path,
  );

/** How a signer is called in names of files: a part of the digest of his fingerprint. */
export const signerName = (fingerprint: string): string => hash('sha256', fingerprint).slice(0, 16);

/** What a signature adds to what follows from the verdict. */
export type Stamp = Pick<Statement['predicate'], 'assay_issued' | 'assay_ledger' | 'assay_attempts'>;

/** The digests that a statement is about. */
export interface Subjects {
  readonly manifest: string;
  /** Of the identity documents, by node. */
  readonly identities: ReadonlyMap<string, string>;
}

/** The statement on a verdict, and for a block those on each of its nodes, as payloads. */
export function statementsOf(
  verdict: Verdict,
  subjects: Subjects,
  stamp: Stamp,
): { readonly whole: Buffer; readonly nodes: ReadonlyMap<string, Buffer> } {
  const payloads = new Map<string, Buffer>();
  const results: NonNullable<Statement['predicate']['assay_nodes']> = [];
  if (verdict.block !== undefined) {
    const partOf = nodeParts(verdict);
    for (const { id: node } of verdict.nodes) {
      const conformity = conformityOf(partOf(node));
      const payload = payloadOf({ ...conformity, ...stamp, assay_node: node }, subjectsOf(subjects, [node]));
      payloads.set(node, payload);
      results.push({ node, result: conformity.result, sha256: sha256(payload) });
    }
  }
  const whole = payloadOf(
    {
      ...conformityOf(verdict),
      ...stamp,
      ...(verdict.block === undefined ? {} : { assay_nodes: results }),
    },
    subjectsOf(
      subjects,
      verdict.nodes.map(({ id }) => id),
    ),
  );
  return { whole, nodes: payloads };
}

function subjectsOf({ manifest, identities }: Subjects, nodes: readonly string[]): Described[] {
  return [
    { name: 'manifest.json', digest: { sha256: manifest } },
    ...nodes.map((node) => ({
      name: `identity/${node}.json`,
      digest: { sha256: identities.get(node) ?? '' },
    })),
  ];
}

const payloadOf = (predicate: Statement['predicate'], subject: Statement['subject']): Buffer =>
  Buffer.from(canonical({ _type: statementType, subject, predicateType, predicate } satisfies Statement));
