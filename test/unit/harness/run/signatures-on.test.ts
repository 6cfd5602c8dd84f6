import { describe, expect, it } from 'vitest';
import { judgeRun } from '../../../../harness/run/conclude-run.ts';
import { signaturesOn } from '../../../../harness/run/signatures-on.ts';
import { ReportFolder } from '../../../../harness/store/report-folder.ts';
import { RunEvidence } from '../../../../harness/store/run-evidence.ts';
import { createLookup } from '../../../../reports/verdict/verdict-lookup.ts';
import { renderPrint } from '../../../../reports/writers/html/render-print.ts';
import { loadRegistry } from '../../../../workloads/registry.ts';
import { createSigner, dayAfter, signAt, writeRunToSign } from '../../../support/signed-run.ts';
import { temporaryDirectory } from '../../../support/temporary.ts';

describe('who has signed a verdict', () => {
  it('is each of its signers with the end of what they say, and nobody where it is another verdict', async () => {
    const run = await writeRunToSign(temporaryDirectory(), 2);
    const verdict = judgeRun(await RunEvidence.read(run, await loadRegistry()));
    expect(await signaturesOn(await ReportFolder.open(run), verdict)).toEqual([]);
    const signers = [createSigner(), createSigner('ed25519')];
    for (const signer of signers) await signAt(run.path, signer);
    const folder = await ReportFolder.open(run);
    const signatures = await signaturesOn(folder, verdict);
    expect(signatures.map(({ key }) => key).toSorted()).toEqual(
      signers.map(({ publicKey }) => publicKey.fingerprint).toSorted(),
    );
    for (const signature of signatures)
      expect(signature).toMatchObject({
        issued: dayAfter.toISOString(),
        expires: '2027-11-23T00:00:00.000Z',
        bundle: expect.stringMatching(/^report\.[0-9a-f]{16}\.sigstore\.json$/) as unknown,
        ledger: undefined,
        attempts: [],
      });
    const page = renderPrint(createLookup(verdict), { language: 'es', signatures });
    expect(page.match(/Firmado por/g)).toHaveLength(2);
    expect(page).toContain('hasta el <bdi lang="en" dir="ltr">2027-11-23</bdi>');
    expect(await signaturesOn(folder, { ...verdict, assay: '0.0.0' })).toEqual([]);
  });
});
