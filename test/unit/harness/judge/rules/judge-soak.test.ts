import { describe, expect, it } from 'vitest';
import { judge } from '../../../../../harness/judge/judge.ts';
import { known, valueOf } from '../../../../../workloads/kit/facts/fact.ts';
import type { Limit } from '../../../../../workloads/kit/limit.ts';
import type { SoakRule } from '../../../../../workloads/kit/requirement.ts';
import type { Sample } from '../../../../../workloads/kit/sample.ts';
import type { DeclaredMetric } from '../../../../../workloads/kit/workload.ts';
import { h100 } from '../../../../support/constructed/facts.ts';
import type { ConstructedNode, ConstructedStep } from '../../../../support/constructed-run.ts';
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
    'matmul.wrong',
    { unit: 'count', better: 'lower', domain: 'count', title: 'Wrong', correctness: true, workload },
  ],
  [
    'matmul.faults',
    {
      unit: 'count',
      better: 'lower',
      domain: 'count',
      title: 'Faults',
      state: true,
      fault: true,
      workload,
    },
  ],
  [
    'witness.faults',
    {
      unit: 'count',
      better: 'lower',
      domain: 'count',
      title: 'Faults',
      state: true,
      fault: true,
      workload: 'witness',
    },
  ],
]);
const limits: readonly Limit[] = [
  constructLimit({ id: 'kept', metric: 'matmul.speed', statistic: 'kept', value: 0.98, unit: 'ratio' }),
  constructLimit({
    id: 'same',
    metric: 'matmul.digest',
    statistic: 'same',
    comparator: 'atMost',
    value: 0,
    unit: 'count',
  }),
];

interface Window {
  readonly speed?: number;
  readonly digest?: number;
  readonly wrong?: number;
  readonly faults?: number;
  readonly execution?: ConstructedStep['execution'];
}

const windows = (...given: readonly Window[]): readonly ConstructedStep[] =>
  given.map(({ speed = 100, digest = 7, wrong = 0, faults = 0, execution = 'completed' }, index) => ({
    entry: 'gemm',
    workload,
    repetition: index + 1,
    isOfSoak: true,
    execution,
    samples:
      execution === 'completed'
        ? [
            { metric: 'matmul.speed', value: speed, dimensions: { during: 'soak' } },
            { metric: 'matmul.digest', value: digest, dimensions: { during: 'soak' } },
            { metric: 'matmul.wrong', value: wrong, dimensions: { during: 'soak' } },
            {
              metric: 'matmul.faults',
              value: faults,
              dimensions: { during: 'soak', ...(faults > 0 ? { error: 'Xid 79' } : {}) },
            },
          ]
        : [],
  }));
const good = (count: number): readonly Window[] => Array.from({ length: count }, () => ({}));

const rules = (hours: number): readonly SoakRule[] =>
  (['endured', 'kept', 'same'] as const).map((asks) => ({ kind: 'soak', asks, hours }));

function verdictOn(nodes: readonly ConstructedNode[], hours = 4) {
  const requirements = rules(hours).map((rule) => constructRequirement({ id: rule.asks, rule }));
  return judge(constructRun({ profile: constructProfile(requirements), nodes, limits, metrics }));
}
const tellCells = (nodes: readonly ConstructedNode[], hours?: number) =>
  Object.fromEntries(
    verdictOn(nodes, hours).cells.map(({ requirement, verdict, reason }) => [
      requirement,
      `${verdict}: ${tell({ reason }).reason}`,
    ]),
  );
const cellsOf = (steps: readonly ConstructedStep[], hours?: number) =>
  tellCells([{ id: 'n1', facts: {}, steps }], hours);

