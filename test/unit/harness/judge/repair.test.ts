import { describe, expect, it } from 'vitest';
import { judge } from '../../../../harness/judge/judge.ts';
import { listSoakSeries } from '../../../../harness/judge/samples/list-soak-series.ts';
import type { RepairKind } from '../../../../harness/plan/repairs.ts';
import type { RunMaterial } from '../../../../harness/store/run-material.ts';
import { contradictions } from '../../../../reports/verdict/contradictions.ts';
import { known } from '../../../../workloads/kit/facts/fact.ts';
import type { Accelerator } from '../../../../workloads/kit/facts/host-facts.ts';
import { h100, mergeFacts } from '../../../support/constructed/facts.ts';
import type { ConstructedStep } from '../../../support/constructed-run.ts';
import {
  constructLimit,
  constructProfile,
  constructRequirement,
  constructRun,
} from '../../../support/constructed-run.ts';
import { tell } from '../../../support/tell.ts';

const uuid = (index: number): string => `GPU-00000000-0000-4000-8000-00000000000${index}`;
const fresh = 'GPU-00000000-0000-4000-8000-0000000000ff';
/** Another module in the place of the second one: another number, another firmware, and what else is told. */
const swapped = (changes: Partial<Accelerator> = {}) =>
  known([
    h100(0),
    h100(1, { uuid: known(fresh), serial: known('999'), firmware: known('96.00.A5.00.01'), ...changes }),
  ]);

const profile = constructProfile([
  constructRequirement({
    id: 'gemm',
    scope: 'accelerator',
    sampling: 'screening',
    rule: { kind: 'metric', metric: 'matmul.throughput' },
  }),
  constructRequirement({
    id: 'digest',
    rule: { kind: 'metric', metric: 'sha256.wrongDigests' },
  }),
  constructRequirement({
    id: 'power',
    scope: 'accelerator',
    owner: 'configuration',
    rule: { kind: 'fact', path: 'powerLimitWatts', atLeastFact: 'defaultPowerLimitWatts' },
  }),
]);
const speeds = (first: number, second: number, device = uuid(1)): ConstructedStep['samples'] => [
  { metric: 'matmul.throughput', value: first, device: uuid(0) },
  { metric: 'matmul.throughput', value: second, device },
];
const right = [{ metric: 'matmul.wrongMatrixElements', value: 0 }];
const gemm = (session: number, samples: ConstructedStep['samples']): ConstructedStep => ({
  entry: 'gemm',
  workload: 'matmul',
  session,
  samples: [...(samples ?? []), ...right],
});
const hash = (value: number): ConstructedStep => ({
  entry: 'hash',
  workload: 'sha256',
  samples: [{ metric: 'sha256.wrongDigests', value }],
});

function judgeRepair(
  steps: readonly ConstructedStep[],
  accelerators: ReturnType<typeof swapped> | undefined,
  kind: RepairKind = 'module',
) {
  const run = constructRun({
    profile,
    limits: [
      constructLimit({ id: 'gemm', metric: 'matmul.throughput', value: 7e14, unit: 'FLOP/s' }),
      constructLimit({
        id: 'digest',
        metric: 'sha256.wrongDigests',
        comparator: 'equal',
        value: 0,
        unit: 'count',
      }),
    ],
    nodes: [
      {
        id: 'n',
        facts: mergeFacts({ accelerators: known([h100(0), h100(1)]) }),
        ...(accelerators === undefined ? {} : { boots: [{ accelerators }] }),
        steps,
      },
    ],
  });
  const material: RunMaterial = {
    ...run,
    sessions: [],
    repairs: [
      {
        session: 3,
        node: 'n',
        part: 'GPU1',
        kind,
        ...(kind === 'module' ? { device: uuid(1) } : {}),
        boots: { n: 'boot-1' },
        nodes: ['n'],
        at: '2026-11-24T00:00:00.000Z',
      },
    ],
    nodes: run.nodes.map((node) => ({
      ...node,
      ...(accelerators === undefined ? {} : { under: new Map([['s3-r1-gemm', 'facts-2']]) }),
    })),
  };
  const verdict = judge(material);
  expect(contradictions(verdict)).toEqual([]);
  const cells = Object.fromEntries(tell(verdict.cells).map(({ id, verdict: word }) => [id, word]));
  return { verdict: tell(verdict), cells };
}
const gone = `n/${uuid(1)}`;

