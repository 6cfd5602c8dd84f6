import { join, relative } from 'node:path';
import type { Verdict } from '../../reports/verdict/verdict.ts';
import type { Signer } from '../evidence/private-key.ts';
import { conformityPath } from '../run/conclude-run.ts';
import { conformityPages } from '../run/conformity-pages.ts';
import { placeInLedger } from '../run/ledger-place.ts';
import { signRun } from '../run/sign-run.ts';
import { signaturesOn } from '../run/signatures-on.ts';
import type { ReportFolder } from '../store/report-folder.ts';
import type { RunEvidence } from '../store/run-evidence.ts';
import type { CliContext } from './command.ts';

/** Signs what was judged, makes the report of conformity that names the signer, and says where both lie. */
export async function signVerdict(
  { environment, err, now }: CliContext,
  given: {
    readonly evidence: RunEvidence;
    readonly verdict: Verdict;
    readonly folder: ReportFolder;
    readonly signer: Signer;
  },
): Promise<void> {
  const { evidence, verdict, folder, signer } = given;
  const stamp = { assay_issued: now().toISOString(), ...placeInLedger(environment.stateHome, evidence.run) };
  const path = await signRun(evidence, verdict, { folder, signer, stamp });
  const conformity = conformityPath(evidence.run, verdict.profile.id, 'en');
  // Those in other languages that lie there name all signers too.
  const signatures = await signaturesOn(folder, verdict);
  for (const [page, text] of await conformityPages(folder, evidence.run, { verdict, signatures }, 'en'))
    folder.write(page, text);
  err.write(
    `signed    ${relative(environment.workingDirectory, join(folder.path, path))} by ${signer.publicKey.fingerprint}\nconformity ${relative(environment.workingDirectory, join(folder.path, conformity))}\n`,
  );
}
