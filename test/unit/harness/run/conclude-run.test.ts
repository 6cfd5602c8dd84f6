import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { sha256 } from '../../../../agents/protocol/chain.ts';
import { judgeRun, writeVerdict } from '../../../../harness/run/conclude-run.ts';
import { ReportFolder } from '../../../../harness/store/report-folder.ts';
import { RunDirectory } from '../../../../harness/store/run-directory.ts';
import { RunEvidence } from '../../../../harness/store/run-evidence.ts';
import { loadRegistry } from '../../../../workloads/registry.ts';
import { recordedStep } from '../../../support/constructed/recorded-step.ts';
import { writeRunDirectory } from '../../../support/constructed-run-directory.ts';
import { temporaryDirectory } from '../../../support/temporary.ts';
import { constructed } from '../../workloads/kit/facts/documents.ts';

describe('a verdict that is written', () => {
  it('names the samples of each node that has some, by the digest of what lies beside it', async () => {
    const path = join(temporaryDirectory(), 'run');
    const steps = [recordedStep('sha256', 'openssl-3.0.19-multi')];
    await writeRunDirectory(path, {
      nodes: [
        { id: 'n1', probes: constructed({}), steps },
        { id: 'n2', probes: constructed({}) },
      ],
    });
    const run = await RunDirectory.open(path);
    const evidence = await RunEvidence.read(run, await loadRegistry());
    const verdict = judgeRun(evidence);
    expect(verdict.evidence.samples.map(({ node, path: place }) => [node, place])).toEqual([
      ['n1', 'samples/n1.json'],
    ]);
    const folder = await ReportFolder.open(run);
    // Of a node that once had some.
    mkdirSync(join(folder.path, 'samples'), { recursive: true });
    writeFileSync(join(folder.path, 'samples/n2.json'), '{}');
    await writeVerdict(folder, verdict, evidence);
    expect(readdirSync(join(folder.path, 'samples'))).toEqual(['n1.json']);
    const text = readFileSync(join(folder.path, 'samples/n1.json'), 'utf8');
    expect(sha256(text)).toBe(verdict.evidence.samples[0]?.sha256);
    expect(
      (JSON.parse(text) as { samples: { metric: string }[] }).samples.map(({ metric }) => metric),
    ).toEqual(['sha256.bulkThroughput', 'sha256.wrongDigests']);
    expect(existsSync(join(path, 'samples'))).toBe(false);
  });
});