describe('a soak behind a repair', () => {
  const speed = { metric: 'matmul.throughput', dimensions: { during: 'soak' } } as const;
  const windows = (session: number, speeds: readonly number[], lostIn?: number): readonly ConstructedStep[] =>
    speeds.map((value, index) => ({
      entry: 'soak-gemm',
      workload: 'matmul',
      session,
      repetition: index + 1,
      isOfSoak: true,
      ...(lostIn === index + 1 ? { execution: 'lost' } : {}),
      samples: lostIn === index + 1 ? [] : [{ ...speed, value }, ...right],
    }));
  const run = (afterSoak: number | undefined, steps: readonly ConstructedStep[]) => {
    const made = constructRun({
      profile: constructProfile([
        constructRequirement({ id: 'endured', rule: { kind: 'soak', asks: 'endured', hours: 5 } }),
        constructRequirement({
          id: 'under-load',
          sampling: 'windows',
          rule: { kind: 'metric', metric: 'matmul.throughput' },
        }),
        constructRequirement({
          id: 'triad',
          sampling: 'screening',
          rule: { kind: 'metric', metric: 'memory.triad' },
          sessions: ['start', 'after-soak'],
        }),
      ]),
      limits: [
        constructLimit({ id: 'gemm', metric: 'matmul.throughput', value: 7e14, unit: 'FLOP/s' }),
        constructLimit({ id: 'triad', metric: 'memory.triad', value: 5, unit: 'B/s' }),
      ],
      nodes: [{ id: 'n', facts: {}, steps }],
    });
    const material: RunMaterial = {
      ...made,
      sessions: [],
      repairs: [
        {
          session: 3,
          ...(afterSoak === undefined ? {} : { afterSoak }),
          node: 'n',
          part: 'dimm',
          kind: 'dimm',
          boots: { n: 'boot-1' },
          nodes: ['n'],
          at: '2026-11-24T00:00:00.000Z',
        },
      ],
    };
    const verdict = judge(material);
    expect(contradictions(verdict)).toEqual([]);
    const cells = Object.fromEntries(
      tell(verdict.cells).map(({ requirement, verdict: word, reason }) => [
        requirement,
        `${word}: ${reason}`,
      ]),
    );
    return { cells, verdict, series: [...listSoakSeries(material, verdict).values()] };
  };
  const triad = (session: number): ConstructedStep => ({
    entry: 'triad',
    workload: 'memory',
    session,
    samples: [
      { metric: 'memory.triad', value: 6 },
      { metric: 'memory.wrongWords', value: 0 },
    ],
  });
  const good = [7.5e14, 7.6e14, 7.5e14, 7.6e14, 7.5e14];
  const before = [triad(1), ...windows(1, good, 2), triad(2)];

  it('counts alone, and what was measured before and behind it; the block still had its failure', () => {
    const { cells, verdict, series } = run(4, [...before, triad(3), ...windows(3, good), triad(4)]);
    expect(cells['endured']).toBe('pass: 5 of 5 windows of 1 h 0 min without a failure');
    expect(cells['under-load']).toMatch(/^pass: .*5 of 5 windows/);
    expect(cells['triad']).toMatch(/^pass/);
    expect(verdict.superseded?.map(({ cell, verdict: word }) => [cell, word])).toContainEqual([
      'n:endured',
      'fail',
    ]);
    expect(verdict.soak).toMatchObject({ nodes: 1, failures: [{ node: 'n', window: 2 }] });
    // The second soak goes on counting; nothing holds what is of both.
    const [speeds] = series.filter(({ readings }) => readings.some(({ value }) => value > 1));
    expect(speeds).toMatchObject({ cells: [] });
    expect(speeds?.readings.map(({ window }) => window)).toEqual([1, 3, 4, 5, 6, 7, 8, 9, 10]);
  });
  it('is missing until it was run, and so is what comes behind it', () => {
    const { cells } = run(4, [...before, triad(3)]);
    expect(cells['endured']).toMatch(/^missing: what was measured before dimm was repaired/);
    expect(cells['under-load']).toMatch(/^missing/);
    expect(cells['triad']).toMatch(/^inconclusive: nothing of the session after-soak yet/);
  });
  it('that fails is a fail, whatever the first one was', () => {
    const { cells } = run(4, [triad(1), ...windows(1, good), triad(3), ...windows(3, good, 4), triad(4)]);
    expect(cells['endured']).toMatch(/^fail: in window 4 of 5/);
  });
  it('was none where a session behind the repair is another one', () => {
    expect(run(undefined, [...before, triad(3), triad(4)]).cells['triad']).toMatch(/^inconclusive/);
  });
});

