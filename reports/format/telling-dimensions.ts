import type { Dimensions } from '../../workloads/kit/sample.ts';
import type { Measurement } from '../schema/verdict.ts';

/**
 * The dimensions that tell a measurement apart from the others of its metric on its subject, plus those that are
 * its name in the field (dtype, cores). What all of them share is in the full report.
 */
export function tellingDimensions(it: Measurement, all: readonly Measurement[]): Dimensions {
  const siblings = all.filter(({ metric, subject }) => metric === it.metric && subject === it.subject);
  const differs = (name: string): boolean =>
    siblings.some(({ dimensions }) => dimensions[name] !== it.dimensions[name]);
  const kept = Object.entries(it.dimensions).filter(
    ([name]) => names.has(name) || (differs(name) && !derived.has(name)),
  );
  return Object.fromEntries(kept);
}

const names = new Set(['dtype', 'cores', 'quantile']);
/** They follow from the ones above, or say how, not what. */
const derived = new Set([
  'threads',
  'implementation',
  'compressionsPerHash',
  'accumulate',
  'pattern',
  'fileBytes',
  'checked',
]);
