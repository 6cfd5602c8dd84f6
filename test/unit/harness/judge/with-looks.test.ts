import { describe, expect, it } from 'vitest';
import { judge } from '../../../../harness/judge/judge.ts';
import type { NodeLook } from '../../../../harness/store/coordinator-journal.ts';
import type { RunMaterial } from '../../../../harness/store/run-material.ts';
import { contradictions } from '../../../../reports/verdict/contradictions.ts';
import type { ConstructedTrial } from '../../../support/constructed/block.ts';
import { constructBlock } from '../../../support/constructed/block.ts';
import { mergeFacts } from '../../../support/constructed/facts.ts';
import type { ConstructedStep } from '../../../support/constructed-run.ts';
import {
  constructLimit,
  constructProfile,
  constructRequirement,
  constructRun,
} from '../../../support/constructed-run.ts';
import { tell } from '../../../support/tell.ts';

const profile = constructProfile([
  constructRequirement({ id: 'rate', sampling: 'typical', rule: { kind: 'metric', metric: 'copy.speed' } }),
]);

/** Steps of one session that hold (`+`) or miss (`-`), in order. */
const runs = (session: number, told: string): readonly ConstructedStep[] =>
  Array.from(told, (each, place) => ({
    repetition: place + 1,
    entry: 'copy',
    workload: 'copy',
    session,
    samples: [
      { metric: 'copy.speed', value: each === '+' ? 11 : 9 },
      { metric: 'copy.wrong', value: 0 },
    ],
  }));

interface Told {
  readonly steps: readonly ConstructedStep[];
  readonly looks?: readonly {
    readonly session: number;
    readonly decision: NodeLook['cells'][number]['decision'];
  }[];
  readonly restSeconds?: number;
  readonly isRehearsal?: boolean;
}

function cellOf({ steps, looks = [], restSeconds, isRehearsal = false }: Told): string {
  const run = constructRun({
    profile,
    limits: [constructLimit({ id: 'rate', metric: 'copy.speed', value: 10, unit: 'B/s' })],
    nodes: [{ id: 'n', facts: mergeFacts({}), steps }],
  });
  const { rehearsal: _, ...header } = run.header;
  const material: RunMaterial = {
    ...run,
    header: isRehearsal ? { ...header, rehearsal: true } : header,
    suite: { ...run.suite, extension: { restSeconds: isRehearsal ? 2 : 1800, sessions: 2 } },
    sessions: [],
    looks: looks.map(({ session, decision }) => ({
      node: 'n',
      session,
      at: '2026-11-24T00:00:00.000Z',
      cells: [{ cell: 'n:rate', decision }],
    })),
    extensions: restSeconds === undefined ? [] : [{ session: 3, restMs: { n: 1000 * restSeconds } }],
  };
  const verdict = judge(material);
  expect(contradictions(verdict)).toEqual([]);
  const [cell] = tell(verdict.cells);
  return `${cell?.verdict}: ${cell?.reason}`;
}

describe('looks at runs while measuring', () => {
  const undecided = { session: 1, decision: 'more' } as const;

  it('are pooled with the session behind them, which says how many there were', () => {
    const steps = [...runs(1, '+-++++'), ...runs(3, '+++')];
    expect(cellOf({ steps, looks: [undecided], restSeconds: 1800 })).toMatch(
      /^pass: .*: 8 of 9 runs in 2 sessions hold \(needed: 8\)$/,
    );
  });

  it('stand when they have failed, whatever is measured later', () => {
    const steps = [...runs(1, '------'), ...runs(3, '++++++')];
    expect(cellOf({ steps, looks: [{ session: 1, decision: 'fail' }], restSeconds: 1800 })).toMatch(
      /^fail: .*: 6 of 6 runs miss the limit \(in the look behind session 1, which stands\)$/,
    );
    // Whoever wrote down something else: the evidence decides.
    expect(cellOf({ steps, looks: [undecided], restSeconds: 1800 })).toMatch(/^fail: .*: 6 of 6 runs miss/);
  });

  it('that the evidence does not give again are no ground for a pass', () => {
    const steps = [...runs(1, '++++++'), ...runs(3, '+++')];
    expect(cellOf({ steps, looks: [undecided], restSeconds: 1800 })).toMatch(
      /^inconclusive: .*look behind session 1 is not what the evidence gives/,
    );
  });

  it('need half an hour of rest before what follows is a session of its own', () => {
    const steps = [...runs(1, '+-++++'), ...runs(3, '+++')];
    expect(cellOf({ steps, looks: [undecided], restSeconds: 1799 })).toMatch(
      /^inconclusive: session 3 was begun 1799 s behind the last look, and is one of its own after 1800 s/,
    );
    expect(cellOf({ steps, looks: [undecided], restSeconds: 2, isRehearsal: true })).toMatch(/^pass: /);
    // A fail is one however soon it came.
    expect(cellOf({ steps: [...runs(1, '-+----'), ...runs(3, '---')], restSeconds: 2 })).toMatch(/^fail: /);
  });
});

describe('looks at what nodes did together', () => {
  const pairs = constructProfile([
    constructRequirement({
      id: 'pair-rate',
      scope: 'pair',
      sampling: 'typical',
      rule: { kind: 'metric', metric: 'copy.speed' },
    }),
  ]);
  const trials = (session: number, told: string): readonly ConstructedTrial[] =>
    Array.from(told, (each) => ({ members: ['a', 'b'], session, speed: each === '+' ? 200e6 : 50e6 }));
  function pairCell(
    told: readonly ConstructedTrial[],
    decision: NodeLook['cells'][number]['decision'],
    restMs: Readonly<Record<string, number>>,
  ): string {
    const run = constructBlock(['a', 'b'], told);
    const verdict = judge({
      ...run,
      profile: pairs,
      plannedProfile: pairs,
      ladder: [],
      suite: { ...run.suite, extension: { restSeconds: 1800, sessions: 2 } },
      looks: [
        {
          node: 'a',
          group: { name: 'a+b', members: ['a', 'b'] },
          session: 1,
          at: '2026-11-24T00:00:00.000Z',
          cells: [{ cell: 'a+b:pair-rate', decision }],
        },
      ],
      extensions: [{ session: 3, restMs }],
    });
    expect(contradictions(verdict)).toEqual([]);
    const cell = tell(verdict.cells).find(({ requirement }) => requirement === 'pair-rate');
    return `${cell?.verdict}: ${cell?.reason}`;
  }
  const rested = { a: 1_800_000, b: 1_800_000 };

  it('are replayed like those at a node', () => {
    const open = [...trials(1, '+-++++'), ...trials(3, '+++')];
    expect(pairCell(open, 'more', rested)).toMatch(/^pass: .*: 8 of 9 runs in 2 sessions hold/);
    expect(pairCell(open, 'pass', rested)).toMatch(/^inconclusive: .*look behind session 1 is not what/);
    const failed = [...trials(1, '------'), ...trials(3, '+++')];
    expect(pairCell(failed, 'more', rested)).toMatch(/^fail: .*in the look behind session 1, which stands/);
  });

  it('need the rest of each of them', () => {
    const open = [...trials(1, '+-++++'), ...trials(3, '+++')];
    expect(pairCell(open, 'more', { ...rested, b: 1_000_000 })).toMatch(
      /^inconclusive: session 3 was begun 1000 s behind the last look/,
    );
    expect(pairCell(open, 'more', { a: 1_800_000 })).toMatch(/^inconclusive: session 3 was begun 0 s behind/);
  });
});
