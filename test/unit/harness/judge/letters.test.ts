import { describe, expect, it } from 'vitest';
import type { Manifest } from '../../../../harness/config/manifest.ts';
import type { Profile } from '../../../../harness/config/profile.ts';
import { judge } from '../../../../harness/judge/judge.ts';
import type { AssetVerdict } from '../../../../reports/verdict/verdict.ts';
import { describeLetters } from '../../../../reports/verdict/words/asset-words.ts';
import { known, unknown } from '../../../../workloads/kit/facts/fact.ts';
import type { FactRule } from '../../../../workloads/kit/requirement.ts';
import type { FactChanges } from '../../../support/constructed/facts.ts';
import { h100 } from '../../../support/constructed/facts.ts';
import { constructProfile, constructRequirement, constructRun } from '../../../support/constructed-run.ts';
import { loadTable } from '../../../support/markdown-table.ts';
import { tell } from '../../../support/tell.ts';

const gate = (id: string, scope: 'node' | 'accelerator', rule: Omit<FactRule, 'kind'>) =>
  constructRequirement({ id, scope, gate: true, rule: { kind: 'fact', ...rule } });
const present = gate('present', 'node', { path: 'accelerators.length', atLeast: 1 });
const computes = gate('computes', 'accelerator', { path: 'pciId', noneOf: ['10de:20c2'] });
const slot = gate('slot', 'accelerator', { path: 'link.slotWidth', atLeast: 8 });
const lanes = constructRequirement({
  id: 'lanes',
  scope: 'accelerator',
  rule: { kind: 'fact', path: 'link.width', atLeast: 8 },
});
const all = constructRequirement({
  id: 'all',
  rule: { kind: 'fact', path: 'accelerators.length', equalClaim: 'accelerators.length' },
});
const memory = (gigabytes: number) =>
  constructRequirement({
    id: 'memory',
    rule: { kind: 'fact', path: 'memory.totalBytes', atLeast: gigabytes * 1e9 },
  });
const open = constructRequirement({ id: 'open', rule: { kind: 'not-covered', subjectMatter: 'soak' } });

const gates = [present, computes, slot, lanes];
const purpose = (id: string, rank: number, requirements: Profile['requirements'], changes = {}) =>
  constructProfile(requirements, { id, rank, title: id, ...changes });
const training = (...more: Profile['requirements']) =>
  purpose('training', 1, [...gates, memory(1000), ...more]);
const inference = purpose('inference', 2, [...gates, memory(100)]);
const storage = (gigabytes: number) => purpose('storage', 3, [memory(gigabytes)], { family: 'storage' });

interface Asked {
  readonly facts?: FactChanges;
  readonly claims?: Readonly<Record<string, string | number | boolean>>;
  readonly manifest?: Manifest['parts'];
  readonly ladder?: readonly Profile[];
}

function assetOf({ facts, claims = {}, manifest, ladder = [training(), inference, storage(100)] }: Asked) {
  const [profile] = ladder;
  if (profile === undefined) throw new Error('expected a purpose');
  const material = constructRun({
    profile,
    ladder,
    nodes: [{ id: 'node', claims, ...(facts === undefined ? {} : { facts }) }],
  });
  const parts = manifest && { schema: 'assay/manifest' as const, schemaVersion: 1 as const, parts: manifest };
  const [asset] = judge({ ...material, ...(parts === undefined ? {} : { manifest: parts }) }).assets;
  if (asset === undefined) throw new Error('expected an asset');
  return asset;
}

const cards = (...changes: readonly Parameters<typeof h100>[1][]): FactChanges => ({
  accelerators: known(changes.map((each, index) => h100(index, each))),
});
const mining = { pciId: '10de:20c2' };
const link = (width: number, slotWidth: number) => ({
  link: { ...h100(0).link, width: known(width), slotWidth: known(slotWidth) },
});
const gone: FactChanges = { accelerators: known([]) };
const small: FactChanges = { ...gone, memoryBytes: 1e9 };
/** Storage that needs a drive. */
const noDrive = purpose('drive', 3, [gate('drive', 'node', { path: 'drives.length', atLeast: 1 })], {
  family: 'storage',
});
const attested = { 'facility.attested': true };

