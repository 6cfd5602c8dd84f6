import { describe, expect, it } from 'vitest';
import { Contract } from '../../../../../harness/config/contract.ts';
import { judge } from '../../../../../harness/judge/judge.ts';
import type { RunMaterial } from '../../../../../harness/store/run-material.ts';
import { contradictions } from '../../../../../reports/verdict/contradictions.ts';
import type { Verdict } from '../../../../../reports/verdict/verdict.ts';
import { createLookup } from '../../../../../reports/verdict/verdict-lookup.ts';
import { say } from '../../../../../reports/verdict/words/say.ts';
import { renderMarkdown } from '../../../../../reports/writers/markdown.ts';
import type { ConstructedTrial } from '../../../../support/constructed/block.ts';
import { constructBlock } from '../../../../support/constructed/block.ts';

const nodes = ['a', 'b', 'c', 'd'];
const everyPair = nodes.flatMap((one, place) => nodes.slice(place + 1).map((other) => [one, other]));
const slowC = everyPair.map(
  (members): ConstructedTrial => ({
    members,
    speed: members.includes('c') ? 60e6 : 200e6,
  }),
);
const skipped: ConstructedTrial = { members: nodes, execution: 'none' };
const rest: ConstructedTrial = { members: ['a', 'b', 'd'], isExtra: true };
const keptOut: RunMaterial['skips'] = new Map([['t7', { why: 'blamed', node: 'c' }]]);

function verdictOf(
  trials: readonly ConstructedTrial[],
  quota: { atLeast: number; of: number } | undefined,
  skips: RunMaterial['skips'] = keptOut,
): Verdict {
  const block = constructBlock(nodes, trials, skips);
  const contract = Contract.parse({
    schema: 'assay/contract',
    schemaVersion: 1,
    id: 'hall-3',
    title: 'Hall 3',
    by: 'Example Ltd',
    date: '2026-11-02',
    profile: block.profile.id,
    class: 'rack',
    ...(quota === undefined ? {} : { quota }),
  });
  const verdict = judge({ ...block, contract });
  expect(contradictions(verdict)).toEqual([]);
  return verdict;
}
const threeOfFour = { atLeast: 3, of: 4 };

describe('a quota', () => {
  it('accepts a block without the node that fails, when the others passed together as well', () => {
    const verdict = verdictOf([...slowC, skipped, rest], threeOfFour);
    expect(verdict).toMatchObject({ conclusion: 'pass', exitCode: 0, block: { quota: threeOfFour } });
    expect(say(verdict.headline)).toBe('3 of 4 nodes conform, and the contract asks for 3.');
    // What is wrong with the other one is told all the same.
    expect(verdict.defects).toMatchObject([{ nodes: ['c'], verdict: 'fail' }]);
    const text = renderMarkdown(createLookup(verdict));
    expect(text).toContain('Quota: at least 3 of 4 nodes; 3 conform. Not accepted: c.');
  });
  it('is no quota without a contract that states one', () => {
    expect(verdictOf([...slowC, skipped, rest], undefined)).toMatchObject({
      conclusion: 'fail',
      exitCode: 1,
    });
  });
  it('is not met by fewer', () => {
    expect(verdictOf([...slowC, skipped, rest], { atLeast: 4, of: 4 })).toMatchObject({ conclusion: 'fail' });
  });
  it('needs what exactly these did together: neither a part of them nor all with the bad one in it will do', () => {
    const lacking = verdictOf([...slowC, skipped], threeOfFour);
    expect(lacking).toMatchObject({ conclusion: 'undecided', exitCode: 2 });
    expect(say(lacking.headline)).toContain('not shown by exactly these together: Title of group-exact');
    const part = verdictOf([...slowC, skipped, { members: ['a', 'b'], isExtra: true }], threeOfFour);
    expect(part.conclusion).toBe('undecided');
    const whole = verdictOf([...slowC, { members: nodes }], threeOfFour, new Map());
    expect(whole.conclusion).toBe('undecided');
  });
  it('is not met when those that are left compute wrong together', () => {
    const verdict = verdictOf([...slowC, skipped, { ...rest, wrong: 3 }], threeOfFour);
    expect(verdict.conclusion).not.toBe('pass');
  });
  it('lets go of nothing where all nodes conform', () => {
    const fast = everyPair.map((members): ConstructedTrial => ({ members }));
    expect(verdictOf([...fast, { members: nodes }], threeOfFour, new Map())).toMatchObject({
      conclusion: 'pass',
    });
    expect(verdictOf([...fast, { members: nodes, wrong: 1 }], threeOfFour, new Map()).conclusion).not.toBe(
      'pass',
    );
  });
});
