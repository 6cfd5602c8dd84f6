import type { Dimensions } from '../../../workloads/kit/sample.ts';
import { cleanText } from '../../text/clean-text.ts';
import { formatQuantity } from './format-quantity.ts';
import { formatWords } from './format-words.ts';

/**
 * What tells samples of one metric apart, in a short text that is the same for the same dimensions in any order:
 * `block 4 KiB · cores 8 · p99`.
 */
export function formatDimensions(dimensions: Dimensions): string {
  return Object.entries(dimensions)
    .sort(([left], [right]) => (left < right ? -1 : 1))
    .map(([name, value]) => formatDimension(name, value))
    .join(' · ');
}

function formatDimension(name: string, value: string | number | boolean): string {
  if (typeof value === 'boolean') return `${formatWords(name)} ${value ? 'yes' : 'no'}`;
  if (typeof value === 'string') return `${formatWords(name)} ${cleanText(value)}`;
  if (name === 'quantile' && value > 0 && value < 1) return `p${Number((value * 100).toPrecision(6))}`;
  if (name === 'bytes') return formatBytes(value);
  if (name.endsWith('Bytes')) return `${formatWords(name.slice(0, -'Bytes'.length))} ${formatBytes(value)}`;
  return `${formatWords(name)} ${value}`;
}

/** Block and message sizes are powers of two: 4096 is `4 KiB`; any other size is told in full or decimal. */
function formatBytes(value: number): string {
  for (const [factor, symbol] of [
    [2 ** 40, 'TiB'],
    [2 ** 30, 'GiB'],
    [2 ** 20, 'MiB'],
    [2 ** 10, 'KiB'],
  ] as const) {
    if (value >= factor && Number.isInteger(value / factor)) return `${value / factor} ${symbol}`;
  }
  return formatQuantity(value, 'B');
}
