import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { judgeRun } from '../../harness/run/conclude-run.ts';
import { RunDirectory } from '../../harness/store/run-directory.ts';
import { RunEvidence } from '../../harness/store/run-evidence.ts';
import { loadRegistry } from '../../workloads/registry.ts';
import { judgeDirectory } from '../support/constructed/judge-directory.ts';
import { sixEvidence } from '../support/constructed/six-evidence.ts';
import type { EvidenceNode } from '../support/constructed-run-directory.ts';
import { writeRunDirectory } from '../support/constructed-run-directory.ts';
import { temporaryDirectory } from '../support/temporary.ts';

async function judgeAsset(node: EvidenceNode, profile: string) {
  const run = join(temporaryDirectory(), 'run');
  await writeRunDirectory(run, { nodes: [node] });
  const judged = await judgeDirectory(run, profile);
  const [asset] = judged.verdict.assets;
  return {
    ...judged,
    found: {
      letter: asset?.verdict,
      exitCode: judged.exitCode,
      conclusion: judged.verdict.conclusion,
      decidedBy: asset?.decidedBy,
      reason: asset?.reason,
      class: asset?.class,
    },
  };
}

describe('six assets, from the raw texts of their probes and tools through the command line', () => {
  it('a virtual machine without accelerators does not conform, and is not told to be of no use: its host may have some', async () => {
    const { found, verdict, cell } = await judgeAsset(sixEvidence.virtualMachine, 'ai-training-multinode');
    expect(found).toEqual({
      letter: 'U',
      exitCode: 1,
      conclusion: 'fail',
      decidedBy: 'accelerator-present',
      reason: 'Accelerator on the bus: expected at least 1 accelerator, found 0',
      class: { id: 'no accelerator', how: 'inferred' },
    });
    expect(verdict.headline).toBe(
      'Decided by Accelerator on the bus on vm: expected at least 1 accelerator, found 0.',
    );
    expect(cell('vm', 'host-ram').reason).toBe('expected at least 684 GB, found 25.28 GB');
  });

  it('its virtual disk is no proven NVMe drive, however fast it reads', async () => {
    const { found, cell } = await judgeAsset(sixEvidence.virtualMachine, 'storage');
    expect(found).toMatchObject({ letter: 'U', exitCode: 2, conclusion: 'undecided' });
    expect(cell('vm/overlayblk', 'proven-nvme')).toMatchObject({
      verdict: 'invalid',
      reason: 'measured on virtio, not nvme (transport)',
    });
    expect(cell('vm/overlayblk', 'verify').verdict).toBe('pass');
  });

  it('it computes and stores right, which is all that a survey asks', async () => {
    const { found, verdict } = await judgeAsset(sixEvidence.virtualMachine, 'survey');
    expect(found).toMatchObject({ letter: 'U', exitCode: 0, conclusion: 'pass' });
    expect(verdict.kind).toBe('screening report');
    expect(verdict.counts.required).toEqual({
      fail: 0,
      invalid: 0,
      missing: 0,
      inconclusive: 0,
      pass: 8,
      'not-applicable': 0,
    });
    expect(verdict.measurements.map(({ metric, median }) => [metric, median])).toContainEqual([
      'nvme.randomReadRate',
      36755.122439,
    ]);
  });

  it('eight healthy H100 are not decided: nobody says what was delivered, and much cannot be measured yet', async () => {
    const { found, verdict, cell } = await judgeAsset(sixEvidence.healthyH100, 'ai-training-multinode');
    expect(found).toEqual({
      letter: 'U',
      exitCode: 2,
      conclusion: 'undecided',
      decidedBy: 'inventory-parts',
      reason:
        'Memory modules, network cards, power supplies and transceivers against the manifest: the inventory names no manifest',
      class: { id: 'hgx-h100-8', how: 'claimed' },
    });
    expect(verdict.counts.required).toMatchObject({ fail: 0, invalid: 0 });
    expect(cell('gpu001', 'accelerator-count')).toMatchObject({
      verdict: 'pass',
      reason: 'expected exactly 8 accelerators, found 8',
    });
    expect(cell('gpu001/GPU-00000000-0000-4000-8000-00000000009D', 'power-claimed').verdict).toBe('pass');
    expect(verdict.notShown.map(({ what }) => what)).toContain('All-gather, reduce-scatter, all-to-all');
    expect(cell('gpu001', 'allreduce-group')).toMatchObject({
      verdict: 'missing',
      reason: 'there is only one node in this run',
    });
  });

  it('seven of eight H100 fail by their count and are never re-classified', async () => {
    const { found, cell } = await judgeAsset(sixEvidence.sevenOfEight, 'ai-training-multinode');
    expect(found).toEqual({
      letter: 'U',
      exitCode: 1,
      conclusion: 'fail',
      decidedBy: 'accelerator-count',
      reason: 'Accelerator count: expected exactly 8 accelerators, found 7',
      class: { id: 'hgx-h100-8', how: 'claimed' },
    });
    expect(cell('gpu002', 'accelerator-count').verdict).toBe('fail');
  });

  it('an RTX 3090 in a slot of one lane is of no use for AI, by its slot', async () => {
    const { found, cell } = await judgeAsset(sixEvidence.riser, 'ai-inference');
    expect(found).toEqual({
      letter: 'D',
      exitCode: 1,
      conclusion: 'fail',
      decidedBy: 'host-slot',
      reason: 'Slot with eight lanes: expected at least 8 lanes, found 1',
      class: { id: '1 × RTX-3090', how: 'inferred' },
    });
    // No ECC on this card is not known to be off: nothing is made up for it.
    expect(cell('rig3090/GPU-00000000-0000-4000-8000-000000000001', 'ecc')).toMatchObject({
      verdict: 'missing',
      reason: 'not known: nvidia-smi ecc_mode/current_ecc: `N/A`',
    });
  });

  it('the same card on a riser in a wide slot is a defect: reseat it, or leave the riser out', async () => {
    const { found } = await judgeAsset(sixEvidence.wideSlot, 'ai-inference');
    expect(found).toMatchObject({
      letter: 'U',
      exitCode: 1,
      decidedBy: 'host-link',
      reason: 'Host link: expected at least 8 lanes, found 1',
    });
  });

  it('a CMP 170HX is of no use for AI, by identity, however fast its memory is', async () => {
    const { found } = await judgeAsset(sixEvidence.miningCard, 'ai-inference');
    expect(found).toMatchObject({
      letter: 'D',
      exitCode: 1,
      conclusion: 'fail',
      decidedBy: 'accelerator-identity',
      reason: expect.stringMatching(/found mining$/) as string,
      class: { id: '1 × CMP-170HX', how: 'inferred' },
    });
  });

  it('a host that nobody may log in to is not decided by anything', async () => {
    const { found, verdict } = await judgeAsset(sixEvidence.lockedHost, 'ai-inference');
    expect(found).toEqual({
      letter: 'U',
      exitCode: 3,
      conclusion: 'unreached',
      decidedBy: undefined,
      reason: 'ssh: permission denied (publickey)',
      class: { id: 'unknown', how: 'inferred' },
    });
    expect(new Set(verdict.cells.map(({ verdict: word, missing }) => `${word} ${missing ?? ''}`))).toEqual(
      new Set(['missing no-access']),
    );
    expect(verdict.defects).toHaveLength(1);
  });

  it.each(
    Object.entries<EvidenceNode>(sixEvidence),
  )('%s: each document is valid, and judging twice gives the same bytes', async (_, node) => {
    const path = join(temporaryDirectory(), 'run');
    await writeRunDirectory(path, { nodes: [node] });
    const registry = await loadRegistry();
    for (const profile of ['survey', 'storage', 'ai-inference', 'ai-training-multinode']) {
      const [once, again] = await Promise.all(
        [1, 2].map(async () =>
          // Throws unless the document is valid.
          JSON.stringify(judgeRun(await RunEvidence.read(await RunDirectory.open(path), registry), profile)),
        ),
      );
      expect(once).toBe(again);
    }
  });
});
