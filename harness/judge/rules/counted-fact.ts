import { readFactPath } from '../../../workloads/kit/facts/fact-path.ts';

/** What a number is a number of, where its name does not say it; amounts have their unit. */
const nouns: Readonly<Record<string, string>> = {
  'accelerators.length': 'accelerators',
  'drives.length': 'drives',
  'nics.length': 'network interfaces',
  'occupancy.reasons.length': 'uses',
  'occupancy.length': 'uses',
  'cpu.logicalCpus': 'processors',
  'link.width': 'lanes',
  'link.slotWidth': 'lanes',
  'link.maxGigatransfers': 'GT/s per lane',
  'link.slotGigatransfers': 'GT/s per lane',
};

const mostListed = 3;

/** What a fact counts, and the first texts of the list that it is the length of. */
export function describeCount(
  root: unknown,
  path: string,
): { readonly noun?: string; readonly listed?: string[] } {
  const noun = Object.hasOwn(nouns, path) ? nouns[path] : undefined;
  const listed = textsAt(root, readFactPath(path));
  return {
    ...(noun === undefined ? {} : { noun }),
    ...(listed.length === 0 ? {} : { listed }),
  };
}

function textsAt(root: unknown, keys: readonly string[]): string[] {
  if (keys.at(-1) !== 'length') return [];
  let part = root;
  for (const key of keys.slice(0, -1)) part = fieldOf(fieldOf(part, 'value') ?? part, key);
  const list = fieldOf(part, 'value') ?? part;
  const texts = Array.isArray(list) ? list.filter((each) => typeof each === 'string') : [];
  const more = texts.length - mostListed;
  return more > 0 ? [...texts.slice(0, mostListed), `and ${more} more`] : texts;
}

const fieldOf = (part: unknown, key: string): unknown =>
  typeof part === 'object' && part !== null && Object.hasOwn(part, key)
    ? (part as Readonly<Record<string, unknown>>)[key]
    : undefined;
