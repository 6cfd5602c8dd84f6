import { describe, expect, it } from 'vitest';
import { judge } from '../../../../../harness/judge/judge.ts';
import type { RunMaterial } from '../../../../../harness/store/run-material.ts';
import { contradictions } from '../../../../../reports/verdict/contradictions.ts';
import type { Verdict } from '../../../../../reports/verdict/verdict.ts';
import type { ConstructedTrial } from '../../../../support/constructed/block.ts';
import { constructBlock } from '../../../../support/constructed/block.ts';
import { constructLimit } from '../../../../support/constructed-run.ts';
import { tell } from '../../../../support/tell.ts';

const nodes = ['a', 'b', 'c', 'd'];
const pairs = (change: (members: readonly string[]) => Partial<ConstructedTrial> = () => ({})) =>
  [
    ['a', 'd'],
    ['b', 'c'],
    ['a', 'b'],
    ['c', 'd'],
    ['a', 'c'],
    ['b', 'd'],
  ].map((members): ConstructedTrial => ({ members, ...change(members) }));
const slow = (culprit: string) => (members: readonly string[]) => ({
  speed: members.includes(culprit) ? 60e6 : 200e6,
});
const all: ConstructedTrial = { members: nodes };

function verdictOn(trials: readonly ConstructedTrial[], skips: RunMaterial['skips'] = new Map()): Verdict {
  const verdict = judge(constructBlock(nodes, trials, skips));
  expect(contradictions(verdict)).toEqual([]);
  return verdict;
}
const conclusions = ({ block }: Verdict) =>
  Object.fromEntries(block?.nodes.map(({ id, conclusion }) => [id, conclusion]) ?? []);
const cell = ({ cells }: Verdict, id: string) => tell(cells.find((each) => each.id === id));

