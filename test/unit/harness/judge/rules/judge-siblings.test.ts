import { describe, expect, it } from 'vitest';
import { judge } from '../../../../../harness/judge/judge.ts';
import { known } from '../../../../../workloads/kit/facts/fact.ts';
import type { Limit } from '../../../../../workloads/kit/limit.ts';
import type { DeclaredMetric } from '../../../../../workloads/kit/workload.ts';
import { h100 } from '../../../../support/constructed/facts.ts';
import type { ConstructedStep } from '../../../../support/constructed-run.ts';
import {
  constructLimit,
  constructProfile,
  constructRequirement,
  constructRun,
} from '../../../../support/constructed-run.ts';
import { tell } from '../../../../support/tell.ts';

const workload = 'matmul';
const metrics: ReadonlyMap<string, DeclaredMetric> = new Map([
  ['matmul.speed', { unit: 'FLOP/s', better: 'higher', domain: 'positive', title: 'Speed', workload }],
  [
    'matmul.digest',
    { unit: 'count', better: 'lower', domain: 'count', title: 'Digest', state: true, workload },
  ],
  [
    'matmul.heat',
    { unit: 'Cel', better: 'lower', domain: 'nonNegative', title: 'Heat', state: true, workload },
  ],
  [
    'matmul.wrong',
    { unit: 'count', better: 'lower', domain: 'count', title: 'Wrong', correctness: true, workload },
  ],
]);
const compared = { statistic: 'siblings', unit: 'ratio' } as const;
const limits: readonly Limit[] = [
  constructLimit({ id: 'near', metric: 'matmul.speed', ...compared, value: 0.9 }),
  constructLimit({ id: 'equal', metric: 'matmul.digest', ...compared, comparator: 'equal', value: 1 }),
];

/** What one device gives in one step; absent: nothing. */
interface Given {
  readonly speed?: number;
  readonly digest?: number;
  readonly celsius?: number;
  readonly wrong?: number;
  readonly size?: number;
  readonly invalid?: string;
}

const step = (repetition: number, devices: readonly (Given | undefined)[]): ConstructedStep => ({
  entry: 'gemm',
  workload,
  repetition,
  samples: devices.flatMap((given, index) => {
    if (given === undefined) return [];
    const { speed = 100, digest = 7, celsius, wrong = 0, size = 8192, invalid } = given;
    const device = h100(index).address;
    const common = {
      device,
      dimensions: { 'device.kind': 'gpu', size },
      ...(invalid === undefined ? {} : { invalid }),
    };
    return [
      { metric: 'matmul.speed', value: speed, ...common },
      { metric: 'matmul.digest', value: digest, ...common },
      { metric: 'matmul.wrong', value: wrong, ...common },
      ...(celsius === undefined ? [] : [{ metric: 'matmul.heat', value: celsius, ...common }]),
    ];
  }),
});

interface Machine {
  readonly sampling?: 'exact' | 'typical';
  /** How many of its devices are of another model, the last ones. */
  readonly strangers?: number;
}

/** Cells of a node with as many H100 as the first step has devices. */
function cellsOf(
  steps: readonly (readonly (Given | undefined)[])[],
  { sampling = 'exact', strangers = 0 }: Machine = {},
) {
  const count = steps[0]?.length ?? 0;
  const accelerators = Array.from({ length: count }, (_, index) => ({
    ...h100(index),
    ...(index >= count - strangers ? { model: known('H200') } : {}),
  }));
  const requirements = [
    constructRequirement({
      id: 'near',
      scope: 'accelerator',
      sampling,
      rule: { kind: 'siblings', metric: 'matmul.speed' },
    }),
    constructRequirement({
      id: 'equal',
      scope: 'accelerator',
      rule: { kind: 'siblings', metric: 'matmul.digest' },
    }),
  ];
  const { cells } = judge(
    constructRun({
      profile: constructProfile(requirements),
      nodes: [
        {
          id: 'n1',
          facts: { accelerators: known(accelerators) },
          steps: steps.map((devices, index) => step(index + 1, devices)),
        },
      ],
      limits,
      metrics,
    }),
  );
  const ofRequirement = (id: string) => {
    const own = tell(cells.filter(({ requirement }) => requirement === id));
    return accelerators.map(({ address }, index) => {
      const cell = own.find(({ subject }) =>
        JSON.stringify(subject).includes(JSON.stringify(h100(index).uuid).slice(10, -2)),
      );
      return cell ?? own.find((each) => JSON.stringify(each).includes(address));
    });
  };
  return { near: ofRequirement('near'), equal: ofRequirement('equal') };
}
const verdicts = (cells: readonly ({ readonly verdict: string } | undefined)[]) =>
  cells.map((cell) => cell?.verdict);
const many = (count: number, given: Given = {}): readonly Given[] =>
  Array.from({ length: count }, () => given);

