import type { Unit } from '../../../workloads/kit/unit.ts';

/** A multiple of a base unit as people write it: `MB/s` is 1e6 of `B/s`. */
export interface Scale {
  readonly factor: number;
  readonly symbol: string;
}

const prefixes = {
  p: 1e-12,
  n: 1e-9,
  µ: 1e-6,
  m: 1e-3,
  '': 1,
  k: 1e3,
  M: 1e6,
  G: 1e9,
  T: 1e12,
  P: 1e15,
  E: 1e18,
} as const;
type Prefix = keyof typeof prefixes;

const scales = (symbol: string, ...used: readonly Prefix[]): readonly Scale[] =>
  used.map((prefix) => ({ factor: prefixes[prefix], symbol: `${prefix}${symbol}` }));

/**
 * Smallest first. Prefixes are decimal throughout (1 GB/s = 10^9 B/s, as vendors and nccl-tests print it), and
 * bits are spelled `bit` so that nobody reads Gb for GB.
 */
const scalesOf: Readonly<Record<Unit, readonly Scale[]>> = {
  'B/s': scales('B/s', '', 'k', 'M', 'G', 'T', 'P'),
  'bit/s': scales('bit/s', '', 'k', 'M', 'G', 'T', 'P'),
  B: scales('B', '', 'k', 'M', 'G', 'T', 'P', 'E'),
  'FLOP/s': scales('FLOPS', '', 'k', 'M', 'G', 'T', 'P', 'E'),
  'H/s': scales('H/s', '', 'k', 'M', 'G', 'T', 'P', 'E'),
  'OP/s': scales('op/s', '', 'k', 'M', 'G', 'T', 'P'),
  IOPS: scales('IOPS', ''),
  s: scales('s', 'p', 'n', 'µ', 'm', ''),
  W: scales('W', 'm', '', 'k', 'M'),
  J: scales('J', 'm', '', 'k', 'M', 'G'),
  Cel: scales('°C', ''),
  Hz: scales('Hz', '', 'k', 'M', 'G', 'T'),
  count: scales('', ''),
  ratio: scales('', ''),
};

/** The scale in which `value` has one to three digits before the point, as far as there is one. */
export function scaleOf(value: number, unit: Unit): Scale {
  const known = scalesOf[unit];
  // 999.96 kB/s has four digits only as 1.000 MB/s: choose by the rounded magnitude.
  const size = value === 0 ? 1 : Number(Math.abs(value).toPrecision(4));
  return known.findLast((scale) => size >= scale.factor) ?? known[0] ?? { factor: 1, symbol: unit };
}
