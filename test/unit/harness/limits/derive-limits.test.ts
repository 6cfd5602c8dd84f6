import { describe, expect, it } from 'vitest';
import { deriveLimits } from '../../../../harness/limits/derive-limits.ts';
import type { Row } from '../../../../harness/limits/published.ts';
import type { Limit } from '../../../../workloads/kit/limit.ts';
import { metrics, publish } from '../../../support/constructed/published-rows.ts';
import { refusal } from '../../../support/constructed/refusal.ts';

type Said = Pick<Row, 'quantity' | 'unit'> & Partial<Row>;
const reduce = { quantity: 'all-reduce', unit: 'GB/s', for: ['node'], by: 'nccl' };
const memory = { quantity: 'device-memory', unit: 'GB/s' };

const limitsOf = (...rows: readonly Said[]): readonly Limit[] =>
  deriveLimits(publish(...rows), metrics).limits.map(({ limit }) => limit);
/** The value in GB/s, and whether it decides. */
const valuesOf = (...rows: readonly Said[]): readonly (readonly [number, boolean])[] =>
  limitsOf(...rows).map(({ value, decides }) => [value / 1e9, decides !== false]);

describe('the value of a limit', () => {
  it('is the highest floor below what healthy hardware did, with everybody who says something', () => {
    const [limit, ...others] = limitsOf(
      { ...reduce, min: 420, at: 'a' },
      { ...reduce, min: 460, at: 'b' },
      { ...reduce, min: 500, at: 'c' },
      { ...reduce, expected: 478.87, at: 'd', from: 'cloud' },
      { quantity: 'peer-copy', unit: 'GB/s', peak: 450, at: 'e' },
    );
    expect(others.map(({ metric }) => metric)).toEqual(['memory.peerCopy']);
    expect(limit).toMatchObject({
      id: 'collective.node-all-reduce',
      metric: 'collective.busbw',
      comparator: 'atLeast',
      value: 460e9,
      unit: 'B/s',
      ceiling: 787.5e9,
      hardware: { class: 'node' },
    });
    expect(limit?.decides).toBeUndefined();
    expect(limit?.evidence.map(({ locator, says }) => [locator, says])).toEqual([
      ['maker@1 b', 'All-reduce in a node: floor 460 GB/s.'],
      ['maker@1 a', 'All-reduce in a node: floor 420 GB/s.'],
      ['cloud@1 d', 'All-reduce in a node: measured 478.87 GB/s.'],
      ['maker@1 e', 'Copy between accelerators: at most 450 GB/s.'],
    ]);
    expect(limit?.rule).toBe(
      'The highest published floor that lies below everything healthy hardware did by the same procedure, 460 GB/s: 0.96 of the lowest measurement.',
    );
  });

  it.each<[string, readonly Said[], readonly [number, boolean]]>([
    [
      'below 0.80 of the lowest measurement',
      [
        { ...reduce, min: 440 },
        { ...reduce, expected: 838 },
      ],
      [440, false],
    ],
    [
      'at 0.80 of it',
      [
        { ...reduce, min: 80 },
        { ...reduce, expected: 100 },
      ],
      [80, true],
    ],
    [
      'just below',
      [
        { ...reduce, min: 79.9 },
        { ...reduce, expected: 100 },
      ],
      [79.9, false],
    ],
    ['that nobody measured against', [{ ...reduce, min: 314 }], [314, true]],
    [
      'measured by another procedure only, which says nothing of it',
      [
        { ...memory, min: 440, by: 'stream' },
        { ...memory, expected: 838, by: 'copy' },
      ],
      [440, true],
    ],
    [
      'that only warns',
      [
        { ...reduce, min: 95, advisory: true },
        { ...reduce, expected: 100 },
      ],
      [95, false],
    ],
    [
      'lower, where the higher one only warns',
      [
        { ...reduce, min: 95, advisory: true },
        { ...reduce, min: 90 },
        { ...reduce, expected: 100 },
      ],
      [90, true],
    ],
    [
      'of two nodes by whatever algorithm: trees exceed the wire',
      [{ ...reduce, quantity: 'all-reduce-nodes', min: 440, where: { collective: 'allReduce', nodes: 2 } }],
      [440, false],
    ],
    [
      'across nodes of whatever network',
      [{ ...reduce, quantity: 'all-gather-nodes', min: 250, where: { collective: 'allGather', nodes: 2 } }],
      [250, false],
    ],
    ['for which there is only a measurement', [{ ...memory, expected: 2970, by: 'stream' }], [2821, true]],
    [
      'by one procedure, and measurements by another one alone',
      [
        { ...memory, min: 1905, expected: 2540, share: 0.75, by: 'dcgm' },
        { ...memory, expected: 2970, by: 'stream' },
      ],
      [2821, true],
    ],
  ])('says whether it decides, of a floor %s', (_, rows, expected) => {
    const [found, ...others] = valuesOf(...rows);
    expect(others).toEqual([]);
    expect(found).toEqual(expected);
  });

  it('is none where a network was measured and nobody says a floor', () => {
    const where = { collective: 'allReduce', nodes: 4 };
    const published = publish({ ...reduce, quantity: 'all-reduce-nodes', expected: 882, where });
    const { limits, unused } = deriveLimits(published, metrics);
    expect([limits, unused.map(({ reason }) => reason)]).toEqual([[], ['of-one-fabric']]);
  });

  it('is the most that a part can do where there is nothing else, and does not decide', () => {
    expect(
      limitsOf(
        { quantity: 'bf16', unit: 'TFLOPS', peak: 989 },
        { quantity: 'bf16', unit: 'TFLOPS', peak: 990 },
      ),
    ).toMatchObject([
      {
        id: 'matmul.card-bf16',
        where: { 'device.kind': 'gpu', dtype: 'bf16' },
        comparator: 'atMost',
        value: 990e12,
        ceiling: 990e12,
        decides: false,
        hardware: { class: 'card', models: ['CARD'] },
      },
    ]);
  });

  it('is held by the link of the host in both directions', () => {
    const found = limitsOf({ quantity: 'host-link', unit: 'GB/s', peak: 63 });
    expect(found.map(({ metric, value }) => [metric, value])).toEqual([
      ['memory.deviceToHost', 63e9],
      ['memory.hostToDevice', 63e9],
    ]);
  });

  it('is another one for each size', () => {
    const fp8 = { quantity: 'fp8', unit: 'TFLOPS', by: 'cublaslt' };
    expect(
      limitsOf(
        { ...fp8, expected: 1290.1, where: { size: 8192 } },
        { ...fp8, expected: 1377.3, where: { size: 16384 } },
        { ...fp8, peak: 1979 },
      ).map(({ id, value, ceiling }) => [id, value, ceiling]),
    ).toEqual([
      ['matmul.card-fp8-16384', 1308e12, 1979e12],
      ['matmul.card-fp8-8192', 1225e12, 1979e12],
    ]);
  });
});

