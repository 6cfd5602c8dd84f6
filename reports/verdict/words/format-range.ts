import type { Unit } from '../../../workloads/kit/unit.ts';
import { formatNumber, formatQuantity } from './format-quantity.ts';
import { scaleOf } from './scale-quantity.ts';

/**
 * Lowest and highest value with one unit and one number of decimals: `136.9 – 140.2 MB/s`. Each end has its own
 * unit when one scale would swallow the lower end's digits.
 */
export function formatRange(min: number, max: number, unit: Unit): string {
  if (min === max) return formatQuantity(min, unit);
  const scale = scaleOf(Math.max(Math.abs(min), Math.abs(max)), unit);
  const isFar = Math.min(Math.abs(min), Math.abs(max)) < Math.max(Math.abs(min), Math.abs(max)) / 100;
  const high = formatQuantity(max, unit);
  const suffix = scale.symbol === '' ? '' : ` ${scale.symbol}`;
  const decimals = /\.(\d+)/.exec(high)?.[1]?.length ?? 0;
  const low = formatNumber(min, scale, decimals);
  if (isFar || high.includes('e') || !high.endsWith(suffix) || `${low}${suffix}` === high) {
    return `${formatQuantity(min, unit)} – ${high}`;
  }
  return `${low} – ${high}`;
}
