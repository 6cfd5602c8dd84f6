import type { SaidSetting } from '../said-of-deliveries.ts';
import { formatCount } from './format-count.ts';
import { formatFact } from './format-fact.ts';
import type { Sentences } from './sentences.ts';

/** What a manifest lists beside what is there, and how a node is set up beside another. */
export const partSentences = {
  'no-manifest': () => 'the inventory names no manifest',
  'nothing-listed': ({ node, parts = [] }) =>
    parts.length === 0
      ? `the manifest names no part of ${node}`
      : `the manifest names none of ${node}: ${parts.join(', ')}`,
  'parts-there': ({ count }) => `all ${count} parts of the manifest are there`,
  'part-unknown': ({ part, serial, unknown }) =>
    `expected ${part} with serial ${serial}, not known: ${unknown}`,
  'part-there': ({ part, serial }) => `${part} with serial ${serial} is there`,
  'part-absent': ({ part, serial, instead }) =>
    `expected ${part} with serial ${serial}, found ${instead.length === 0 ? 'none in its place' : `serial ${few(instead)}`}`,
  'part-of-model': ({ part, serial, model, found, unknown }) =>
    `expected ${part} with serial ${serial} to be ${model}, ${found === undefined ? `not known: ${unknown ?? ''}` : `found ${found}`}`,
  'parts-counted': ({ part, expected, found }) =>
    `expected ${expected} × ${part}, found ${found}${
      found === expected
        ? ''
        : found < expected
          ? `: ${expected - found} lacking`
          : `: ${found - expected} too many`
    }`,
  'models-unknown': ({ model, expected, unknown }) =>
    `expected ${amount(expected)} × ${model}, not known: ${unknown}`,
  'parts-unknown': ({ part, expected, unknown }) => `expected ${expected} × ${part}, not known: ${unknown}`,
  'models-counted': ({ model, expected, found, instead, off }) => {
    const others = instead.map((other) => `${other.count} × ${other.model}`).join(', ');
    const there =
      found.most === 0 ? `none${others === '' ? '' : ` but ${others}`}` : `${amount(found)} × ${model}`;
    const said = `expected ${amount(expected)} × ${model}, found ${there}`;
    switch (off?.by) {
      case undefined:
        return said;
      case 'lacking':
        return `${said}: ${off.count} lacking`;
      case 'surplus':
        return `${said}: ${off.count} too many`;
      case 'listed':
        return `${said}: not known of which model ${off.count} are that serials list`;
      case 'blind':
        return `${said}: not known of which model ${off.count} are: ${off.why ?? ''}`;
    }
  },
  stranger: ({ part, serial, model = 'of unknown model', owner }) =>
    `found ${part} with serial ${serial} (${model}), which is ${owner === undefined ? 'not in the manifest' : `in the manifest for ${owner}`}`,
  'module-unknown': ({ serial }) =>
    `expected the memory module with serial ${serial}, not known: the facts hold no serials of modules`,
  'module-size': ({ model }) =>
    `expected the size of a module such as \`64 GiB\` in \`model\`, got ${model === undefined ? 'nothing' : `\`${model}\``}: the memory cannot be compared`,
  'memory-unknown': ({ unknown }) => `the size of the memory is not known: ${unknown}`,
  'memory-sum': ({ expected, found, off }) => {
    const said = `expected ${gibibytes(expected)} of memory, found ${gibibytes(found)}`;
    switch (off) {
      case 'surplus':
        return `${said}: more than is listed`;
      case 'kernel':
        return `${said}, of which a kernel takes a part`;
      case 'lacking':
        return `${said}: ${gibibytes(expected - found)} lacking`;
      case 'within-module':
        return `${said}: less than a module is lacking, but more than a kernel takes`;
      case 'within-kernel':
        return `${said}: more than a module is lacking, but no more than a kernel may take`;
    }
  },
  'no-golden': ({ known }) =>
    `the inventory names no golden node, and ${formatCount(known, 'node')} ${known === 1 ? 'is' : 'are'} too few to tell what is usual`,
  'golden-unknown': ({ golden }) => `there are no facts about the golden node ${golden}`,
  'not-comparable': ({ node, golden = mostNodes }) => `nothing of ${node} can be compared with ${golden}`,
  'settings-alike': ({ count, golden = mostNodes }) => `all ${count} settings are like those of ${golden}`,
  settings: ({ golden = mostNodes, of }) =>
    of
      .map(({ path, expected, found, isDrift = false }) => {
        const [ours, theirs] = isDrift
          ? [showSetting(expected, found), showSetting(found, expected)]
          : [showSetting(expected), showSetting(found)];
        return `${path}: ${ours} on ${golden}, ${theirs} here`;
      })
      .join('; '),
} satisfies Partial<Sentences>;

const mostNodes = 'most nodes';

/** So many serials are told; of the others only that there are more. */
const longestList = 3;
const few = (names: readonly string[]): string =>
  `${names.slice(0, longestList).join(', ')}${names.length > longestList ? ` and ${names.length - longestList} more` : ''}`;

const amount = ({ least, most }: { readonly least: number; readonly most: number }): string =>
  least === most ? String(least) : `${least} to ${most}`;

/** Memory is sold in binary multiples. */
const gibibytes = (bytes: number): string => `${Number((bytes / 2 ** 30).toFixed(1))} GiB`;

/**
 * A setting as people read it: equal devices once, with their number; what is not known as such, with the reason. A
 * number has the digits that tell it from the one beside it.
 */
function showSetting(setting: SaidSetting, beside?: SaidSetting): string {
  if ('unknown' in setting) return `not known: ${setting.unknown}`;
  const [[only, second] = []] = setting.value;
  if (only !== undefined && second === undefined) {
    return 'value' in only
      ? formatFact(only.value, only.unit, beside === undefined ? undefined : numberOf(beside))
      : `not known: ${only.unknown}`;
  }
  const counts = new Map<string, number>();
  for (const device of setting.value) {
    const words = device.map((it) => ('value' in it ? formatFact(it.value, it.unit) : '?')).join(', ');
    counts.set(words, (counts.get(words) ?? 0) + 1);
  }
  const shown = [...counts].map(([words, count]) => `${count} × ${words}`).toSorted();
  const why = setting.value.flat().find((it) => 'unknown' in it);
  return `${shown.length === 0 ? 'none' : shown.join('; ')}${why === undefined || !('unknown' in why) ? '' : ` (?: ${why.unknown})`}`;
}

function numberOf(setting: SaidSetting): number | undefined {
  const it = 'value' in setting ? setting.value[0]?.[0] : undefined;
  return it !== undefined && 'value' in it && typeof it.value === 'number' ? it.value : undefined;
}