describe('a block', () => {
  it('passes when every node, pair and group does', () => {
    const verdict = verdictOn([...pairs(), all]);
    expect(verdict.conclusion).toBe('pass');
    expect(conclusions(verdict)).toEqual({ a: 'pass', b: 'pass', c: 'pass', d: 'pass' });
    expect(verdict.cells.filter(({ requirement }) => requirement === 'pair-speed')).toHaveLength(6);
    expect(verdict.block?.blames).toEqual([]);
  });

  it('fails for one slow link, in one defect of the node it belongs to, and of nobody else', () => {
    const verdict = verdictOn(
      [...pairs(slow('c')), { ...all, execution: 'none' }],
      new Map([['t7', { why: 'blamed', node: 'c' }]]),
    );
    expect(verdict.conclusion).toBe('fail');
    expect(conclusions(verdict)).toEqual({ a: 'pass', b: 'pass', c: 'fail', d: 'pass' });
    expect(cell(verdict, 'b+c:pair-speed')).toMatchObject({ verdict: 'fail', blamedOn: ['c'] });
    const defects = verdict.defects.filter((defect) => defect.nodes.includes('c'));
    expect(defects).toHaveLength(1);
    expect(defects[0]).toMatchObject({
      id: 'c:blamed',
      owner: 'hardware',
      verdict: 'fail',
      cells: ['b+c:pair-speed', 'c+d:pair-speed', 'a+c:pair-speed', 'a,b,c,d:group-exact'],
    });
    expect(defects[0]?.evidence).toEqual(['nodes/a/steps/t5', 'nodes/b/steps/t2', 'nodes/c/steps/t4']);
  });

  it('suspects nobody by a limit for a class that its members do not claim, or that does not decide', () => {
    const bare = constructBlock(nodes, [...pairs(), all]);
    const faster = constructLimit({
      id: 'copy.pair-h100',
      metric: 'copy.speed',
      value: 1e9,
      unit: 'B/s',
      where: { nodes: 2 },
      hardware: { class: 'h100' },
    });
    const badOf = (hardwareClass?: string, limit = faster) =>
      judge({
        ...bare,
        limits: [...bare.limits, limit],
        inventory: {
          ...bare.inventory,
          nodes: bare.inventory.nodes.map((node) => ({ ...node, class: hardwareClass })),
        },
      }).block?.trials.filter(({ outcome }) => outcome === 'bad').length;
    expect(badOf()).toBe(0);
    expect(badOf('h100')).toBe(6);
    expect(badOf('h100', { ...faster, decides: false })).toBe(0);
  });

  it('says why a group was left out, and does not take it for good', () => {
    const verdict = verdictOn(
      [...pairs(slow('c')), { ...all, execution: 'none' }],
      new Map([['t7', { why: 'blamed', node: 'c' }]]),
    );
    const group = verdict.cells.find(({ requirement }) => requirement === 'group-exact');
    expect(group).toMatchObject({ verdict: 'missing', missing: 'not-run' });
    expect(tell(group)?.reason).toContain('c is kept out');
  });

  it('blames no cable for speeds that were taken beside other work, and a wrong result all the same', () => {
    const material = (
      trials: readonly ConstructedTrial[],
      share: number | 'unknown',
      atMost?: number,
    ): RunMaterial => {
      const block = constructBlock(nodes, trials);
      return {
        ...block,
        suite: { ...block.suite, ...(atMost === undefined ? {} : { otherWorkAtMost: atMost }) },
        nodes: block.nodes.map((node) =>
          node.id === 'c'
            ? { ...node, steps: node.steps.map((step) => ({ ...step, otherWork: share })) }
            : node,
        ),
      };
    };
    const slowPairs = [...pairs(slow('c')), all];
    const busy = judge(material(slowPairs, 0.4));
    expect(busy.block?.blames).toEqual([]);
    expect(busy.conclusion).toBe('undecided');
    expect(cell(busy, 'b+c:pair-speed')).toMatchObject({
      verdict: 'invalid',
      reason: expect.stringContaining('took 40 % of its CPU time meanwhile, at most 10 % may') as unknown,
    });
    expect(cell(busy, 'a+b:pair-speed')?.verdict).toBe('pass');
    expect(tell(busy.defects)).toMatchObject([
      {
        id: 'c:other-work',
        owner: 'environment',
        action: expect.stringContaining('Measure again when nothing else runs there') as unknown,
      },
    ]);
    expect(judge(material(slowPairs, 0.1)).block?.blames).toMatchObject([{ node: 'c' }]);
    const unseen = judge(material([...pairs(), all], 'unknown'));
    expect(cell(unseen, 'b+c:pair-speed')).toMatchObject({
      verdict: 'invalid',
      reason: expect.stringContaining('whether others worked on c meanwhile is not known') as unknown,
    });
    expect(judge(material([...pairs(), all], 'unknown', 1)).conclusion).toBe('pass');
    const allowed = judge(material(slowPairs, 0.4, 0.5));
    expect(allowed.block?.blames).toMatchObject([{ node: 'c' }]);
    expect(allowed.suite.otherWorkAtMost).toBe(0.5);
    const wrong = (members: readonly string[]) => ({ wrong: members.includes('c') ? 7 : 0 });
    expect(judge(material(pairs(wrong), 0.4)).block?.blames).toMatchObject([{ node: 'c' }]);
  });

  it('blames nobody for a pair that is bad only together, and still does not pass', () => {
    const verdict = verdictOn([
      ...pairs((members) => (members.join('') === 'ab' ? { speed: 60e6 } : {})),
      all,
    ]);
    expect(verdict.conclusion).toBe('fail');
    expect(conclusions(verdict)).toEqual({ a: 'pass', b: 'pass', c: 'pass', d: 'pass' });
    expect(cell(verdict, 'a+b:pair-speed')).toMatchObject({
      verdict: 'fail',
      subject: { kind: 'pair', nodes: ['a', 'b'] },
    });
    expect(cell(verdict, 'a+b:pair-speed')?.blamedOn).toBeUndefined();
    expect(verdict.block?.blames).toMatchObject([{ members: ['a', 'b'] }]);
  });

  it('names the node that makes others hang, though there is no number of it', () => {
    const hangs = (members: readonly string[]) =>
      members.includes('d') ? { execution: 'timeout' as const } : {};
    const verdict = verdictOn(pairs(hangs));
    expect(verdict.block?.blames[0]?.node).toBe('d');
    expect(cell(verdict, 'a+d:pair-speed')).toMatchObject({ verdict: 'missing', blamedOn: ['d'] });
    expect(conclusions(verdict)['a']).not.toBe('fail');
    expect(conclusions(verdict)['d']).not.toBe('pass');
  });

  it('fails for a wrong value, whatever the speed, and makes that speed invalid', () => {
    const verdict = verdictOn([...pairs((members) => (members.join('') === 'cd' ? { wrong: 3 } : {})), all]);
    expect(cell(verdict, 'c+d:pair-speed')).toMatchObject({ verdict: 'invalid' });
    expect(verdict.conclusion).not.toBe('pass');
  });

  it('never passes without a measurement across nodes', () => {
    const verdict = verdictOn([]);
    expect(verdict.conclusion).toBe('undecided');
    expect(cell(verdict, 'block:pair-speed')).toMatchObject({ verdict: 'missing' });
    expect(Object.values(conclusions(verdict))).toEqual(['undecided', 'undecided', 'undecided', 'undecided']);
  });

  it('never lets a node pass that was measured with nobody', () => {
    const verdict = verdictOn([{ members: ['a', 'b'] }, { members: ['c', 'd'], execution: 'none' }, all]);
    expect(conclusions(verdict)).toMatchObject({ a: 'pass', b: 'pass', c: 'undecided', d: 'undecided' });
  });

  it('never lets a node pass that nothing was planned with', () => {
    const verdict = verdictOn([
      { members: ['a', 'b'] },
      { members: ['b', 'c'] },
      { members: ['a', 'c'] },
      { members: ['a', 'b', 'c'] },
    ]);
    expect(conclusions(verdict)).toEqual({ a: 'pass', b: 'pass', c: 'pass', d: 'undecided' });
    expect(verdict.conclusion).toBe('undecided');
    expect(cell(verdict, 'd:pair-speed')).toMatchObject({
      verdict: 'missing',
      subject: { kind: 'node', node: 'd' },
      reason: 'nothing was planned with this node',
    });
  });

  it('does not believe a leader whose partner has no evidence of having taken part', () => {
    const verdict = verdictOn([
      ...pairs((members) => (members.join('') === 'ab' ? { absent: ['b'] } : {})),
      all,
    ]);
    expect(cell(verdict, 'a+b:pair-speed')).toMatchObject({
      verdict: 'invalid',
      reason: 'b left no evidence of having taken part',
    });
    expect(verdict.conclusion).toBe('undecided');
    expect(verdict.block?.trials[2]).toMatchObject({ group: 'a+b', outcome: 'unknown' });
  });

  it('takes a wrong result of an extra measurement for what it is', () => {
    const verdict = verdictOn([...pairs(), all, { members: ['a', 'b', 'd'], isExtra: true, wrong: 7 }]);
    const found = verdict.cells.filter(({ verdict: each }) => each === 'fail');
    expect(found.map(({ requirement }) => requirement)).toContain('group-exact');
    expect(verdict.conclusion).toBe('fail');
  });

  it('is not cleared of being slow by a group that no limit of speed was held against', () => {
    const verdict = verdictOn([all, ...pairs(slow('c'))]);
    expect(verdict.block?.blames.map(({ node }) => node)).toEqual(['c']);
    expect(conclusions(verdict)).toMatchObject({ a: 'pass', c: 'fail' });
  });

  it('learns nothing from a pair whose leader failed because the other never came', () => {
    const verdict = verdictOn([
      ...pairs((members) => (members.includes('d') ? { execution: 'error' as const, absent: ['d'] } : {})),
    ]);
    expect(
      verdict.block?.trials.filter(({ outcome }) => outcome === 'bad').map(({ group }) => group),
    ).toEqual([]);
    expect(verdict.block?.blames).toEqual([]);
    expect(conclusions(verdict)['d']).toBe('undecided');
  });

  it('lets nobody fall with a member that was lost', () => {
    const kept = new Map([['t7', { why: 'lost', node: 'd' }]] as const);
    const verdict = verdictOn([...pairs(), { ...all, execution: 'none' }], kept);
    expect(conclusions(verdict)).toEqual({ a: 'pass', b: 'pass', c: 'pass', d: 'undecided' });
    expect(verdict.conclusion).toBe('undecided');
  });

  it.each(['lost', 'begun'] as const)('believes no one %s with whom its step came to an end', (why) => {
    const wrong = verdictOn([...pairs(), { ...all, wrong: 7 }], new Map([['t7', { why, node: 'd' }]]));
    expect(cell(wrong, 'a,b,c,d:group-exact')).toMatchObject({ verdict: 'fail' });
    const late = verdictOn(
      [...pairs(), { ...all, execution: 'timeout' }],
      new Map([['t7', { why, node: 'd' }]]),
    );
    for (const { cells, defects } of [wrong, late]) {
      expect(cells.filter(({ blamedOn }) => blamedOn !== undefined)).toEqual([]);
      expect(defects.map(({ id }) => id)).not.toContain('d:blamed');
    }
  });

  it('believes no loss of a leader whose journal is damaged', () => {
    const skips: RunMaterial['skips'] = new Map([['t7', { why: 'lost', node: 'd' }]]);
    const run = constructBlock(nodes, [...pairs(), { ...all, execution: 'none' }], skips);
    const damage = { file: 'nodes/a/journal.ndjson', expected: 'a chain', found: 'none' };
    const blamedOn = (given: RunMaterial) => cell(judge(given), 'a,b,c,d:group-exact')?.blamedOn;
    expect(blamedOn(run)).toEqual(['d']);
    expect(
      blamedOn({
        ...run,
        nodes: run.nodes.map((node) =>
          node.id === 'a' ? { ...node, steps: [], samples: [], damage } : node,
        ),
      }),
    ).toBeUndefined();
  });

  it.each(['b', 'x'])('lays nothing on %s, who had no part in the step', (node) => {
    const verdict = verdictOn(
      pairs((members) => (members.join('') === 'ad' ? { execution: 'none' } : {})),
      new Map([['t1', { why: 'lost', node }]]),
    );
    expect(cell(verdict, 'a+d:pair-speed')).toMatchObject({ verdict: 'missing' });
    expect(cell(verdict, 'a+d:pair-speed')).not.toHaveProperty('blamedOn');
  });

  it.each([
    { why: 'gate', node: 'd', requirement: 'identity' },
    { why: 'blamed', node: 'd' },
    { why: 'said', words: 'd computes wrong', node: 'd' },
  ] as const)('takes no finding from the coordinator that the evidence does not give: $why', (cause) => {
    const verdict = verdictOn([...pairs(), { ...all, execution: 'none' }], new Map([['t7', cause]]));
    expect(verdict.block?.blames).toEqual([]);
    expect(verdict.defects.filter((defect) => defect.nodes.includes('d'))).toEqual([]);
    expect(verdict.conclusion).toBe('undecided');
  });

  it('does not count an extra measurement as one of the plan', () => {
    const verdict = verdictOn([{ members: ['a', 'b'], isExtra: true }]);
    expect(verdict.conclusion).toBe('undecided');
  });

  it('takes nothing from what two names of one machine did together, and goes on with the others', () => {
    const bare = constructBlock(nodes, [...pairs(), all]);
    const given = bare.nodes.map((node) =>
      node.id === 'b'
        ? { id: 'b', reached: false, sameAs: 'a', steps: [], samples: [], unreadable: [] }
        : node,
    );
    const verdict = judge({ ...bare, nodes: given });
    expect(contradictions(verdict)).toEqual([]);
    expect(cell(verdict, 'a+b:pair-speed')).toMatchObject({
      verdict: 'invalid',
      reason: 'a,b are one machine',
    });
    expect(cell(verdict, '[a-d]:group-exact') ?? cell(verdict, 'a,b,c,d:group-exact')).toMatchObject({
      verdict: 'invalid',
    });
    expect(cell(verdict, 'b+c:pair-speed')?.verdict).toBe('missing');
    expect(cell(verdict, 'c+d:pair-speed')?.verdict).toBe('pass');
    expect(cell(verdict, 'b:identity')).toMatchObject({ verdict: 'missing', missing: 'same-machine' });
    expect(verdict.nodes.find(({ id }) => id === 'b')?.sameAs).toBe('a');
    expect(verdict.exitCode).toBe(2);
  });

  it('calls a pair invalid where both names are the only ones', () => {
    const bare = constructBlock(['a', 'b'], []);
    const given = bare.nodes.map((node) =>
      node.id === 'b' ? { ...node, reached: false, sameAs: 'a' } : node,
    );
    const verdict = judge({ ...bare, nodes: given });
    expect(cell(verdict, 'block:pair-speed')).toMatchObject({
      verdict: 'invalid',
      reason: 'a,b are one machine',
    });
    expect(cell(verdict, 'a:identity')?.verdict).toBe('pass');
    expect(verdict.exitCode).toBe(2);
  });
});

