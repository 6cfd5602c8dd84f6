import { describe, expect, it } from 'vitest';
import { judge } from '../../../../../harness/judge/judge.ts';
import type { Cell } from '../../../../../reports/verdict/cell.ts';
import type { Verdict } from '../../../../../reports/verdict/verdict.ts';
import { say } from '../../../../../reports/verdict/words/say.ts';
import { known, unknown } from '../../../../../workloads/kit/facts/fact.ts';
import { h100, mergeFacts } from '../../../../support/constructed/facts.ts';
import type { ConstructedNode } from '../../../../support/constructed-run.ts';
import { constructProfile, constructRequirement, constructRun } from '../../../../support/constructed-run.ts';
import { tell } from '../../../../support/tell.ts';

const once = constructRequirement({
  id: 'once',
  rule: { kind: 'fact', path: 'identity.bootId', unique: true },
});
const oncePerCard = constructRequirement({
  id: 'once',
  scope: 'accelerator',
  rule: { kind: 'fact', path: 'uuid', unique: true },
});

const run = (
  nodes: readonly ConstructedNode[],
  { requirement = once, distinct = [] as readonly (readonly string[])[] } = {},
): Verdict => judge({ ...constructRun({ profile: constructProfile([requirement]), nodes }), distinct });
const boots = (...ids: readonly string[]): readonly ConstructedNode[] =>
  ids.map((bootId, index) => ({ id: `n${index + 1}`, facts: { bootId } }));
const words = ({ cells }: Verdict): readonly (readonly [Cell['verdict'], string])[] =>
  cells.map(({ verdict, reason }) => [verdict, say(reason)]);
const card = (uuid: string | undefined, place = 0) =>
  h100(place, { uuid: uuid === undefined ? unknown('no driver') : known(uuid) });
const withCards = (id: string, ...uuids: readonly (string | undefined)[]): ConstructedNode => ({
  id,
  facts: { accelerators: known(uuids.map(card)) },
});
const lost: ConstructedNode = { id: 'n9' };

describe('a value that only one may have', () => {
  it('is held against the machines of which it is known, and says how many those are', () => {
    expect(words(run([...boots('x', 'y'), { id: 'n7' }, lost]))).toEqual([
      ['pass', 'expected a value of its own, found x: unique among 2 of 4; n[7,9] unknown'],
      ['pass', 'expected a value of its own, found y: unique among 2 of 4; n[7,9] unknown'],
      ['missing', 'login refused'],
      ['missing', 'login refused'],
    ]);
  });

  it('is missing where no other is known, and not where there is no other', () => {
    expect(words(run([...boots('x'), lost]))[0]).toEqual([
      'missing',
      'expected a value of its own, found x, and none to compare it with: n9 unknown',
    ]);
    expect(words(run(boots('x')))).toEqual([
      ['pass', 'expected a value of its own, found x: unique among 1 of 1'],
    ]);
  });

  it('is missing where it is not known itself', () => {
    const bare = mergeFacts();
    const facts = { ...bare, identity: { ...bare.identity, bootId: unknown('no /proc') } };
    expect(words(run([...boots('x', 'y'), { id: 'n3', facts }]))).toEqual([
      ['pass', 'expected a value of its own, found x: unique among 2 of 3; n3 unknown'],
      ['pass', 'expected a value of its own, found y: unique among 2 of 3; n3 unknown'],
      ['missing', 'not known: no /proc'],
    ]);
  });

  it('of two nodes takes nothing from either, and is told of both', () => {
    const verdict = run(boots('same', 'same', 'other'));
    expect(words(verdict)).toEqual([
      ['pass', 'expected a value of its own, found same, which n2 says too'],
      ['pass', 'expected a value of its own, found same, which n1 says too'],
      ['pass', 'expected a value of its own, found other: unique among 3 of 3'],
    ]);
    const told = tell(verdict.notShown).filter(({ reason }) => reason.includes('boot id same'));
    expect(told.map(({ what, about }) => [what, about])).toEqual([
      ['A machine of its own on n[1-2]', ['n1', 'n2']],
    ]);
    expect(told[0]?.reason).toContain('n[1-2] say the same: boot id same');
    expect(told[0]?.reason).toContain('nothing proves that they are one machine');
  });

  it('of two nodes that were put to the test is told with its answer', () => {
    const { notShown } = run(boots('same', 'same'), { distinct: [['n1', 'n2']] });
    const told = tell(notShown).find(({ reason }) => reason.includes('boot id same'));
    expect(told?.reason).toContain('each agent held the lease of its machine');
  });

  it('is not held against another name of the same machine', () => {
    const verdict = run([
      ...boots('x', 'y'),
      { id: 'n3', sameAs: 'n1', why: 'it is the same machine as n1' },
    ]);
    expect(words(verdict)).toEqual([
      ['pass', 'expected a value of its own, found x: unique among 2 of 2'],
      ['pass', 'expected a value of its own, found y: unique among 2 of 2'],
      ['missing', 'it is the same machine as n1'],
    ]);
    expect(verdict.cells[2]?.missing).toBe('same-machine');
    expect(verdict.exitCode).toBe(2);
    expect(tell(verdict.notShown)).toContainEqual({
      what: 'node n3',
      about: ['n3'],
      reason: 'it is the same machine as n1',
    });
  });

  it("is invalid when it became another node's after a restart, there and nowhere else", () => {
    const [one, other] = boots('x', 'y');
    const verdict = run([
      { id: 'n1', ...one, later: { bootId: 'y' } },
      { id: 'n2', ...other },
    ]);
    expect(words(verdict)).toEqual([
      ['invalid', 'expected a value of its own, found y, which is that of n2 (facts-2, after a restart)'],
      ['pass', 'expected a value of its own, found y: unique among 2 of 2'],
    ]);
  });

  it('fails for two devices of one node, which nobody else has told of', () => {
    const nodes = [withCards('n1', 'G1', 'G1'), withCards('n2', 'G2', undefined)];
    expect(words(run(nodes, { requirement: oncePerCard }))).toEqual([
      ['fail', 'expected a value of its own, found G1, as n1/G1@0000:1c:00.0 has it'],
      ['fail', 'expected a value of its own, found G1, as n1/G1@0000:1b:00.0 has it'],
      ['missing', 'not known: no driver'],
      ['pass', 'expected a value of its own, found G2: unique among 3 of 4; n2/0000:1c:00.0 unknown'],
    ]);
  });

  it('names nodes of which nobody knows what devices they have', () => {
    const blind: ConstructedNode = { id: 'n2', facts: { accelerators: unknown('no bus') } };
    expect(words(run([withCards('n1', 'G1', 'G2'), blind, lost], { requirement: oncePerCard }))[0]).toEqual([
      'pass',
      'expected a value of its own, found G1: unique among 2 of 4; n[2,9] unknown',
    ]);
  });
});
