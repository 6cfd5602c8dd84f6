import { describe, expect, it } from 'vitest';
import { Contract } from '../../../../harness/config/contract.ts';
import { deviationsOf, withContract } from '../../../../harness/config/contract-limits.ts';
import { readContract } from '../../../../harness/config/read-contract.ts';
import { judge } from '../../../../harness/judge/judge.ts';
import { judgeByContract } from '../../../../harness/judge/judge-by-contract.ts';
import type { Limit } from '../../../../workloads/kit/limit.ts';
import type { Sample } from '../../../../workloads/kit/sample.ts';
import { refusal } from '../../../support/constructed/refusal.ts';
import type { ConstructedNode } from '../../../support/constructed-run.ts';
import {
  constructedMetrics,
  constructLimit,
  constructProfile,
  constructRequirement,
  constructRun,
} from '../../../support/constructed-run.ts';
import { tell } from '../../../support/tell.ts';

const bound = { best: () => 5e12, why: 'the memory of no machine is faster' };
const metrics = new Map(
  [...constructedMetrics].map(([name, metric]) => [
    name,
    name === 'copy.speed' ? { ...metric, bound } : metric,
  ]),
);
const speed = constructRequirement({ id: 'speed', rule: { kind: 'metric', metric: 'copy.speed' } });
const unpublished = constructRequirement({
  id: 'latency',
  rule: { kind: 'metric', metric: 'copy.latency', statedBy: 'contract' },
});
const right = constructRequirement({ id: 'right', rule: { kind: 'metric', metric: 'copy.wrong' } });
const count = constructRequirement({
  id: 'cards',
  rule: { kind: 'fact', path: 'accelerators.length', atLeast: 1 },
});
const part = constructRequirement({
  id: 'part',
  level: 'advisory',
  rule: { kind: 'metric', metric: 'copy.speed', where: { part: 'a' }, statedBy: 'contract' },
});
const profile = constructProfile([speed, unpublished, right, count, part], { id: 'hall' });
const other = constructProfile([speed, unpublished], { id: 'other', rank: 2 });
const limits: readonly Limit[] = [
  constructLimit({
    id: 'speed.any',
    metric: 'copy.speed',
    value: 3e12,
    unit: 'B/s',
    proof: { device: 'whole' },
  }),
  // Of a part that no node of the class is claimed to have, and the most that one of its own can do.
  constructLimit({
    id: 'speed.other',
    metric: 'copy.speed',
    value: 2e10,
    ceiling: 3e10,
    unit: 'B/s',
    hardware: { class: 'slow', models: ['Slow 1'] },
  }),
  constructLimit({
    id: 'speed.own',
    metric: 'copy.speed',
    comparator: 'atMost',
    value: 4.5e12,
    ceiling: 4.5e12,
    decides: false,
    unit: 'B/s',
    hardware: { class: 'quick', models: ['QUICK 9'] },
  }),
  constructLimit({ id: 'right.any', metric: 'copy.wrong', value: 0, unit: 'count', comparator: 'atMost' }),
];
const claims = { big: { 'accelerators.model': 'Quick 9' }, small: {} };
const inventory = {
  nodes: Object.entries(claims).map(([id, claimed]) => ({ name: id, host: id, class: id, claims: claimed })),
};
const context = { profile, inventory, limits, metrics, today: '2026-11-30' };

const head = [
  'schema: assay/contract',
  'schemaVersion: 1',
  'id: hall-3',
  'title: Annex B',
  'by: Example Ltd',
  'date: 2026-11-02',
  'profile: hall',
  'class: big',
];
const read = (rest: readonly string[], first: readonly string[] = head) =>
  readContract({ file: 'hall.yaml', text: [...first, ...rest].join('\n') }, context);
const stated = (requirement: string, number: string) => [
  'limits:',
  `  - { requirement: ${requirement}, ${number}, says: row 4 }`,
];
const waived = (expires: string, requirement = 'speed', subject = 'node1') => [
  'waivers:',
  `  - { requirement: ${requirement}, subject: ${subject}, reason: old, by: J. Doe, expires: ${expires} }`,
];