describe('rows that give no limit', () => {
  it('keep what they say until a workload measures it', () => {
    const published = publish({ ...reduce, min: 460 });
    const { limits, waiting, unused } = deriveLimits(published, new Map());
    expect(limits).toEqual([]);
    expect(waiting.map(({ limit }) => limit.value)).toEqual([460e9]);
    expect(unused.map(({ reason }) => reason)).toEqual(['metric-not-declared']);
  });

  it('are not used where a person wrote the limit from them', () => {
    const published = publish({ ...memory, expected: 100, by: 'stream', held: 'memory.by-hand' });
    const { limits, used } = deriveLimits(published, metrics);
    expect([limits, used.length]).toEqual([[], 1]);
  });

  it('are counted with the reason of whoever read the source', () => {
    const published = publish(
      { quantity: 'bf16', unit: 'TFLOPS', expected: 794.5, aside: 'best-of-search' },
      { quantity: 'power-limit', unit: 'W', peak: 700 },
      { quantity: 'fp16', unit: 'TFLOPS', expected: 87, aside: 'source-unidentified' },
    );
    expect(deriveLimits(published, metrics).unused.map(({ reason }) => reason)).toEqual([
      'best-of-search',
      'read-from-the-machine',
      'source-unidentified',
    ]);
  });

  it.each([
    [
      'a quantity',
      { ...memory, quantity: 'device-memry' },
      'expected a quantity, got `device-memry`',
      'Did you mean `device-memory`?',
    ],
    ['a source', { ...memory, from: 'makr' }, 'expected a source, got `makr`', 'Did you mean `maker`?'],
    ['a class', { ...memory, for: ['crad'] }, 'expected a class, got `crad`', 'Did you mean `card`?'],
  ])('are refused for %s that nothing declares', (_, row, message, hint) => {
    const found = refusal(() => deriveLimits(publish(row), metrics));
    expect([found.code, found.message, found.hint]).toEqual([
      'LIMIT_REFUSED',
      `published rows: ${message}`,
      hint,
    ]);
  });

  it('are read in the unit that the metric is declared in', () => {
    const other = new Map([
      ...metrics,
      ['rdma.bandwidth', { ...metrics.get('rdma.bandwidth'), unit: 'B/s' }],
    ]);
    const rail = publish({ quantity: 'rail', unit: 'Gb/s', for: ['rail'], min: 384 });
    expect(deriveLimits(rail, other as typeof metrics).limits[0]?.limit).toMatchObject({
      value: 48e9,
      unit: 'B/s',
    });
  });

  it('are refused when the metric is declared in another unit than they are read in', () => {
    const other = new Map([...metrics, ['memory.triad', { ...metrics.get('memory.triad'), unit: 'IOPS' }]]);
    const found = refusal(() => deriveLimits(publish({ ...memory, peak: 2 }), other as typeof metrics));
    expect(found.message).toBe(
      'memory.card-device-memory: expected `B/s`, the unit that tables of memory.triad are read in, got `IOPS`',
    );
  });
});
