import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { assignBlame } from '../../../../../harness/judge/groups/assign-blame.ts';
import { blamedNodes, nextTrials } from '../../../../../harness/judge/groups/next-trials.ts';
import type { Trial } from '../../../../../reports/verdict/verdict.ts';
import { tell } from '../../../../support/tell.ts';

const trial = (members: string, outcome: Trial['outcome'], reason: string = outcome): Trial => ({
  step: `s-${members.replaceAll(' ', '-')}`,
  group: members.replaceAll(' ', '+'),
  members: members.split(' '),
  outcome,
  reason: { say: 'quoted', text: reason },
  isExtra: false,
});
const good = (members: string) => trial(members, 'good');
const bad = (members: string, reason = 'slow') => trial(members, 'bad', reason);

/** Goes on asking until nothing more is wanted, with a world in which these nodes, and only they, spoil everything. */
function investigate(first: readonly Trial[], isBad: (members: readonly string[]) => boolean) {
  const trials = [...first];
  for (let round = 0; round < 40; round += 1) {
    const wanted = nextTrials(trials);
    if (wanted.length === 0) return { trials, rounds: round };
    const busy = wanted.flat();
    expect(new Set(busy).size).toBe(busy.length);
    for (const members of wanted) trials.push(trial(members.join(' '), isBad(members) ? 'bad' : 'good'));
  }
  throw new Error('it does not end');
}

describe('blame', () => {
  it('needs nothing more when a node was bad with three partners who were good with each other', () => {
    const trials = [good('a b'), bad('c d'), good('a d'), bad('b c'), bad('a c', '98 MB/s'), good('b d')];
    expect(nextTrials(trials)).toEqual([]);
    expect(tell(assignBlame(trials))).toEqual([
      {
        node: 'c',
        members: ['c'],
        reason:
          'c is bad with each of 3 partners, who are good with others: d, b, a (with one of them: slow)',
        steps: ['s-c-d', 's-b-c', 's-a-c'],
      },
    ]);
  });

  it('is on nobody before a suspect met a second partner that is known to be good', () => {
    const trials = [bad('a b'), good('b c'), good('c d')];
    expect([...blamedNodes(trials)]).toEqual([]);
    expect(nextTrials(trials)).toEqual([['a', 'c']]);
    expect([...blamedNodes([...trials, bad('a c')])]).toEqual(['a']);
    expect([...blamedNodes([...trials, good('a c')])]).toEqual([]);
  });

  it('is on what lies between two nodes that are good with others', () => {
    expect(tell(assignBlame([bad('a b'), good('a c'), good('b d')]))).toEqual([
      {
        members: ['a', 'b'],
        reason: 'a, b are good with others and bad with each other: look at what lies between them (slow)',
        steps: ['s-a-b'],
      },
    ]);
  });

  it('is on nobody when all are bad: there is nothing to compare with', () => {
    const { trials } = investigate([bad('a b'), bad('c d')], (members) => members.length > 1);
    expect(assignBlame(trials).every(({ node }) => node === undefined)).toBe(true);
    expect(tell(assignBlame(trials))[0]?.reason).toContain('nobody could be singled out');
  });

  it('is on a node that is bad all by itself', () => {
    expect(tell(assignBlame([bad('a b'), bad('a')]))[0]).toMatchObject({
      node: 'a',
      reason: 'a is bad all by itself (slow)',
    });
  });

  it('is looked for without anybody alone where no node can be measured alone', () => {
    expect(nextTrials([bad('a b')])).toEqual([['a'], ['b']]);
    expect(nextTrials([bad('a b')], 2)).toEqual([]);
    expect(nextTrials([bad('a b'), good('c d')], 2)).toEqual([['a', 'c']]);
  });

  it('splits a group that hangs until the one who hangs is left', () => {
    const names = ['n1', 'n2', 'n3', 'n4'];
    const { trials } = investigate([bad(names.join(' '))], (members) => members.includes('n3'));
    expect(assignBlame(trials).map(({ node }) => node)).toEqual(['n3']);
    expect(trials.slice(1, 3).map(({ members }) => members)).toEqual([
      ['n1', 'n2'],
      ['n3', 'n4'],
    ]);
  });

  it.each(['a', 'b', 'c'])('finds the one slow link among three nodes when it is that of %s', (culprit) => {
    const { trials } = investigate(
      [bad('a b c')],
      (members) => members.length > 1 && members.includes(culprit),
    );
    expect([...blamedNodes(trials)]).toEqual([culprit]);
  });

  it('takes no outcome for what was not run', () => {
    expect(nextTrials([trial('a b', 'unknown'), good('c d')])).toEqual([]);
    expect(assignBlame([trial('a b', 'unknown')])).toEqual([]);
  });

  it('ends, names the one bad node whichever it is, and never a good one', () => {
    fc.assert(
      fc.property(fc.integer({ min: 4, max: 24 }), fc.nat(), (count, place) => {
        const names = Array.from({ length: count }, (_, index) => `n${index}`);
        const culprit = names[place % count];
        const { trials, rounds } = investigate([bad(names.join(' '))], (members) =>
          members.some((member) => member === culprit),
        );
        expect([...blamedNodes(trials)]).toEqual([culprit]);
        expect(rounds).toBeLessThanOrEqual(2 * Math.ceil(Math.log2(count)) + 3);
      }),
    );
  });

  it('never names a node that was good with somebody, whatever else was seen', () => {
    const pair = fc.uniqueArray(fc.constantFrom('a', 'b', 'c', 'd', 'e'), { minLength: 2, maxLength: 5 });
    const any = fc.array(
      fc.tuple(pair, fc.constantFrom('good' as const, 'bad' as const, 'unknown' as const)),
    );
    fc.assert(
      fc.property(any, (seen) => {
        const trials = seen.map(([members, outcome]) => trial(members.join(' '), outcome));
        const cleared = trials.filter(({ outcome }) => outcome === 'good').flatMap(({ members }) => members);
        for (const node of blamedNodes(trials)) expect(cleared).not.toContain(node);
      }),
    );
  });
});
