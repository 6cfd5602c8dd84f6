import { expect, it } from 'vitest';
import { describeExtension } from '../../../../harness/cli/describe-extension.ts';
import { createCoverage } from '../../../../harness/plan/coverage.ts';
import { constructBlock } from '../../../support/constructed/block.ts';
import { mergeFacts } from '../../../support/constructed/facts.ts';
import { constructProfile, constructRequirement, constructRun } from '../../../support/constructed-run.ts';

const rule = { kind: 'metric', metric: 'copy.speed' } as const;

function describe(sampling: 'typical' | 'screening', extension?: { restSeconds: number; sessions: number }) {
  const run = constructRun({
    profile: constructProfile([
      constructRequirement({ id: 'rate', sampling, rule }),
      constructRequirement({ id: 'shown', sampling, level: 'advisory', rule }),
    ]),
    limits: [],
    nodes: ['n1', 'n2'].map((id) => ({
      id,
      facts: mergeFacts({}),
      steps: [1, 2, 3, 4].map(() => ({ entry: 'copy', workload: 'copy', samples: [] })),
    })),
  });
  if (run.plan === undefined) throw new Error('no plan');
  const metrics = new Map([...run.metrics].map(([name, each]) => [name, { ...each, workload: 'copy' }]));
  const suite = { ...run.suite, ...(extension === undefined ? {} : { extension }) };
  return describeExtension(run.plan, { profile: run.profile, suite, metrics });
}

it('tells how many healthy nodes six runs leave open, and what a further session takes', () => {
  const lines = describe('typical', { restSeconds: 1800, sessions: 2 });
  expect(lines).toEqual([
    '1 required cell of a node by a count of runs: 6 of 6, or 8 of 9, or 10 of 12 must hold',
    expect.stringMatching(
      /^not decided by 6 runs are at most 13 % of those 2, 0\.8 % of those 3, 0\.0 % of those 4 standard/,
    ),
    expect.stringMatching(
      /^for these up to 2 more sessions are added, each at most .*, of which 30 min 0 s are rest$/,
    ),
  ]);
  expect(describe('typical').at(-1)).toContain('the suite adds no session');
  expect(describe('screening')).toEqual([]);
});

it('counts pairs and groups too, and their rounds beside what nodes do alone', () => {
  const block = constructBlock(
    ['a', 'b', 'c', 'd'],
    [
      ['a', 'b'],
      ['c', 'd'],
    ].flatMap((members) => [{ members }, { members }]),
  );
  const profile = constructProfile([
    constructRequirement({ id: 'pair-rate', scope: 'pair', sampling: 'typical', rule }),
  ]);
  const plan = {
    ...block.plan!,
    cells: createCoverage(profile, block.plan!.subjects).map(({ cell }) => cell),
  };
  const metrics = new Map([...block.metrics].map(([name, each]) => [name, { ...each, workload: 'copy' }]));
  const suite = { ...block.suite, extension: { restSeconds: 1800, sessions: 1 } };
  expect(describeExtension(plan, { profile, suite, metrics })).toEqual([
    '2 required cells of pairs and groups by a count of runs: 6 of 6, or 8 of 9, or 10 of 12 must hold',
    expect.stringMatching(/^of blocks, with one of them not decided by 6 runs are at most 24 % of those 2, /),
    // Three of the four have a repetition that is repeated, each a round of a minute.
    'for these one more session is added, each at most 33 min 0 s, of which 30 min 0 s are rest',
  ]);
});