describe('a soak', () => {
  it('passes when all windows ended well, were as fast and computed the same', () => {
    expect(cellsOf(windows(...good(4)))).toEqual({
      endured: 'pass: 4 of 4 windows of 1 h 0 min without a failure',
      kept: 'pass: Speed: the last of 4 windows at 100.0 % of the first, at least 98.0 % expected',
      same: 'pass: Digest: the same in 4 of 4 windows',
    });
  });

  it('is missing where none was planned, and undecided where it was shorter than is asked for', () => {
    expect(Object.values(cellsOf([]))).toEqual(
      Array(3).fill('missing: the suite `constructed` has no soak: certify with --soak'),
    );
    expect(Object.values(cellsOf(windows(...good(4)), 24))).toEqual(
      Array(3).fill('inconclusive: the soak took 4 h 0 min, 24 h are asked for'),
    );
  });

  it.each([
    ['timeout', 'timeout (w3-gemm)'],
    ['error', 'error (w3-gemm)'],
    ['lost', 'lost (w3-gemm)'],
  ] as const)('fails with the first window of which a step ended as %s', (execution, what) => {
    const { endured, same } = cellsOf(windows({}, {}, { execution }, { execution }));
    expect(endured).toBe(`fail: in window 3 of 4: ${what}`);
    expect(same).toMatch(/^invalid: 2 of 4 planned repetitions/);
  });

  it('is not failed by whoever stopped it or left', () => {
    for (const execution of ['cancelled', 'lost-contact', 'none'] as const)
      expect(cellsOf(windows({}, {}, {}, { execution }))['endured']).toMatch(
        /^invalid: 3 of 4 planned repetitions/,
      );
  });

  it('fails with a wrong result', () => {
    expect(cellsOf(windows({}, { wrong: 2 }, {}, {}))['endured']).toBe(
      'fail: in window 2 of 4: step w2-gemm computed wrong results (Wrong: 2)',
    );
  });

  it('fails with a fault that its driver told of in any window, and with none that cannot be used', () => {
    expect(cellsOf(windows({}, {}, { faults: 1 }, {}))['endured']).toBe(
      'fail: in window 3 of 4: w3-gemm: n1: Xid 79',
    );
    const unusable = windows({}, {}, { faults: 1 }, {}).map((step) => ({
      ...step,
      samples: (step.samples ?? []).map((sample) =>
        sample.metric === 'matmul.faults' ? { ...sample, invalid: 'stand-in' } : sample,
      ),
    }));
    expect(cellsOf(unusable)['endured']).toMatch(/^pass/);
  });

  it('tells the window that computed something else, though nothing in it is wrong by itself', () => {
    const cells = cellsOf(windows({}, { digest: 8 }, {}, {}));
    expect(cells['same']).toBe('fail: Digest: window 2 of 4 differs from the others');
    expect(cells['endured']).toMatch(/^pass/);
  });

  it('fails when its last hours are slower than its first, by the limit', () => {
    const slower = (last: number) => cellsOf(windows({}, {}, {}, { speed: last }))['kept'];
    expect(slower(98)).toMatch(/^pass/);
    expect(slower(97.9)).toBe(
      'fail: Speed: the last of 4 windows at 97.9 % of the first, at least 98.0 % expected',
    );
  });

  it('says nothing of change in two windows', () => {
    const { kept, same } = cellsOf(windows({}, {}), 2);
    expect(kept).toBe('invalid: 2 windows say nothing of a change, 3 are needed');
    expect(same).toBe(kept);
  });

  describe('of which something is missing', () => {
    const withUnplanned = (steps: readonly ConstructedStep[], entry: string, of: string) =>
      tellCells([
        {
          id: 'n1',
          facts: {},
          steps,
          unplanned: [{ entry, workload: of, isOfSoak: true, reason: { say: 'quoted', text: 'no gcc' } }],
        },
      ]);

    it('is none where what loads the machine could not be planned, or nothing does', () => {
      const health = windows(...good(4)).map((step) => ({
        ...step,
        entry: 'health',
        workload: 'drive-health',
        samples: [],
      }));
      expect(withUnplanned(health, 'gemm', workload)).toMatchObject({
        endured: 'missing: gemm: no gcc',
        kept: 'missing: gemm: no gcc',
      });
      expect(withUnplanned([], 'gemm', workload)['endured']).toBe('missing: gemm: no gcc');
      expect(withUnplanned(windows(...good(4)), 'health', 'drive-health')['endured']).toBe(
        'missing: health: no gcc',
      );
      expect(cellsOf(health)['endured']).toBe('missing: nothing in its windows puts a load on the machine');
    });

    it('is one without what only tells of faults beside the load, whose rows say so themselves', () => {
      expect(withUnplanned(windows(...good(4)), 'record', 'witness')['endured']).toMatch(/^pass/);
    });

    it('is none where a step that loads something read nothing that can be used', () => {
      const steps = windows(...good(4));
      const silent = steps.map((step, index) => (index === 2 ? { ...step, samples: [] } : step));
      expect(cellsOf(silent)).toEqual({
        endured: 'invalid: gemm: no usable reading of n1 in window 3 of 4',
        kept: 'invalid: Speed: no usable reading of n1 in window 3 of 4',
        same: 'invalid: Digest: no usable reading of n1 in window 3 of 4',
      });
      expect(cellsOf(steps.map((step) => ({ ...step, samples: [] })))['endured']).toBe(
        'invalid: gemm: no usable reading of n1 in window 1, 2, 3, 4 of 4',
      );
    });

    const [a, b] = [h100(0), h100(1)];
    const onCards = (speed: (window: number, card: number) => Partial<Sample> | undefined) =>
      tellCells([
        {
          id: 'n1',
          facts: { accelerators: known([a, b]) },
          steps: windows(...good(6)).map((step, index) => ({
            ...step,
            samples: [a, b].flatMap(({ address }, card) => {
              const changes = speed(index + 1, card);
              return changes === undefined
                ? []
                : [{ metric: 'matmul.speed', value: 100, device: address, ...changes }];
            }),
          })),
        },
      ]);
    const idOfCard = (card: number) => `n1/${valueOf([a, b][card]!.uuid)}`;

    it('passes with all cards in all windows', () => {
      expect(onCards(() => ({}))).toMatchObject({
        endured: expect.stringMatching(/^pass/) as string,
        kept: expect.stringMatching(/^pass/) as string,
      });
    });

    it('is none where a card was not there, stopped or too hot in any window', () => {
      expect(onCards((window, card) => (card === 0 || window < 4 ? {} : undefined))).toMatchObject({
        endured: `invalid: gemm: no usable reading of ${idOfCard(1)} in window 4, 5, 6 of 6`,
        kept: `invalid: Speed: no usable reading of ${idOfCard(1)} in window 4, 5, 6 of 6`,
      });
      expect(onCards((_, card) => (card === 0 ? {} : undefined))).toMatchObject({
        endured: `invalid: gemm: no usable reading of ${idOfCard(1)} in window 1, 2, 3, 4, 5, 6 of 6`,
        kept: `invalid: Speed: no usable reading of ${idOfCard(1)} in window 1, 2, 3, 4, 5, 6 of 6`,
      });
      const hot = { invalid: 'stopped at 88 °C' };
      expect(onCards((window, card) => (card === 0 || window < 4 ? {} : hot))).toMatchObject({
        endured: `invalid: gemm: no usable reading of ${idOfCard(1)} in window 4, 5, 6 of 6 (stopped at 88 °C)`,
        kept: expect.stringMatching(/^invalid: .* in window 4, 5, 6 of 6 \(stopped at 88 °C\)$/) as string,
      });
    });

    it('is none where an entry was measured in another way from some window on', () => {
      const api = (window: number) => ({ dimensions: { api: window < 4 ? 'cuda' : 'opencl' } });
      const slower = (window: number) => ({ value: window < 4 ? 100 : 50, ...api(window) });
      expect(onCards(slower)['kept']).toMatch(
        /^invalid: Speed: on .* window 4, 5, 6 was measured in another way than the others$/,
      );
    });

    it('is none where its windows were not as long as they were to be', () => {
      const hasty = windows(...good(4)).map((step, index) =>
        index === 1 ? { ...step, durationMs: 1000 } : step,
      );
      expect(cellsOf(hasty)['endured']).toBe(
        'missing: expected window 2 to be under load for 1 h 0 min, found 1.0 s',
      );
    });
  });

  it('gives no speed for requirements on speeds', () => {
    const profile = constructProfile([
      constructRequirement({ id: 'speed', rule: { kind: 'metric', metric: 'matmul.speed' } }),
    ]);
    const nodes = [{ id: 'n1', facts: {}, steps: windows(...good(3)) }];
    const atLeast = constructLimit({ id: 'speed', metric: 'matmul.speed', value: 1, unit: 'FLOP/s' });
    const [cell] = judge(constructRun({ profile, nodes, limits: [...limits, atLeast], metrics })).cells;
    expect(cell?.verdict).toBe('missing');
  });
});