describe('a block of which one yielded to a tenant, or was not begun', () => {
  const away = (node: string, change: (material: RunMaterial) => RunMaterial): Verdict => {
    const verdict = judge(change(constructBlock(nodes, [...pairs(slow(node)), all])));
    expect(contradictions(verdict)).toEqual([]);
    return verdict;
  };
  it.each([
    [
      'a tenant',
      (material: RunMaterial): RunMaterial => ({
        ...material,
        nodes: material.nodes.map((node) => (node.id === 'c' ? { ...node, tenant: 'a job began' } : node)),
      }),
      'cancelled: a tenant came: a job began',
    ],
    [
      'the window',
      (material: RunMaterial): RunMaterial => ({ ...material, late: new Set(['c']) }),
      'not begun: it would not have been over by ',
    ],
  ])('accuses nobody for what it did, and passes nothing of it: %s', (_, change, reason) => {
    const verdict = away('c', change);
    const of = (id: string) => cell(verdict, id);
    for (const id of ['b+c:pair-speed', 'a+c:pair-speed', 'c+d:pair-speed', 'a,b,c,d:group-exact'])
      expect(of(id)).toMatchObject({ verdict: 'missing', reason });
    for (const id of ['a+d:pair-speed', 'a+b:pair-speed', 'b+d:pair-speed'])
      expect(of(id)).toMatchObject({ verdict: 'pass' });
    expect(verdict.block?.blames).toEqual([]);
    expect(verdict.cells.some(({ verdict: stands }) => stands === 'fail')).toBe(false);
    expect(verdict.conclusion).toBe('undecided');
  });
});
