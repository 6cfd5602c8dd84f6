import { describe, expect, it } from 'vitest';
import { lookAtGroups, lookAtNode } from '../../../../harness/run/look-at-node.ts';
import type { DecidedExtension } from '../../../../harness/store/coordinator-journal.ts';
import type { SessionName } from '../../../../workloads/kit/requirement.ts';
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

const runs = (entry: string, session: number, told: string): readonly ConstructedStep[] =>
  Array.from(told, (each, place) => ({
    repetition: place + 1,
    entry,
    workload: 'copy',
    session,
    samples: [
      { metric: entry === 'copy' ? 'copy.speed' : 'copy.latency', value: each === '+' ? 11 : 9 },
      { metric: 'copy.wrong', value: 0 },
    ],
  }));

interface Told {
  readonly steps: readonly ConstructedStep[];
  readonly had?: number;
  readonly sessions?: readonly SessionName[];
  readonly failing?: boolean;
}

function look({ steps, had = 0, sessions, failing = false }: Told) {
  const run = constructRun({
    profile: constructProfile([
      constructRequirement({
        id: 'rate',
        sampling: 'typical',
        rule: { kind: 'metric', metric: 'copy.speed' },
        ...(sessions === undefined ? {} : { sessions: [...sessions] }),
      }),
      ...(failing
        ? [
            constructRequirement({
              id: 'none',
              rule: { kind: 'fact', path: 'accelerators.length', atLeast: 64 },
            }),
          ]
        : []),
    ]),
    limits: [constructLimit({ id: 'rate', metric: 'copy.speed', value: 10, unit: 'B/s' })],
    nodes: [{ id: 'n', facts: mergeFacts({}), steps }],
  });
  const planned = new Map((run.plan?.steps ?? []).map((step) => [step.step, step]));
  const extensions = Array.from(
    { length: had },
    (_, place): DecidedExtension => ({
      session: 3 + place,
      restMs: { n: 1_800_000 },
    }),
  );
  const { session, cells, due } = lookAtNode(
    {
      suite: { ...run.suite, extension: { restSeconds: 1800, sessions: 2 } },
      extensions,
      run,
      stepsOf: () => planned,
      material: () => ({ ...run, extensions }),
      profile: () => run.profile,
      registry: new Map(),
    },
    'n',
  );
  return { session, decisions: cells.map(({ decision }) => decision), due: due.map(({ step }) => step) };
}

describe('a look at a node', () => {
  it('asks for as many runs as the next look needs, three at most, of the entries that gave these', () => {
    const other = runs('wait', 1, '+++');
    expect(look({ steps: [...runs('copy', 1, '+-++++'), ...other] })).toEqual({
      session: 1,
      decisions: ['more'],
      due: ['r1-copy', 'r2-copy', 'r3-copy'],
    });
    expect(look({ steps: [...runs('copy', 1, '++++'), ...other] }).due).toEqual(['r1-copy', 'r2-copy']);
    expect(look({ steps: runs('copy', 1, '++') }).due).toEqual(['r1-copy', 'r2-copy']);
  });

  it('asks for nothing where it is decided, or nothing would decide it', () => {
    expect(look({ steps: runs('copy', 1, '++++++') })).toMatchObject({ decisions: ['pass'], due: [] });
    expect(look({ steps: runs('copy', 1, '------') })).toMatchObject({ decisions: ['fail'], due: [] });
    const open = [...runs('copy', 1, '+-++++'), ...runs('copy', 3, '+-+')];
    expect(look({ steps: open })).toMatchObject({ session: 3, decisions: ['more'], due: { length: 3 } });
    expect(look({ steps: open, had: 2 })).toMatchObject({ decisions: ['more'], due: [] });
    expect(look({ steps: open, failing: true }).due).toEqual([]);
    const last = [...open, ...runs('copy', 4, '--+')];
    expect(look({ steps: last })).toMatchObject({ decisions: ['stop'], due: [] });
  });

  it('leaves what waits for a session of its own to that session', () => {
    const steps = runs('copy', 1, '+-++++');
    expect(look({ steps, sessions: ['start', 'after-boot'] }).due).toEqual([]);
    expect(look({ steps, sessions: ['start'] }).due).toHaveLength(3);
  });
});

