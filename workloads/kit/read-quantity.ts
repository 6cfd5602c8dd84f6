import type { Result } from './result.ts';
import { err, ok } from './result.ts';
import type { Quantity, Unit } from './unit.ts';
import { quantity } from './unit.ts';

/** Plain decimal notation with an optional exponent. Grouping, decimal commas, `nan` and `inf` are no numbers. */
const decimal = /^[+-]?(?:\d+(?:\.\d*)?|\.\d+)(?:[eE][+-]?\d+)?$/;

/** Reads a number printed by a tool. Never throws: `nan`, `inf`, `1,5`, an empty text are errors that quote it. */
export function readQuantity<U extends Unit>(unit: U, text: string, scale = 1): Result<Quantity<U>> {
  const trimmed = text.trim();
  if (!decimal.test(trimmed))
    return err(`expected a decimal number of ${unit}, got \`${trimmed.slice(0, 40)}\``);
  const value = Number(trimmed) * scale;
  return Number.isFinite(value)
    ? ok(quantity(unit, value))
    : err(`expected a finite number, got \`${trimmed.slice(0, 40)}\``);
}
