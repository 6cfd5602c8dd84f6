import type { Unit } from '../../../workloads/kit/unit.ts';

/** Units that take a decimal prefix; the others are printed as they are. */
const prefixed: ReadonlySet<Unit> = new Set(['B/s', 'bit/s', 'B', 'FLOP/s', 'H/s', 'Hz', 'OP/s']);
const prefixes = [
  [1e15, 'P'],
  [1e12, 'T'],
  [1e9, 'G'],
  [1e6, 'M'],
  [1e3, 'k'],
] as const;

/** A quantity in a sentence: `460 GB/s`, `1538000 IOPS`. Six digits, so that 459.99 never reads as 460. */
export function describeQuantity(value: number, unit: Unit): string {
  const [factor, prefix] = (prefixed.has(unit)
    ? prefixes.find(([size]) => Math.abs(value) >= size)
    : undefined) ?? [1, ''];
  const digits = Number((value / factor).toPrecision(6));
  return unit === 'count' ? String(value) : `${digits} ${prefix}${unit}`;
}