/** For each condition of docs/letters.md a machine of which it is true. */
const machines: Readonly<Record<string, Asked>> = {
  'the intended purpose holds': { facts: cards({}, {}) },
  'the intended purpose does not hold, a lesser one does': { facts: { ...cards({}), memoryBytes: 500e9 } },
  'no accelerator is on the bus': { facts: gone },
  'every accelerator is a mining card': { facts: cards(mining, mining) },
  'no slot is wide enough for any accelerator': { facts: cards(link(1, 1), link(1, 4)) },
  'the facility is attested, and a gate of every purpose of every family fails throughout': {
    facts: { ...gone, drives: known([]) },
    claims: attested,
    ladder: [noDrive, training(), inference],
  },
  'a purpose of AI is open, whatever fails in the others': {
    facts: small,
    ladder: [training(), purpose('open', 2, [open]), storage(100)],
  },
  'one accelerator of several is at fault': { facts: cards({}, mining, link(4, 4)) },
  'a slot is wide enough, and its card trains narrow': { facts: cards(link(1, 16)) },
  'claimed accelerators are gone from the bus': { facts: gone, claims: { 'accelerators.length': 8 } },
  'accelerators of the manifest are gone from the bus': {
    facts: gone,
    manifest: [{ node: 'node', part: 'accelerator', count: 8 }],
  },
  'accelerators of a claimed model are gone from the bus': {
    facts: gone,
    claims: { 'accelerators.model': 'H100-SXM5-80GB' },
  },
  'the facility is attested, and claimed drives are all gone': {
    facts: { ...gone, drives: known([]) },
    claims: { ...attested, 'drives.length': 4 },
    ladder: [noDrive, training(), inference],
  },
  'a virtual machine shows no accelerator': { facts: { ...gone, virtualisation: known('kvm') } },
  'whether it is a virtual machine is not known': { facts: { ...gone, virtualisation: unknown('no') } },
  'the facility is attested, and something is only undecided': {
    facts: { ...cards({}), memoryBytes: 1e9 },
    claims: attested,
    ladder: [training(), inference, purpose('storage', 3, [open], { family: 'storage' })],
  },
  'the facility is attested, and what was delivered is not all there': {
    facts: cards({}),
    claims: { ...attested, 'accelerators.length': 8 },
    ladder: [purpose('training', 1, [...gates, all])],
  },
  'nobody could log in': { claims: attested },
};

const table = loadTable('letters.md', ['letter', 'condition', 'of']);

it('has a machine for each condition of docs/letters.md', () => {
  expect(Object.keys(machines)).toEqual(table.map(([, condition]) => condition));
});

describe('a letter', () => {
  it.each(
    table.map(([letter = '', condition = '', of = '']) => [letter, condition, of]),
  )('%s: %s', (letter = '', condition = '', of = '') => {
    const asset = assetOf(machines[condition] ?? {});
    expect([asset.family, asset.verdict]).toEqual([of.startsWith('storage') ? 'storage' : 'ai', letter]);
    expect(asset.decidedBy === undefined).toBe(letter === 'A' || condition === 'nobody could log in');
  });

  it('is given to each family, and is none of another one', () => {
    const asset = assetOf({ facts: gone });
    expect(tell(asset)).toMatchObject({
      verdict: 'D',
      meaning: 'of no use for AI',
      decidedBy: 'present',
      others: [{ family: 'storage', verdict: 'A', meaning: 'reuse as is: storage' }],
      ladder: [
        { profile: 'training', conclusion: 'fail' },
        { profile: 'inference', conclusion: 'fail' },
        { profile: 'storage', conclusion: 'pass' },
      ],
    });
    expect(describeLetters(asset)).toBe('D for AI; A for storage');
    // Storage is no lesser purpose of AI.
    expect(
      assetOf({ facts: { ...cards({}), memoryBytes: 50e9 }, ladder: [training(), storage(10)] }),
    ).toMatchObject({ verdict: 'U', meaning: { say: 'not-fit' } });
    expect(assetOf({ facts: gone, ladder: [storage(9e9), training()] })).toMatchObject({
      family: 'storage',
      verdict: 'U',
      others: [{ family: 'ai', verdict: 'D' }],
    });
  });

  it('of a purpose that is better than the intended one is no lesser one', () => {
    const better = purpose('better', 1, [memory(1)]);
    const mine = purpose('mine', 3, [memory(9e9)]);
    expect(assetOf({ facts: cards({}), ladder: [mine, better] }).verdict).toBe('U');
  });

  it('stands in one line with the others', () => {
    const letter = (
      family: 'ai' | 'storage' | 'cluster',
      verdict: AssetVerdict['verdict'],
      isUnfit = false,
    ) => ({
      family,
      verdict,
      meaning: isUnfit ? ({ say: 'not-fit', title: 'x' } as const) : ({ say: 'undecided' } as const),
      reason: { say: 'undecided' } as const,
    });
    const line = (first: ReturnType<typeof letter>, ...others: (typeof first)[]) =>
      describeLetters({ node: 'n', class: { id: 'x', how: 'inferred' }, ladder: [], ...first, others });
    expect(line(letter('ai', 'D'), letter('storage', 'U'), letter('cluster', 'U'))).toBe(
      'D for AI; storage and CPU clusters not decided',
    );
    expect(line(letter('ai', 'U', true), letter('storage', 'A'), letter('cluster', 'A'))).toBe(
      'AI not fit; A for storage and CPU clusters',
    );
  });
});