describe('what a soak shows of a block', () => {
  const node = (id: string, ...given: readonly Window[]): ConstructedNode => ({
    id,
    facts: {},
    steps: windows(...given),
  });
  const many = (count: number) =>
    Array.from({ length: count }, (_, index) => node(`n${index + 1}`, ...good(24)));

  it('counts every node until its first failure, and leaves none out', () => {
    const failing = node('bad', ...good(11), { execution: 'lost' }, ...good(12));
    const { soak } = verdictOn([...many(31), failing]);
    expect(soak).toMatchObject({
      windows: 24,
      nodes: 32,
      nodeSeconds: (31 * 24 + 12) * 3600,
      confidence: 0.9,
    });
    expect(soak?.failures.map(({ node: id, window }) => [id, window])).toEqual([['bad', 12]]);
    // 31.5 node-days with one failure.
    expect((soak?.meanSeconds ?? 0) / 86_400).toBeCloseTo(8.1, 1);
  });

  it('counts a node that went away while the others went on, and nobody when all stopped', () => {
    const away = node('away', ...good(2), { execution: 'none' }, { execution: 'none' });
    expect(verdictOn([node('n1', ...good(4)), away]).soak?.failures).toEqual([
      { node: 'away', window: 3, what: { say: 'lost-node', node: 'away' } },
    ]);
    const stopped = (id: string) => node(id, ...good(2), { execution: 'none' }, { execution: 'none' });
    expect(verdictOn([stopped('n1'), stopped('n2')]).soak).toMatchObject({
      failures: [],
      nodeSeconds: 4 * 3600,
    });
  });

  it('counts no window for longer than it was to be, whatever a node says of its time', () => {
    const boasting = windows(...good(4)).map((step) => ({ ...step, durationMs: 1e15 }));
    const { soak } = verdictOn([node('n1', ...good(4)), { id: 'n2', facts: {}, steps: boasting }]);
    expect(soak).toMatchObject({ nodeSeconds: 8 * 3600, failures: [] });
  });

  it('counts a node that its facility idled until then, and as no failure', () => {
    const idled = node('idled', ...good(2), { execution: 'none' }, { execution: 'none' });
    const requirements = rules(4).map((rule) => constructRequirement({ id: rule.asks, rule }));
    const run = constructRun({
      profile: constructProfile(requirements),
      nodes: [node('n1', ...good(4)), idled],
      limits,
      metrics,
    });
    expect(judge({ ...run, idled: new Map([['idled', { kind: 'leak' as const }]]) }).soak).toMatchObject({
      nodeSeconds: 6 * 3600,
      failures: [],
    });
  });

  it('says nothing without a soak', () => {
    expect(verdictOn([{ id: 'n1', facts: {} }]).soak).toBeUndefined();
  });
});
