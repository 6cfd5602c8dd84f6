import { readQuantity } from '../read-quantity.ts';
import type { Fact } from './fact.ts';
import { known, unknown } from './fact.ts';

/** A non-negative number that a probe printed as text; anything else (`N/A`, `-1`, `nan`) is unknown and quoted. */
export function readAmount(what: string, text: string | undefined, scale = 1): Fact<number> {
  if (text === undefined || text.trim() === '') return unknown(`${what}: not reported`);
  const read = readQuantity('count', text, scale);
  return read.ok && read.value >= 0
    ? known(read.value)
    : unknown(`${what}: \`${text.trim().slice(0, 40)}\` is no amount`);
}

/** Applies `change` to a known value. */
export const mapFact = <T, U>(it: Fact<T>, change: (value: T) => Fact<U>): Fact<U> =>
  'value' in it ? change(it.value) : it;

/** The first known one; otherwise what the first says. */
export const firstKnown = <T>(first: Fact<T>, ...others: readonly Fact<T>[]): Fact<T> =>
  [first, ...others].find((it) => 'value' in it) ?? first;
