import { existsSync } from 'node:fs';
import { basename, join } from 'node:path';
import { isDeepStrictEqual } from 'node:util';
import { sha256 } from '../../agents/protocol/chain.ts';
import type { ClaimRun } from '../../reports/verdict/claim.ts';
import { AssayError } from '../../workloads/kit/assay-error.ts';
import type { Registry } from '../../workloads/registry.ts';
import { identityOf } from '../compare/run-readings.ts';
import type { Contract } from '../config/contract.ts';
import { itemsOf } from '../evidence/identity.ts';
import { shortItem } from '../evidence/ledger-entry.ts';
import type { ListedFile } from '../evidence/manifest.ts';
import { namesIn, nightOf, withoutSlash } from '../history/run-rows.ts';
import type { JudgedClause } from '../judge/judge-by-contract.ts';
import { judgeByContract } from '../judge/judge-by-contract.ts';
import { hashTree } from '../store/hash-tree.ts';
import { listRuns } from '../store/known-runs.ts';
import { ReportFolder, reportPaths } from '../store/report-folder.ts';
import type { RunDirectory } from '../store/run-directory.ts';
import type { RunEvidence } from '../store/run-evidence.ts';
import { readWhole } from './load-readings.ts';

/** What a run that was found says of a machine, with its evidence proven. */
export interface ReadRun {
  readonly header: RunDirectory['header'];
  readonly headDigest: string;
  /** The night on which it began, and by what the machine of that name may be known, by its own words; its name where it says nothing. */
  readonly night: number;
  readonly machines: readonly string[];
  readonly begunWith: NonNullable<ClaimRun['begunWith']>;
  readonly evidence: NonNullable<ClaimRun['evidence']>;
  /** Digest of the profile that it is judged by, among its inputs. */
  readonly rules: string;
  readonly documents: readonly ListedFile[];
  readonly clauses: readonly JudgedClause[];
  readonly repairs: readonly { readonly at: string; readonly part: string }[];
  /** Short digests of what the machine consists of. */
  readonly items: readonly string[];
}

/** A run as it was found here: read, or why it cannot be used. */
export type FoundRun = { readonly read: ReadRun } | { readonly fault: AssayError };

/** Runs of some ids, in some folders and where this user started them; several may say that they are one. */
export async function findRuns(
  stateHome: string,
  folders: readonly string[],
  ids: ReadonlySet<string>,
): Promise<ReadonlyMap<string, readonly RunDirectory[]>> {
  const found = new Map<string, RunDirectory[]>();
  for (const folder of folders)
    for (const known of await listRuns(stateHome, folder, ids)) {
      if (!('run' in known)) continue;
      const { run } = known;
      const same = found.get(run.header.id) ?? [];
      if (same.every(({ path }) => path !== run.path)) found.set(run.header.id, [...same, run]);
    }
  return found;
}

/** Reads a run, proves its evidence, and judges by the contract what it has of a node. What is wrong with it is returned. */
export async function readClaimRun(
  run: RunDirectory,
  registry: Registry,
  { contract, node, zone }: { readonly contract: Contract; readonly node: string; readonly zone: string },
): Promise<FoundRun> {
  try {
    const evidence = await readWhole(run, registry, {
      wanted: (name, all) => name === node || isShared(all, contract),
    });
    const material = evidence.material(contract.profile);
    const own = material.nodes.find(({ id }) => id === node);
    const facts = own?.facts;
    const names = namesIn(identityOf(facts));
    const begunWith =
      material.contract === undefined
        ? 'no contract'
        : isDeepStrictEqual(material.contract, contract)
          ? 'this contract'
          : 'another contract';
    const files = hashTree(run.path, 'run');
    return {
      read: {
        header: run.header,
        headDigest: run.headDigest,
        night: nightOf(run.header.startedAt, zone),
        machines: own === undefined ? [] : names.length > 0 ? names : [withoutSlash(node)],
        begunWith,
        evidence: {
          files: files.length,
          bytes: files.reduce((sum, { bytes }) => sum + bytes, 0),
          // As `sha256sum` prints them, of all files by their paths.
          sha256: sha256(files.map((file) => `${file.sha256}  ${file.path.slice('run/'.length)}\n`).join('')),
        },
        rules: material.profileDigest,
        documents: await documentsOf(run, files, [...new Set([run.header.profile, contract.profile])]),
        clauses: judgeByContract(material, contract, node),
        repairs: material.repairs
          .filter((repair) => repair.node === node)
          .map(({ at, part }) => ({ at, part })),
        items: facts === undefined ? [] : itemsOf(facts).map(shortItem),
      },
    };
  } catch (cause) {
    const fault = AssayError.from(cause);
    if (fault.code === 'INTERNAL') throw cause;
    return { fault };
  }
}

/** Whether a contract asks for what several nodes do together: then all of them say who is to blame. */
function isShared(evidence: RunEvidence, { profile, limits }: Contract): boolean {
  const asked = new Set(limits.map(({ requirement }) => requirement));
  return evidence
    .profile(profile)
    .requirements.some(({ id, scope }) => asked.has(id) && (scope === 'pair' || scope === 'group'));
}

/** The header of a run, and what was signed or judged of it, by their names from the folder that they all lie in. */
async function documentsOf(
  run: RunDirectory,
  files: readonly ListedFile[],
  profiles: readonly string[],
): Promise<readonly ListedFile[]> {
  const name = basename(run.path);
  const own = new Set(['run/run.json', 'run/inputs/contract.json']);
  const documents = files
    .filter(({ path }) => own.has(path))
    .map((file) => ({ ...file, path: `${name}${file.path.slice('run'.length)}` }));
  const folder = await ReportFolder.open(run);
  for (const profile of profiles) {
    const verdict = await folder.read(reportPaths.verdict(profile));
    if (verdict !== undefined)
      documents.push({
        path: `${name}.report/${reportPaths.verdict(profile)}`,
        bytes: Buffer.byteLength(verdict),
        sha256: sha256(verdict),
      });
    const signed = reportPaths.signed(profile);
    if (!existsSync(join(folder.path, signed))) continue;
    documents.push(
      ...hashTree(join(folder.path, signed), `${name}.report/${signed}`).filter(
        ({ path }) => path.endsWith('.sigstore.json') || /\/(manifest|verdict)\.json$/.test(path),
      ),
    );
  }
  return documents;
}