describe('a contract', () => {
  it('states numbers with their unit, in which a prefix is decimal', () => {
    expect(read(stated('speed', 'atLeast: 2.9 TB/s')).limits).toEqual([
      { requirement: 'speed', atLeast: '2.9 TB/s', says: 'row 4' },
    ]);
    const { limits: all } = withContract(read(stated('latency', 'atMost: 5 µs')), {
      profiles: [profile],
      inventory,
      limits,
      metrics,
    });
    expect(all.at(-1)).toMatchObject({
      id: 'contract.hall-3.1',
      value: 5e-6,
      unit: 's',
      comparator: 'atMost',
    });
  });

  it.each([
    [
      'a number above what any machine gives',
      stated('speed', 'atLeast: 6 TB/s'),
      /at most 4500000000000 B\/s/,
    ],
    ['bits for bytes', stated('speed', 'atLeast: 2.9 Tbit/s'), /a number of B\/s/],
    ['binary prefixes', stated('speed', 'atLeast: 2.9 TiB/s'), /a number of B\/s/],
    ['no unit', stated('speed', 'atLeast: "2.9"'), /a number of B\/s/],
    [
      'another size than is published',
      stated('speed', 'atLeast: 300 GB/s'),
      /of the size of the published 3000000000000/,
    ],
    ['the wrong side', stated('speed', 'atMost: 2.9 TB/s'), /expected `atLeast`/],
    ['both sides', stated('speed', 'atMost: 3 TB/s, atLeast: 2.9 TB/s'), /exactly one of atLeast, atMost/],
    ['a requirement that is none', stated('sped', 'atLeast: 2.9 TB/s'), /a requirement of hall, got `sped`/],
    [
      'a number for what has to be 0',
      stated('right', 'atMost: "3"'),
      /another amount, got `right`, which is counted/,
    ],
    [
      'samples of another kind',
      ['limits:', '  - { requirement: part, where: { part: b }, atLeast: 2.9 TB/s, says: row 4 }'],
      /where\.part: expected a, which `part` is about, got b/,
    ],
    ['a requirement on a fact', stated('cards', 'atLeast: "8"'), /on a metric, got `cards`/],
    [
      'two numbers for one requirement',
      [...stated('speed', 'atLeast: 2.9 TB/s'), ...stated('speed', 'atLeast: 2.8 TB/s').slice(1)],
      /got a second one/,
    ],
    ['a waiver that has expired', waived('2026-11-29'), /has expired/],
    ['a waiver of nothing', waived('2027-01-01', 'speeed'), /a requirement of hall, got `speeed`/],
    ['an unknown key', ['limit: []'], /limits/],
  ])('with %s is refused', (_, rest, message) => {
    const { code, message: text, hint } = refusal(() => read(rest));
    expect(`${text} ${hint}`).toMatch(message);
    expect(['CONFIG_INVALID', 'LIMIT_REFUSED']).toContain(code);
  });

  it('for another class or purpose is refused, with the nearest name', () => {
    const change = (from: string, to: string) => head.map((line) => (line === from ? to : line));
    const unclaimed = refusal(() => read([], change('class: big', 'class: bigg')));
    expect(`${unclaimed.message} ${unclaimed.hint}`).toMatch(
      /inventory's classes big, small.*got `bigg`.*big/,
    );
    expect(refusal(() => read([], change('profile: hall', 'profile: other'))).message).toMatch(/got `other`/);
  });

  it('holds until the last day of a waiver', () => {
    expect(read(waived('2026-11-30')).waivers).toHaveLength(1);
  });
});

const node = (
  id: string,
  value: number,
  hardware?: string,
  dimensions: Sample['dimensions'] = { device: 'whole' },
): ConstructedNode => ({
  id,
  ...(hardware === undefined ? {} : { class: hardware }),
  facts: {},
  steps: [
    {
      entry: 'copy',
      workload: 'copy',
      samples: [
        { metric: 'copy.speed', value, dimensions },
        { metric: 'copy.latency', value: 4e-6 },
        { metric: 'copy.wrong', value: 0 },
      ],
    },
  ],
});

