import { valueOf } from '../../../../workloads/kit/facts/fact.ts';
import { nicChips } from '../../../../workloads/kit/facts/nic-models.ts';
import type { FoundDevice } from './manifest-devices.ts';
import { moduleBytes } from './module-size.ts';

/**
 * Which of the models in a manifest a device is, `undefined` when none of them or when its model is not known.
 * Suppliers leave the maker out or put it in front, so the last words may do; the model with most of them wins, for a
 * device is never counted as two.
 */
export function matchModel(
  { model, vendor = '', also = [] }: FoundDevice,
  listed: readonly string[],
): string | undefined {
  const name = valueOf(model);
  // What it is called more exactly is not known, and may be another row's.
  if (name === undefined && !listed.every(isCommon)) return undefined;
  const found = [...(name === undefined ? [] : [name]), ...also].map(
    (each) => ` ${plainModel(`${vendor} ${each}`)}`,
  );
  return listed
    .filter((each) => found.some((own) => own.endsWith(` ${plainModel(each)}`)))
    .toSorted((a, b) => plainModel(b).length - plainModel(a).length)[0];
}

/** Whether nobody can tell if a device is one of the models in a manifest. */
export const isBlind = (device: FoundDevice, listed: readonly string[]): boolean => {
  const { model, also = [] } = device;
  const isTold = 'value' in model || (also.length > 0 && listed.every(isCommon));
  return !isTold && matchModel(device, listed) === undefined;
};

const chips: ReadonlySet<string> = new Set(Object.values(nicChips).map((chip) => chip.toLowerCase()));

/** Names that many models share: a chip of network cards, a size of memory. */
const isCommon = (model: string): boolean =>
  chips.has(lastWords(plainModel(model))) || moduleBytes(model) !== undefined;

/** Without the maker, whom suppliers put in front. */
const lastWords = (model: string): string => model.replace(/^(nvidia|mellanox|intel|broadcom|amd) /, '');

/** Two spellings of one model are equal in this form: case, spaces, trade marks, and what lscpu adds to a processor. */
export const plainModel = (model: string): string =>
  model
    .toLowerCase()
    .replaceAll(/\((?:r|tm|c)\)|[®™©]/g, ' ')
    .replace(/ \d+-core processor\s*$| @ [\d.]+ghz\s*$/, '')
    .replaceAll(/\bcpu\b/g, ' ')
    .replaceAll(/\s+/g, ' ')
    .trim();
