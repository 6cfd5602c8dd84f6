import type { Dimensions } from '../../../workloads/kit/sample.ts';
import type { Measurement } from '../verdict.ts';

/**
 * The dimensions that tell a measurement apart from the others of its metric on its subject, plus those that are
 * its name in the field (dtype, cores). What all of them share is in the full report.
 */
export function createTelling(all: readonly Measurement[]): (it: Measurement) => Dimensions {
  const siblings = Map.groupBy(all, keyOf);
  const differing = new Map([...siblings].map(([key, those]) => [key, differingNames(those)]));
  return (it) =>
    Object.fromEntries(
      Object.entries(it.dimensions).filter(
        ([name]) => names.has(name) || (differing.get(keyOf(it))?.has(name) === true && !derived.has(name)),
      ),
    );
}

const keyOf = ({ metric, subject }: Measurement): string => JSON.stringify([metric, subject]);

function differingNames(those: readonly Measurement[]): ReadonlySet<string> {
  const all = new Set(those.flatMap(({ dimensions }) => Object.keys(dimensions)));
  return new Set(
    [...all].filter((name) =>
      those.some(({ dimensions }) => dimensions[name] !== those[0]?.dimensions[name]),
    ),
  );
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
