import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { readQuantity } from '../../../../workloads/kit/read-quantity.ts';
import type { Quantity } from '../../../../workloads/kit/unit.ts';
import { fromGBps, fromTflops, quantity } from '../../../../workloads/kit/unit.ts';

describe('Quantity', () => {
  it('is a finite number in a base unit', () => {
    expect(quantity('B/s', 12.5)).toBe(12.5);
    expect(fromGBps(1.5)).toBe(1_500_000_000);
    expect(fromTflops(2)).toBe(2_000_000_000_000);
    expect(() => quantity('W', Number.NaN)).toThrow('expected a finite number of W, got NaN');
    expect(() => quantity('W', Infinity)).toThrow(RangeError);
  });

  it('never passes for another unit, nor a bare number for a quantity', () => {
    const speed: Quantity<'B/s'> = quantity('B/s', 1);
    // @ts-expect-error bytes are not bits
    const bits: Quantity<'bit/s'> = speed;
    // @ts-expect-error a number has no unit
    const bare: Quantity<'B/s'> = 1;
    expect([bits, bare]).toEqual([1, 1]);
  });
});

describe('readQuantity', () => {
  it.each([
    ['138915231.68', 138_915_231.68],
    [' 1e3 ', 1000],
    ['-.5', -0.5],
    ['7.', 7],
  ])('reads %s', (text, value) => {
    expect(readQuantity('B/s', text)).toEqual({ ok: true, value });
  });

  it('scales', () => {
    expect(readQuantity('B', '3', 1024)).toEqual({ ok: true, value: 3072 });
  });

  it.each([
    'nan',
    'NaN',
    'inf',
    '-Infinity',
    '1,5',
    '1 000',
    '',
    '0x10',
    '1e',
    '1e999',
    '١٢',
    '1_000',
  ])('refuses %s', (text) => {
    expect(readQuantity('B/s', text).ok).toBe(false);
  });

  it('never throws', () => {
    fc.assert(
      fc.property(
        fc.string({ unit: 'binary' }),
        (text) => typeof readQuantity('count', text).ok === 'boolean',
      ),
    );
  });
});
