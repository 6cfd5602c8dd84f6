import { readdirSync, readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { readClass } from '../../../../harness/config/hardware-class.ts';
import { Requirement } from '../../../../workloads/kit/requirement.ts';
import {
  constructedDeclared,
  sharedRequirements,
  shippedProfile,
} from '../../../support/constructed/declared.ts';

const folder = new URL('../../../../harness/profiles/', import.meta.url);
const names = readdirSync(folder).filter((name) => name.endsWith('.yaml') && name !== 'vocabulary.yaml');

/** What the two AI profiles must speak of, whether Assay can measure it yet or not. */
const rows = {
  'ai-training-multinode':
    'accelerator-count drift identity idle limits clock host-ram row-remap row-remap-pending sram-threshold new-errors throttle power power-draw thermal-margin pcie-link nvlink dcgm gemm-fp8 gemm-bf16 gemm-exact gemm-repeats gemm-siblings-exact gemm-straggler gemm-spread hbm memtest h2d p2p allreduce-node allreduce-exact nvme-read nvme-health rdma rdma-latency port-errors allreduce-pair allreduce-group collectives soak soak-decay boots environment',
  'ai-inference':
    'accelerator-count drift identity idle limits clock row-remap row-remap-pending sram-threshold new-errors throttle power power-draw thermal-margin pcie-link gemm-exact gemm-repeats memtest nvme-health memory-size dtype-coverage gemm-served hbm-served host-link ecc tensor-parallel model-load licence soak',
};

describe('shipped profiles', () => {
  it.each(names)('%s names only declared things and has the id of its file', (name) => {
    const id = name.replace('.yaml', '');
    expect(shippedProfile(id).id).toBe(id);
  });
  // Of accelerators only matrix units that a library can be pinned on give a digest (workloads/matmul): nothing is promised of others.
  it.each(names)('%s claims equal results of a soak for the processor alone', (name) => {
    const { requirements } = shippedProfile(name.replace('.yaml', ''));
    for (const { rule, title } of requirements)
      if (rule.kind === 'soak' && rule.asks === 'same') expect(title).toContain('of the processor');
  });
  it.each(Object.entries(rows))('%s has every row of the floor', (id, expected) => {
    const found = shippedProfile(id).requirements.map((requirement) => requirement.id);
    expect(expected.split(' ').filter((row) => !found.includes(row))).toEqual([]);
  });
  it('order the purposes as the ladder does', () => {
    const ranks = ['ai-training-multinode', 'ai-inference', 'storage', 'survey'].map(
      (id) => shippedProfile(id).rank,
    );
    expect(ranks).toEqual([1, 3, 4, undefined]);
  });
  it('have the same gates in every AI profile: presence, identity, slot', () => {
    for (const id of ['ai-training-multinode', 'ai-inference']) {
      const gates = shippedProfile(id).requirements.filter(({ gate }) => gate);
      expect(gates.map((gate) => gate.id)).toEqual([
        'accelerator-present',
        'accelerator-identity',
        'host-slot',
      ]);
    }
  });
  it('use every word of the vocabulary', () => {
    const used = names.flatMap((name) =>
      shippedProfile(name.replace('.yaml', '')).requirements.map(({ rule }) =>
        rule.kind === 'not-covered' ? rule.subjectMatter : '',
      ),
    );
    expect([...constructedDeclared().vocabulary].filter((word) => !used.includes(word))).toEqual([]);
  });
});

describe('what several profiles ask alike', () => {
  type Entry = string | Readonly<Record<string, unknown>>;
  const entries = names.flatMap((name) => {
    const text = readFileSync(new URL(name, folder), 'utf8');
    return (parse(text) as { readonly requirements: readonly Entry[] }).requirements;
  });
  it('is shared: none is written out twice', () => {
    const written = entries.filter((entry) => typeof entry !== 'string' && !('like' in entry));
    const shared = sharedRequirements(constructedDeclared()).values();
    const all = [...written, ...shared].map((each) =>
      JSON.stringify({ ...Requirement.parse(each), id: 'any' }),
    );
    expect(all.filter((asked, index) => all.indexOf(asked) !== index)).toEqual([]);
  });
  it('and nothing else is: each shared requirement is named at least twice', () => {
    const named = entries.map((entry) => (typeof entry === 'string' ? entry : entry['like']));
    const shared = [...sharedRequirements(constructedDeclared()).keys()];
    expect(shared.filter((id) => named.filter((each) => each === id).length < 2)).toEqual([]);
  });
});

describe('shipped classes', () => {
  it.each(
    readdirSync(new URL('classes/', folder)),
  )('%s claims only facts and has the id of its file', (name) => {
    const text = readFileSync(new URL(`classes/${name}`, folder), 'utf8');
    expect(readClass({ file: name, text }).id).toBe(name.replace('.yaml', ''));
  });
});