function judged(contract: Contract, nodes: readonly ConstructedNode[], ladder = [profile, other]) {
  const material = constructRun({ profile, nodes, ladder, limits, metrics });
  const rules = withContract(contract, { profiles: ladder, inventory, limits, metrics });
  const [own = profile] = rules.profiles;
  return tell(judge({ ...material, contract, profile: own, ladder: rules.profiles, limits: rules.limits }));
}

const contract = (more: Partial<Contract> = {}): Contract =>
  Contract.parse({
    schema: 'assay/contract',
    schemaVersion: 1,
    id: 'hall-3',
    title: 'Annex B',
    by: 'Example Ltd',
    date: '2026-11-02',
    profile: 'hall',
    class: 'big',
    limits: [
      { requirement: 'speed', atLeast: '2 TB/s', says: 'row 4' },
      { requirement: 'latency', atMost: '5 us', says: 'row 5' },
    ],
    ...more,
  });

describe('a verdict by a contract', () => {
  const cells = (verdict: ReturnType<typeof judged>, requirement: string) =>
    Object.fromEntries(
      verdict.cells
        .filter((cell) => cell.requirement === requirement)
        .map(({ id, verdict: word }) => [id.slice(0, id.indexOf(':')), word]),
    ) as Readonly<Record<string, string>>;

  it('has its numbers for the nodes of its class, and the published ones for the others', () => {
    const verdict = judged(contract(), [
      node('a', 2.5e12, 'big'),
      node('b', 2.5e12, 'small'),
      node('c', 2.5e12),
    ]);
    expect(cells(verdict, 'speed')).toEqual({ a: 'pass', b: 'fail', c: 'fail' });
    expect(cells(verdict, 'latency')).toEqual({ a: 'pass', b: 'missing', c: 'missing' });
    expect(cells(judged(contract(), [node('a', 1.9e12, 'big')]), 'speed')).toEqual({ a: 'fail' });
  });

  it('names each place where it asks for less than is published', () => {
    const { contract: shown } = judged(contract(), [node('a', 2.5e12, 'big')]);
    expect(shown?.deviations).toEqual([
      {
        requirement: 'speed',
        title: 'Title of speed',
        stated: { comparator: 'atLeast', value: 2e12, unit: 'B/s' },
        published: { id: 'speed.any', comparator: 'atLeast', value: 3e12, unit: 'B/s' },
      },
    ]);
    const more = contract({ limits: [{ requirement: 'speed', atLeast: '3 TB/s', says: 'row 4' }] });
    expect(deviationsOf(more, { profile, inventory, limits, metrics })).toEqual([]);
  });

  it('asks of a sample what a published limit of the metric asks', () => {
    const bare = node('a', 2.5e12, 'big', {});
    expect(cells(judged(contract(), [bare]), 'speed')).toEqual({ a: 'invalid' });
  });

  it('believes no more than is published as possible', () => {
    expect(cells(judged(contract(), [node('a', 4.6e12, 'big')]), 'speed')).toEqual({ a: 'invalid' });
  });

  it('leaves what is published for the samples that it is not about', () => {
    const [row] = contract().limits;
    const narrow = contract({
      limits: [{ ...row, requirement: 'speed', where: { path: 'b' } }] as Contract['limits'],
    });
    const both = node('a', 2.5e12, 'big', { device: 'whole', path: 'b' });
    expect(cells(judged(narrow, [both]), 'speed')).toEqual({ a: 'fail' });
    expect(judged(narrow, [both]).contract?.deviations).toEqual([]);
  });

  it('names a waiver of what is not there', () => {
    const nobody = { requirement: 'speed', subject: 'b', reason: 'old', by: 'J. Doe', expires: '2027-01-01' };
    const { waivers } = judged(contract({ waivers: [nobody] }), [node('a', 1e12, 'big')]);
    expect(waivers).toEqual([{ ...nobody, unmatched: true }]);
  });

  it('says nothing about another purpose', () => {
    const { assets } = judged(contract(), [node('a', 2.5e12, 'big')]);
    const [, lesser] = assets[0]?.ladder ?? [];
    expect(lesser?.conclusion).toBe('fail');
  });

  it('lets go of the cell that is named and of no other, until the day it expires', () => {
    const waiver = { requirement: 'speed', subject: 'a', reason: 'old', by: 'J. Doe' };
    const nodes = [node('a', 1e12, 'big')];
    const fact = {
      requirement: 'cards',
      subject: 'a',
      reason: 'cpu node',
      by: 'J. Doe',
      expires: '2027-01-01',
    };
    const until = (expires: string) => judged(contract({ waivers: [{ ...waiver, expires }, fact] }), nodes);
    const waivedCells = until('2026-11-23');
    expect(waivedCells).toMatchObject({ conclusion: 'pass', exitCode: 0 });
    expect(cells(waivedCells, 'speed')).toEqual({ a: 'fail' });
    expect(waivedCells.waivers).toHaveLength(2);
    expect(until('2026-11-22')).toMatchObject({ conclusion: 'fail', exitCode: 1 });
    expect(judged(contract({ waivers: [fact] }), nodes)).toMatchObject({ conclusion: 'fail' });
  });
});