describe('a device beside its siblings', () => {
  it('passes when all are alike, however slow all of them are', () => {
    const { near, equal } = cellsOf([many(4, { speed: 1 })]);
    expect(verdicts(near)).toEqual(['pass', 'pass', 'pass', 'pass']);
    expect(verdicts(equal)).toEqual(['pass', 'pass', 'pass', 'pass']);
    expect(equal[0]?.reason).toBe('the same as 4 of 4 of its model');
  });

  it('fails when it is the slow one, with how hot it was, and the others pass', () => {
    const { near } = cellsOf([[...many(3, { celsius: 62 }), { speed: 88, celsius: 84 }]]);
    expect(verdicts(near)).toEqual(['pass', 'pass', 'pass', 'fail']);
    expect(near[3]?.reason).toBe(
      'expected at least 90.0 % of the median with its 3 siblings, found 88.0 %, at 84 °C beside 62 °C: 1 of 1 observations violate the limit',
    );
  });

  it('passes down to nine tenths of the median', () => {
    expect(verdicts(cellsOf([[...many(3), { speed: 90 }]]).near)[3]).toBe('pass');
    expect(verdicts(cellsOf([[...many(3), { speed: 89.9 }]]).near)[3]).toBe('fail');
  });

  it('is looked at in as many runs as the requirement asks for', () => {
    const slow = [...many(3), { speed: 85 }];
    const typical = { sampling: 'typical' } as const;
    expect(
      verdicts(
        cellsOf(
          Array.from({ length: 6 }, () => slow),
          typical,
        ).near,
      ),
    ).toEqual([...many(3).map(() => 'pass'), 'fail']);
    expect(verdicts(cellsOf([slow], typical).near)[3]).toBe('inconclusive');
  });

  it('fails when it alone has another result, of three or more', () => {
    const { equal } = cellsOf([[...many(2), { digest: 8 }]]);
    expect(verdicts(equal)).toEqual(['pass', 'pass', 'fail']);
    expect(equal[2]?.reason).toMatch(/^not what 2 of 3 of its model have in common \(step r1-gemm\)$/);
  });

  it.each([
    ['two that differ', [{}, { digest: 8 }], 2],
    ['two against two', [{}, {}, { digest: 8 }, { digest: 8 }], 2],
    ['three that all differ', [{}, { digest: 8 }, { digest: 9 }], 3],
    ['two of four, the others alone', [{}, {}, { digest: 8 }, { digest: 9 }], 3],
  ])('is not accused by %s: that has to be looked into', (_, devices, values) => {
    const { equal } = cellsOf([devices]);
    for (const cell of equal)
      expect(cell).toMatchObject({
        verdict: 'inconclusive',
        reason: expect.stringContaining(`have ${values} different results, none of them most`) as string,
        action: 'Investigate.',
      });
  });

  it.each([1, 2])('is not decided with %d of its model', (count) => {
    const { near, equal } = cellsOf([many(count)]);
    for (const cell of [...near, ...equal])
      expect(cell).toMatchObject({ verdict: 'missing', missing: 'no-siblings' });
  });

  it('is not measured where there are enough of its model and too few of them gave a number: that can be done again', () => {
    const { near } = cellsOf([[{}, {}, undefined]]);
    expect(near.slice(0, 2)).toMatchObject([
      { verdict: 'missing', missing: 'not-run' },
      { verdict: 'missing', missing: 'not-run' },
    ]);
  });

  it('has no siblings of another model, and none that did something else', () => {
    expect(verdicts(cellsOf([many(4)], { strangers: 2 }).near)).toEqual(many(4).map(() => 'missing'));
    const { near } = cellsOf([[{}, {}, {}, { size: 16384 }]]);
    expect(verdicts(near)).toEqual(['pass', 'pass', 'pass', 'missing']);
  });

  it('is not held against numbers that cannot be used, and its own are invalid', () => {
    const { near } = cellsOf([[{}, {}, {}, { speed: 50, invalid: 'stand-in library' }]]);
    expect(verdicts(near)).toEqual(['pass', 'pass', 'pass', 'invalid']);
    expect(verdicts(cellsOf([[{}, {}, { invalid: 'no' }]]).near)).toEqual(['missing', 'missing', 'invalid']);
    expect(verdicts(cellsOf([[{}, {}, {}, { wrong: 1 }]]).near)).toEqual(['pass', 'pass', 'pass', 'invalid']);
  });

  it('is missing without a number, and invalid where a run of several has none', () => {
    expect(verdicts(cellsOf([[{}, {}, {}, undefined]]).near)).toEqual(['pass', 'pass', 'pass', 'missing']);
    expect(verdicts(cellsOf([many(4), [{}, {}, {}, undefined]]).near)).toEqual([
      'pass',
      'pass',
      'pass',
      'invalid',
    ]);
  });
});
