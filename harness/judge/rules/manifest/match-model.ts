import { valueOf } from '../../../../workloads/kit/facts/fact.ts';
import type { FoundDevice } from './manifest-devices.ts';

/**
 * Which of the models in a manifest a device is, `undefined` when none of them or when its model is not known.
 * Suppliers leave the maker out or put it in front, so the last words may do; the model with most of them wins, for a
 * device is never counted as two.
 */
export function matchModel(
  { model, vendor = '' }: FoundDevice,
  listed: readonly string[],
): string | undefined {
  const name = valueOf(model);
  if (name === undefined) return undefined;
  const found = ` ${plainModel(`${vendor} ${name}`)}`;
  return listed
    .filter((each) => found.endsWith(` ${plainModel(each)}`))
    .toSorted((a, b) => plainModel(b).length - plainModel(a).length)[0];
}

/** Two spellings of one model are equal in this form: case, spaces, trade marks, and what lscpu adds to a processor. */
export const plainModel = (model: string): string =>
  model
    .toLowerCase()
    .replaceAll(/\((?:r|tm|c)\)|[®™©]/g, ' ')
    .replace(/ \d+-core processor\s*$| @ [\d.]+ghz\s*$/, '')
    .replaceAll(/\bcpu\b/g, ' ')
    .replaceAll(/\s+/g, ' ')
    .trim();
