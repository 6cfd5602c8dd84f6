import { describe, expect, it } from 'vitest';
import { lookAtNode } from '../../../../harness/run/look-at-node.ts';
import type { DecidedExtension } from '../../../../harness/store/coordinator-journal.ts';
import type { SessionName } from '../../../../workloads/kit/requirement.ts';
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