describe('a repair', () => {
  it('takes the place of the module that failed, and nothing of what it did not touch', () => {
    const { verdict, cells } = judgeRepair(
      [gemm(1, speeds(7.5e14, 5e14)), hash(0), gemm(3, speeds(7.4e14, 7.6e14, fresh))],
      swapped(),
    );
    expect(cells).toEqual({
      [`n/${uuid(0)}:gemm`]: 'pass',
      [`n/${fresh}:gemm`]: 'pass',
      'n:digest': 'pass',
      [`n/${uuid(0)}:power`]: 'pass',
      [`n/${fresh}:power`]: 'pass',
    });
    expect(verdict.conclusion).toBe('pass');
    expect(verdict.superseded).toEqual([
      { cell: `${gone}:gemm`, verdict: 'fail', by: 'n=GPU1', at: '2026-11-24T00:00:00.000Z' },
    ]);
    expect(verdict.attempts.map(({ step }) => step)).toEqual(['r1-gemm', 'r1-hash', 's3-r1-gemm']);
    expect(verdict.defects).toEqual([]);
    expect(verdict.verified).toMatchObject([{ cells: [`${gone}:gemm`], verdict: 'fail', by: 'n=GPU1' }]);
  });
  it('does not hide a power limit that was forgotten on the new module', () => {
    const { verdict, cells } = judgeRepair(
      [gemm(1, speeds(7.5e14, 5e14)), hash(0), gemm(3, speeds(7.4e14, 7.6e14, fresh))],
      swapped({ powerLimitWatts: known(500) }),
    );
    expect(cells[`n/${fresh}:power`]).toBe('fail');
    expect(verdict).toMatchObject({ conclusion: 'fail', defects: [{ owner: 'configuration' }] });
  });
  it('leaves a fail of another card where it is', () => {
    const { cells } = judgeRepair(
      [gemm(1, speeds(5e14, 5e14)), hash(0), gemm(3, speeds(5.1e14, 7.6e14, fresh))],
      swapped(),
    );
    expect(cells[`n/${uuid(0)}:gemm`]).toBe('fail');
    // Better runs do not wash a wrong result away either.
    expect(judgeRepair([gemm(1, speeds(7.5e14, 5e14)), hash(3)], swapped()).cells['n:digest']).toBe('fail');
  });
  it('is missing what it touches until that was measured', () => {
    const { verdict, cells } = judgeRepair([gemm(1, speeds(7.5e14, 5e14)), hash(0)], undefined);
    expect(cells[`${gone}:gemm`]).toBe('missing');
    expect(verdict.superseded).toMatchObject([{ cell: `${gone}:gemm`, verdict: 'fail' }]);
    expect(verdict.conclusion).toBe('undecided');
    expect(verdict.verified).toBeUndefined();
  });
  it('of one module explains no second one, nor another firmware on a card that stayed', () => {
    const steps = [gemm(1, speeds(7.5e14, 5e14)), hash(0), gemm(3, speeds(7.4e14, 7.6e14, fresh))];
    const both = known([h100(0, { uuid: known('GPU-other') }), h100(1, { uuid: known(fresh) })]);
    expect(judgeRepair(steps, both).cells['n:digest']).not.toBe('pass');
    const flashed = known([h100(0, { firmware: known('96.00.99.00.01') }), h100(1, { uuid: known(fresh) })]);
    expect(judgeRepair(steps, flashed).cells['n:digest']).not.toBe('pass');
  });
  it('of something else makes no bad card good', () => {
    const { cells } = judgeRepair(
      [gemm(1, speeds(7.5e14, 5e14)), hash(0), gemm(3, speeds(7.5e14, 7.6e14))],
      undefined,
      'dimm',
    );
    expect(cells[`${gone}:gemm`]).not.toBe('pass');
  });
});
