import { describe, expect, it } from 'vitest';
import { judge } from '../../../../harness/judge/judge.ts';
import { Verdict } from '../../../../reports/verdict/verdict.ts';
import { constructedDeclared, shippedProfile } from '../../../support/constructed/declared.ts';
import { sixAssets } from '../../../support/constructed/six-assets.ts';
import type { ConstructedNode } from '../../../support/constructed-run.ts';
import { constructRun } from '../../../support/constructed-run.ts';
import { tell } from '../../../support/tell.ts';

const declared = constructedDeclared();
const ladder = ['ai-training-multinode', 'ai-inference', 'storage'].map((id) => shippedProfile(id, declared));

function judgeAsset(node: ConstructedNode, profile: string) {
  const verdict = judge(
    constructRun({
      profile: shippedProfile(profile, declared),
      ladder,
      limits: declared.limits,
      nodes: [node],
    }),
  );
  const [asset] = verdict.assets;
  return {
    verdict,
    found: {
      letter: asset?.verdict,
      exitCode: verdict.exitCode,
      conclusion: verdict.conclusion,
      decidedBy: asset?.decidedBy,
      reason: tell(asset)?.reason,
      class: asset?.class,
    },
  };
}

describe('six assets of real floors', () => {
  it('a virtual machine without accelerators is of no use for AI, by presence', () => {
    expect(judgeAsset(sixAssets.virtualMachine, 'ai-training-multinode').found).toEqual({
      letter: 'D',
      exitCode: 1,
      conclusion: 'fail',
      decidedBy: 'accelerator-present',
      reason: 'Accelerator on the bus: expected at least 1, found 0',
      class: { id: 'no accelerator', how: 'inferred' },
    });
  });

  it('its virtual disk is no proven NVMe drive, however fast it reads', () => {
    const { verdict, found } = judgeAsset(sixAssets.virtualMachine, 'storage');
    expect(found).toMatchObject({ letter: 'D', exitCode: 2, conclusion: 'undecided' });
    const drive = '/sys/devices/pci0000:00/0000:00:02.0/virtio1';
    expect(tell(verdict.cells).find(({ id }) => id === `vm/${drive}:proven-nvme`)).toMatchObject({
      verdict: 'invalid',
      reason: 'measured on virtio, not nvme (transport)',
    });
  });

  it('eight healthy H100 are not decided: what a several-node purpose needs cannot be measured yet', () => {
    const { verdict, found } = judgeAsset(sixAssets.healthyH100, 'ai-training-multinode');
    expect(found).toMatchObject({
      letter: 'U',
      exitCode: 2,
      conclusion: 'undecided',
      class: { id: 'hgx-h100-8', how: 'claimed' },
    });
    expect(verdict.counts.required.fail).toBe(0);
    expect(verdict.cells.find(({ requirement }) => requirement === 'accelerator-count')?.verdict).toBe(
      'pass',
    );
    expect(tell(verdict.notShown).map(({ what }) => what)).toContain('All-reduce of all nodes');
  });

  it('seven of eight H100 fail by their count and are never re-classified', () => {
    expect(judgeAsset(sixAssets.sevenOfEight, 'ai-training-multinode').found).toEqual({
      letter: 'U',
      exitCode: 1,
      conclusion: 'fail',
      decidedBy: 'accelerator-count',
      reason: 'Accelerator count: expected exactly 8, found 7',
      class: { id: 'hgx-h100-8', how: 'claimed' },
    });
  });

  it('an RTX 3090 on a one-lane riser is of no use for AI, by its host link', () => {
    expect(judgeAsset(sixAssets.riser, 'ai-inference').found).toEqual({
      letter: 'D',
      exitCode: 1,
      conclusion: 'fail',
      decidedBy: 'host-link',
      reason: 'Host link: expected at least 8, found 1',
      class: { id: '1 × RTX-3090', how: 'inferred' },
    });
  });

  it('a CMP 170HX is of no use for AI, by identity, however fast its memory is', () => {
    expect(judgeAsset(sixAssets.miningCard, 'ai-inference').found).toMatchObject({
      letter: 'D',
      exitCode: 1,
      conclusion: 'fail',
      decidedBy: 'accelerator-identity',
      class: { id: '1 × CMP-170HX', how: 'inferred' },
    });
  });

  it('a host that nobody may log in to is not decided by anything', () => {
    const { verdict, found } = judgeAsset(sixAssets.lockedHost, 'ai-inference');
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
    Object.entries(sixAssets),
  )('%s: the document conforms to its schema, and judging twice gives the same bytes', (_, node) => {
    for (const profile of ['survey', 'storage', 'ai-inference', 'ai-training-multinode']) {
      const { verdict } = judgeAsset(node, profile);
      expect(() => Verdict.parse(verdict)).not.toThrow();
      expect(JSON.stringify(judgeAsset(node, profile).verdict)).toBe(JSON.stringify(verdict));
    }
  });
});
