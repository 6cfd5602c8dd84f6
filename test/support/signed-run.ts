import { join } from 'node:path';
import type { Signer } from '../../harness/evidence/private-key.ts';
import { generateKey, signerOf } from '../../harness/evidence/private-key.ts';
import type { KeyAlgorithm } from '../../harness/evidence/public-key.ts';
import type { CellDifference } from '../../harness/run/compare-verdicts.ts';
import { judgeRun } from '../../harness/run/conclude-run.ts';
import { signRun } from '../../harness/run/sign-run.ts';
import type { Stamp } from '../../harness/run/signed-report.ts';
import type { Trust } from '../../harness/run/verify-run.ts';
import {
  findDifferences,
  judgeAgain,
  readIntact,
  readSignedFiles,
  requireInForce,
  requireTrusted,
} from '../../harness/run/verify-run.ts';
import { ReportFolder } from '../../harness/store/report-folder.ts';
import { RunDirectory } from '../../harness/store/run-directory.ts';
import { RunEvidence } from '../../harness/store/run-evidence.ts';
import { loadRegistry } from '../../workloads/registry.ts';
import { constructed } from '../unit/workloads/kit/facts/documents.ts';
import { recordedStep } from './constructed/recorded-step.ts';
import { writeRunDirectory } from './constructed-run-directory.ts';

/** Somebody new who signs. */
export function createSigner(algorithm: KeyAlgorithm = 'ecdsa-p256'): Signer {
  const signer = signerOf(generateKey(algorithm));
  if (!signer.ok) throw new Error(signer.error);
  return signer.value;
}

/** The constructed runs were on 2026-11-23; this is the day after. */
export const dayAfter = new Date('2026-11-24T08:00:00.000Z');

/** What these machines show of the profile `survey`. */
const shown: ReadonlySet<string> = new Set([
  'facts-cpu',
  'facts-accelerators',
  'facts-drives',
  'facts-network',
]);

/** Writes a run with as many nodes at `<folder>/<name>`, of which as much is asked as they show. */
export async function writeRunToSign(folder: string, nodes: number, name = 'run'): Promise<RunDirectory> {
  const path = join(folder, name);
  await writeRunDirectory(path, {
    change: ({ profiles, ...builtIn }) => ({
      ...builtIn,
      profiles: profiles.map((profile) =>
        profile.id === 'survey'
          ? { ...profile, requirements: profile.requirements.filter(({ id }) => shown.has(id)) }
          : profile,
      ),
    }),
    nodes: Array.from({ length: nodes }, (_, place) => ({
      id: `n${place + 1}`,
      probes: constructed({}),
      steps: [recordedStep('sha256', 'openssl-3.0.19-multi')],
    })),
  });
  return RunDirectory.open(path);
}

/** Signs a run as `assay sign` does. */
export async function signAt(
  path: string,
  signer: Signer,
  stamp: Partial<Stamp> = {},
  profile?: string,
): Promise<string> {
  const run = await RunDirectory.open(path);
  const folder = await ReportFolder.open(run);
  const evidence = await RunEvidence.read(run, await loadRegistry());
  const verdict = judgeRun(evidence, profile);
  const bundle = await signRun(evidence, verdict, {
    folder,
    signer,
    stamp: { assay_issued: dayAfter.toISOString(), ...stamp },
  });
  return join(folder.path, bundle);
}

/** Verifies a run as `assay verify` does, but for the words. */
export async function verifyAt(
  path: string,
  trust: Trust,
  {
    isDeep = true,
    now = dayAfter,
    profile,
  }: { readonly isDeep?: boolean; readonly now?: Date; readonly profile?: string } = {},
): Promise<readonly CellDifference[]> {
  const run = await RunDirectory.open(path);
  const folder = await ReportFolder.open(run);
  const files = await readSignedFiles(run, folder, profile ?? run.header.profile);
  const again = isDeep ? await judgeAgain(run, files.manifest.profile, await loadRegistry()) : undefined;
  const intact = await readIntact(files, folder, again);
  const trusted = requireTrusted(intact, trust);
  for (const { by } of trusted) requireInForce(by, now);
  return again === undefined ? [] : findDifferences(intact, again);
}
