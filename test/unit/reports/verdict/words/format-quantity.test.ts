import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  formatBeside,
  formatExact,
  formatQuantity,
} from '../../../../../reports/verdict/words/format-quantity.ts';
import { formatRange } from '../../../../../reports/verdict/words/format-range.ts';
import { Unit } from '../../../../../workloads/kit/unit.ts';

describe('formatQuantity', () => {
  it.each([
    [1.389e8, 'B/s', '138.9 MB/s'],
    [1.38e8, 'B/s', '138.0 MB/s'],
    [4.6e11, 'B/s', '460.0 GB/s'],
    [4e11, 'bit/s', '400.0 Gbit/s'],
    [7.4812e14, 'FLOP/s', '748.1 TFLOPS'],
    [4.4e10, 'FLOP/s', '44.00 GFLOPS'],
    [1.1e14, 'H/s', '110.0 TH/s'],
    [25_400_000, 'H/s', '25.40 MH/s'],
    [447_829, 'IOPS', '447,829 IOPS'],
    [1538.4, 'IOPS', '1,538 IOPS'],
    [0.0411, 's', '41.10 ms'],
    [0.0000812, 's', '81.20 µs'],
    [2.5e-9, 's', '2.500 ns'],
    [86_400, 's', '86,400 s'],
    [8, 'count', '8'],
    [0, 'count', '0'],
    [12_345, 'count', '12,345'],
    [0.5, 'count', '0.5000'],
    [-1, 'Cel', '−1.000 °C'],
    [-0.0000812, 's', '−81.20 µs'],
    [-0, 'B/s', '0 B/s'],
    [999_960, 'B/s', '1.000 MB/s'],
    [512, 'B', '512 B'],
    [16_787_243_008, 'B', '16.79 GB'],
    [0.98, 'ratio', '0.9800'],
    [700, 'W', '700.0 W'],
    [10_200, 'W', '10.20 kW'],
  ] as const)('writes %d %s as %s', (value, unit, text) => {
    expect(formatQuantity(value, unit)).toBe(text);
  });

  it('never loses the sign, the value or the digits', () => {
    fc.assert(
      fc.property(
        fc.double({ noNaN: true, noDefaultInfinity: true, min: -1e21, max: 1e21 }),
        fc.constantFrom(...Unit.options),
        (value, unit) => {
          const text = formatQuantity(value, unit);
          expect(text.startsWith('−')).toBe(value < 0);
          expect(text.startsWith('0 ') || text === '0').toBe(value === 0);
          expect(text).not.toMatch(/NaN|undefined|Infinity/);
        },
      ),
    );
  });
});

describe('formatExact', () => {
  it.each([
    [4.6e11, 'B/s', '460 GB/s'],
    [2.821e12, 'B/s', '2.821 TB/s'],
    [0.05, 's', '50 ms'],
    [0, 'count', '0'],
    [8_589_934_592, 'B', '8.589934592 GB'],
    [0.95, 'ratio', '0.95'],
  ] as const)('writes the limit %d %s as %s', (value, unit, text) => {
    expect(formatExact(value, unit)).toBe(text);
  });
});

describe('formatBeside', () => {
  it.each([
    [4.5996e11, 4.6e11, '459.96 GB/s'],
    [4.711e11, 4.6e11, '471.1 GB/s'],
    [4.6e11, 4.6e11, '460.0 GB/s'],
    [459_999_999_999, 4.6e11, '459.999999999 GB/s'],
  ])('writes %d beside the limit %d as %s', (value, limit, text) => {
    expect(formatBeside(value, limit, 'B/s')).toBe(text);
  });
});

describe('formatRange', () => {
  it.each([
    [1.369e8, 1.402e8, 'B/s', '136.9 – 140.2 MB/s'],
    [9.83e9, 1.101e10, 'B/s', '9.83 – 11.01 GB/s'],
    [1e3, 1e9, 'B/s', '1.000 kB/s – 1.000 GB/s'],
    [431_007, 452_616, 'IOPS', '431,007 – 452,616 IOPS'],
    [-1, 17, 'Cel', '−1.00 – 17.00 °C'],
    [0, 5, 'count', '0 – 5'],
    [7, 7, 'count', '7'],
  ] as const)('writes %d to %d %s as %s', (min, max, unit, text) => {
    expect(formatRange(min, max, unit)).toBe(text);
  });
});