describe('a look at what nodes did together', () => {
  const trials = (members: readonly string[], session: number, told: string): readonly ConstructedTrial[] =>
    Array.from(told, (each) => ({ members, session, speed: each === '+' ? 200e6 : 50e6 }));
  const [ab, cd] = [
    ['a', 'b'],
    ['c', 'd'],
  ] as const;
  function lookAt(
    told: readonly ConstructedTrial[],
    {
      failing = [],
      had = [],
    }: { readonly failing?: readonly string[]; readonly had?: readonly string[] } = {},
  ) {
    const block = constructBlock(['a', 'b', 'c', 'd'], told);
    const profile = constructProfile([
      constructRequirement({
        id: 'pair-rate',
        scope: 'pair',
        sampling: 'typical',
        rule: { kind: 'metric', metric: 'copy.speed' },
      }),
    ]);
    const extensions: DecidedExtension[] = had.map((node, place) => ({
      session: 3 + place,
      restMs: { [node]: 1_800_000 },
    }));
    const run = { ...block, profile, plannedProfile: profile, ladder: [], extensions };
    const looked = lookAtGroups(
      {
        suite: { ...run.suite, extension: { restSeconds: 1800, sessions: 1 } },
        extensions,
        run,
        stepsOf: () => new Map(),
        material: () => run,
        profile: () => profile,
        registry: new Map(),
      },
      (node) => failing.includes(node),
    );
    return Object.fromEntries(
      looked.map(({ node, group, session, cells, due }) => [
        group?.name ?? node,
        {
          node,
          session,
          decisions: cells.map(({ decision }) => decision),
          due: due.map(({ node: member, step }) => `${member} ${step}`),
        },
      ]),
    );
  }

  it('asks for whole runs, all seats of them, of the pair that is not decided', () => {
    expect(lookAt([...trials(ab, 1, '+-++++'), ...trials(cd, 1, '++++++')])).toEqual({
      'a+b': {
        node: 'a',
        session: 1,
        decisions: ['more'],
        due: ['a t1', 'b t1', 'a t2', 'b t2', 'a t3', 'b t3'],
      },
      'c+d': { node: 'c', session: 1, decisions: ['pass'], due: [] },
    });
  });

  it('asks for no more runs in a session than the first one had', () => {
    expect(lookAt(trials(ab, 1, '++'))['a+b']?.due).toEqual(['a t1', 'b t1', 'a t2', 'b t2']);
    expect(lookAt([...trials(ab, 1, '++'), ...trials(ab, 3, '++')])['a+b']).toMatchObject({
      session: 3,
      due: ['a t1', 'b t1', 'a t2', 'b t2'],
    });
  });

  it('asks nothing of a pair of which one fails, or has had its sessions', () => {
    const open = trials(ab, 1, '+-++++');
    expect(lookAt(open, { failing: ['b'] })['a+b']).toMatchObject({ decisions: ['more'], due: [] });
    expect(lookAt(open, { had: ['b'] })['a+b']).toMatchObject({ decisions: ['more'], due: [] });
    expect(lookAt(open, { failing: ['c'] })['a+b']?.due).toHaveLength(6);
  });

  it('asks nothing of a pair of which one is to blame', () => {
    const others = [['b', 'c'], ['b', 'd'], cd].flatMap((members) => trials(members, 1, '+'));
    const bad = [
      ['a', 'c'],
      ['a', 'd'],
    ].flatMap((members) => trials(members, 1, '-'));
    const looked = lookAt([...trials(ab, 1, '-'), ...bad, ...others]);
    expect(looked['a+b']?.due).toEqual([]);
    expect(looked['b+c']?.due).toHaveLength(2);
  });
});
