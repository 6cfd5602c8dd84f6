import type { Unit } from '../../../workloads/kit/unit.ts';
import { decimalsOf, formatNumber, formatQuantity, measuredDigits } from './format-quantity.ts';
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
  const decimals = decimalsOf(max, unit, scale, measuredDigits);
  const isShared = scaleOf(max, unit) === scale && decimals !== undefined && !isFar;
  const low = isShared ? formatNumber(min, scale, decimals) : '';
  return !isShared || low === formatNumber(max, scale, decimals)
    ? `${formatQuantity(min, unit)} – ${high}`
    : `${low} – ${high}`;
}
