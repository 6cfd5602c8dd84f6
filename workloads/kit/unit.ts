import * as z from 'zod';

/**
 * The base units of every number that Assay stores (UCUM-like spelling; decimal prefixes never occur in a
 * document). `B/s` and `bit/s` are two units on purpose: a slip of eight between them is the field's
 * commonest wrong verdict.
 */
export const Unit = z.enum([
  'B/s',
  'bit/s',
  'B',
  'FLOP/s',
  'H/s',
  'IOPS',
  's',
  'W',
  'J',
  'Cel',
  'Hz',
  'OP/s',
  'count',
  'ratio',
]);
export type Unit = z.infer<typeof Unit>;

declare const unitBrand: unique symbol;

/** A finite number in base unit `U`. Only `quantity()` makes one. */
export type Quantity<U extends Unit = Unit> = number & { readonly [unitBrand]: U };

/** Brands `value` with its unit. Throws `RangeError` when it is not finite; parsers use `readQuantity`. */
export function quantity<U extends Unit>(unit: U, value: number): Quantity<U> {
  if (!Number.isFinite(value)) throw new RangeError(`expected a finite number of ${unit}, got ${value}`);
  return value as Quantity<U>; // the one place where the brand is given
}

/** 1 GB/s = 10^9 B/s (decimal, as nccl-tests and vendors print it). */
export const fromGBps = (value: number): Quantity<'B/s'> => quantity('B/s', value * 1e9);

/** 1 TFLOPS = 10^12 FLOP/s. */
export const fromTflops = (value: number): Quantity<'FLOP/s'> => quantity('FLOP/s', value * 1e12);
