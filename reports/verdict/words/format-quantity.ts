import type { Unit } from '../../../workloads/kit/unit.ts';
import type { Scale } from './scale-quantity.ts';
import { scaleOf } from './scale-quantity.ts';

/** A measured value in a base unit as people read it, with four significant digits: 1.389e8 B/s is `138.9 MB/s`. */
export function formatQuantity(value: number, unit: Unit): string {
  return formatDigits(value, unit, measuredDigits);
}

/** A limit: all its digits and no others, because it is given and not measured. 4.6e11 B/s is `460 GB/s`. */
export function formatExact(value: number, unit: Unit): string {
  const scale = scaleOf(value, unit);
  const digits = Number((value / scale.factor).toPrecision(15));
  const decimals = /^-?\d+\.(\d+)$/.exec(String(digits))?.[1]?.length ?? 0;
  return /e/.test(String(digits))
    ? formatDigits(value, unit, 15)
    : withUnit(formatNumber(value, scale, decimals), scale);
}

/** A value beside its limit: with as many digits as it takes that a miss of 459.96 does not read as 460.0. */
export function formatBeside(value: number, limit: number, unit: Unit): string {
  for (let digits = measuredDigits; digits < 17; digits += 1) {
    if (Math.sign(Number(value.toPrecision(digits)) - limit) === Math.sign(value - limit))
      return formatDigits(value, unit, digits);
  }
  return formatDigits(value, unit, 17);
}

/** The digits of `value` in a given scale, without the unit; a true minus sign, as wide as a plus. */
export function formatNumber(value: number, scale: Scale, decimals: number): string {
  const text = (value / scale.factor).toFixed(Math.min(decimals, 20));
  const digits = group(text.replace('-', ''));
  return text.startsWith('-') && /[1-9]/.test(digits) ? `\u2212${digits}` : digits;
}

/** The significant digits of a measured value. */
export const measuredDigits = 4;

/** With how many decimals a value has so many significant digits; `undefined` when it is written as a power of ten. */
export function decimalsOf(value: number, unit: Unit, scale: Scale, digits: number): number | undefined {
  const isCounted = unit === 'count' || unit === 'B' || unit === 'IOPS';
  if (value === 0 || (isCounted && scale.factor === 1 && Number.isSafeInteger(value))) return 0;
  const scaled = Math.abs(value / scale.factor);
  if (scaled < 1e-3 || scaled >= 1e15) return undefined;
  const before = Math.floor(Math.log10(Number(scaled.toPrecision(digits)))) + 1;
  return Math.max(0, digits - before);
}

function formatDigits(value: number, unit: Unit, digits: number): string {
  const scale = scaleOf(value, unit);
  return withUnit(readable(value, unit, scale, digits), scale);
}

function readable(value: number, unit: Unit, scale: Scale, digits: number): string {
  const decimals = decimalsOf(value, unit, scale, digits);
  return decimals === undefined
    ? (value / scale.factor).toExponential(digits - 1).replaceAll('-', '\u2212')
    : formatNumber(value, scale, decimals);
}

const withUnit = (number: string, scale: Scale): string =>
  scale.symbol === '' ? number : `${number} ${scale.symbol}`;

/** 447829 is `447,829`: only the digits before the point are grouped. */
function group(text: string): string {
  const point = text.indexOf('.');
  const end = point === -1 ? text.length : point;
  if (end <= 3) return text;
  return text.slice(0, end).replace(/\B(?=(\d{3})+$)/g, ',') + text.slice(end);
}
