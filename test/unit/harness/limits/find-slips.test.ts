import { describe, expect, it } from 'vitest';
import { deriveLimits } from '../../../../harness/limits/derive-limits.ts';
import type { Row } from '../../../../harness/limits/published.ts';
import type { Reason } from '../../../../harness/limits/reasons.ts';
import { metrics, publish } from '../../../support/constructed/published-rows.ts';

type Said = Pick<Row, 'quantity' | 'unit'> & Partial<Row>;
const memory = { quantity: 'device-memory', unit: 'GB/s' };
const reduce = { quantity: 'all-reduce', unit: 'GB/s', for: ['node'], by: 'nccl' };
const rail = { quantity: 'rail', unit: 'Gb/s', for: ['rail'] };

/** What became of the last of these rows. */
function reasonOf(...rows: readonly Said[]): Reason | undefined {
  const published = publish(...rows);
  return deriveLimits(published, metrics).unused.find(({ row }) => row === published.rows.at(-1))?.reason;
}

describe('known errors of published tables', () => {
  it.each<[string, Reason, readonly Said[]]>([
    [
      'a slip of ten: 0.75 of 1,830 GB/s are 1,372.5 and no 137.5',
      'not-its-own-share',
      [{ ...memory, unit: 'MB/s', expected: 1830000, min: 137500, share: 0.75 }],
    ],
    [
      'a value that is not 0.75 of the figure in the comment beside it',
      'not-its-own-share',
      [{ ...memory, unit: 'MB/s', expected: 1566667, min: 971000, share: 0.75 }],
    ],
    [
      'a slip of ten that its own comment repeats',
      'slip-of-ten',
      [
        { ...memory, peak: 864 },
        { ...memory, unit: 'MB/s', expected: 65400, min: 49050, share: 0.75 },
      ],
    ],
    [
      'GB/s written where the unit is MB/s',
      'slip-of-a-thousand',
      [
        { ...memory, expected: 4150, by: 'babelstream' },
        { ...memory, unit: 'MB/s', min: 2333, by: 'dcgm' },
      ],
    ],
    [
      'GB/s printed for Gb/s',
      'bits-for-bytes',
      [
        { ...rail, peak: 400 },
        { ...rail, unit: 'GB/s', min: 380 },
      ],
    ],
    [
      'a floor above what the part can do',
      'above-ceiling',
      [
        { ...memory, peak: 2000 },
        { ...memory, min: 2100 },
      ],
    ],
    [
      'a measurement above what the part can do',
      'above-ceiling',
      [
        { ...memory, peak: 3350 },
        { ...memory, expected: 4800, by: 'page' },
      ],
    ],
    [
      'an all-reduce faster than its links, with switches that add up',
      'above-ceiling',
      [
        { quantity: 'peer-copy', unit: 'GB/s', peak: 450 },
        { ...reduce, min: 788 },
      ],
    ],
    [
      'an all-reduce faster than its links, by a ring',
      'above-ceiling',
      [
        { quantity: 'peer-copy', unit: 'GB/s', peak: 450 },
        { ...reduce, expected: 482, where: { algorithm: 'ring' } },
      ],
    ],
    [
      'a hundred times what any card does',
      'above-ceiling',
      [
        { quantity: 'fp32-vector', unit: 'TFLOPS', peak: 80 },
        { quantity: 'fp32-vector', unit: 'GFLOPS', expected: 3416250, min: 3245437.5, share: 0.95 },
      ],
    ],
    [
      'the sum of both directions, told as one',
      'above-ceiling',
      [
        { ...rail, peak: 400 },
        { ...rail, min: 720 },
      ],
    ],
    [
      'a quarter of the other way over the same link',
      'lopsided',
      [
        { quantity: 'host-to-device', unit: 'GB/s', expected: 26.28, by: 'copy' },
        { quantity: 'device-to-host', unit: 'GB/s', expected: 6.27, by: 'copy' },
      ],
    ],
    ['a floor above what is expected', 'floor-above-expected', [{ ...memory, expected: 100, min: 101 }]],
    [
      'a floor that healthy nodes miss',
      'not-below-healthy',
      [
        { ...reduce, expected: 478.87 },
        { ...reduce, expected: 482 },
        { ...reduce, min: 500, advisory: true },
      ],
    ],
    [
      'a floor above a result of its own source',
      'not-below-healthy',
      [
        { ...reduce, expected: 882.51 },
        { ...reduce, min: 900 },
      ],
    ],
    [
      'a floor of 45 in a module default, beside 478 of healthy nodes',
      'slip-of-ten',
      [
        { ...reduce, expected: 478.87 },
        { ...reduce, min: 45 },
      ],
    ],
    [
      'a run whose setting had no effect',
      'same-as-other-setting',
      [
        { ...reduce, expected: 838.07, where: { mnnvl: true } },
        { ...reduce, expected: 837.76, where: { mnnvl: false } },
      ],
    ],
    [
      'the figure with sparsity, told as dense',
      'sparse-as-dense',
      [
        { quantity: 'bf16', unit: 'TFLOPS', peak: 209.5 },
        { quantity: 'bf16', unit: 'TFLOPS', peak: 419 },
      ],
    ],
    [
      'another value than the name of the check says',
      'named-otherwise',
      [{ quantity: 'bf16', unit: 'GFLOPS', min: 41000, named: 120000 }],
    ],
    ['a unit of something else', 'other-unit', [{ ...memory, unit: 'TFLOPS', min: 5 }]],
  ])('refuses %s', (_, reason, rows) => {
    expect(reasonOf(...rows)).toBe(reason);
  });

  it.each<[string, readonly Said[]]>([
    [
      '0.75 of what was measured, rounded',
      [{ ...memory, unit: 'MB/s', expected: 2725000, min: 2043000, share: 0.75 }],
    ],
    [
      'what a ring does not reach and switches that add up do',
      [
        { quantity: 'peer-copy', unit: 'GB/s', peak: 450 },
        { ...reduce, expected: 482 },
      ],
    ],
    [
      'peaks that are rounded otherwise',
      [
        { quantity: 'bf16', unit: 'TFLOPS', peak: 1300 },
        { quantity: 'bf16', unit: 'TFLOPS', peak: 1307.4 },
      ],
    ],
    [
      'a fifth of what healthy nodes do: low, and no slip',
      [
        { ...reduce, expected: 478.87 },
        { ...reduce, min: 100 },
      ],
    ],
  ])('takes %s', (_, rows) => {
    expect(reasonOf(...rows)).toBeUndefined();
  });

  it('leaves nothing of a source whose only value is refused', () => {
    const derived = deriveLimits(publish({ ...memory, expected: 100, min: 101 }), metrics);
    expect([derived.limits, derived.used]).toEqual([[], []]);
  });

  it('never takes a card that writes to itself for a cable', () => {
    const { limits } = deriveLimits(
      publish({ ...rail, min: 380, where: { path: 'loop' } }, { ...rail, min: 384, where: { path: 'link' } }),
      metrics,
    );
    expect(limits.map(({ limit }) => [limit.where, limit.value])).toEqual([
      [{ path: 'link' }, 384e9],
      [{ path: 'loop' }, 380e9],
    ]);
  });

  it('never takes the fastest of many shapes for what a card is expected to do', () => {
    const best = { quantity: 'bf16', unit: 'TFLOPS', expected: 794.5, aside: 'best-of-search' } as const;
    const { limits } = deriveLimits(publish({ ...best, peak: 989 }), metrics);
    expect(limits.map(({ limit }) => [limit.comparator, limit.value, limit.decides])).toEqual([
      ['atMost', 989e12, false],
    ]);
  });

  it('drops the side of a two-sided check on which a faster drive fails', () => {
    const { limits } = deriveLimits(
      publish({
        quantity: 'random-read',
        unit: 'IOPS',
        expected: 1000,
        min: 980,
        share: 0.98,
        tolerance: 'both',
      }),
      metrics,
    );
    expect(limits.map(({ limit }) => [limit.comparator, limit.value])).toEqual([['atLeast', 980]]);
    expect(limits[0]?.limit.rule).toContain('only the floor is kept');
  });
});