describe('a run that is judged by a contract later', () => {
  const materialOf = (nodes: readonly ConstructedNode[], begunWith?: Contract) => {
    const material = constructRun({ profile, nodes, ladder: [profile, other], limits, metrics });
    if (begunWith === undefined) return material;
    const rules = withContract(begunWith, { profiles: [profile, other], inventory, limits, metrics });
    const [own = profile] = rules.profiles;
    return {
      ...material,
      ...{ contract: begunWith, profile: own, ladder: rules.profiles, limits: rules.limits },
    };
  };
  const says = (material: ReturnType<typeof materialOf>, by: Contract, name: string) =>
    judgeByContract(material, by, name).map(({ cell: { id, verdict }, clause, isWaived }) => [
      id,
      verdict,
      clause,
      isWaived,
    ]);
  const both = [node('a', 2.5e12, 'big'), node('b', 2.5e12, 'small')];

  it('has the numbers of that one, whichever it was begun with', () => {
    const more = contract({ limits: [{ requirement: 'speed', atLeast: '2.8 TB/s', says: 'row 4' }] });
    for (const begunWith of [undefined, contract(), more]) {
      const material = materialOf(both, begunWith);
      expect(says(material, contract({ quota: { atLeast: 31, of: 32 } }), 'a')).toEqual([
        ['a:speed', 'pass', 1, false],
        ['a:latency', 'pass', 2, false],
      ]);
      expect(says(material, more, 'a')).toEqual([['a:speed', 'fail', 1, false]]);
    }
    const waiver = { requirement: 'speed', subject: 'a', reason: 'r', by: 'b', expires: '2027-12-31' };
    expect(says(materialOf(both), { ...more, waivers: [waiver] }, 'a')).toEqual([
      ['a:speed', 'fail', 1, true],
    ]);
  });

  it('refuses one for another class or purpose', () => {
    const of = (by: Contract, name: string, nodes = both) =>
      refusal(() =>
        judgeByContract(
          { ...materialOf(nodes), profile: by.profile === 'other' ? other : profile },
          by,
          name,
        ),
      ).message;
    expect(of(contract(), 'b')).toContain(
      'class: expected `small`, which b claims in run constructed, got `big`',
    );
    expect(of(contract(), 'c', [node('c', 2.5e12)])).toContain('one that c claims, and it claims none');
    const idle = [{ ...node('a', 2.5e12, 'big'), steps: [] }];
    expect(of(contract({ profile: 'other' }), 'a', idle)).toContain(
      'profile: expected `hall`, for which run constructed measured, got `other`',
    );
  });
});
