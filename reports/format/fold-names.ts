import { cleanText } from './clean-text.ts';
import { groupBy } from './group-by.ts';
import { compareNatural } from './natural-order.ts';

/** A name as its last number and what stands around it; absent for a name that has none or that would read as a set. */
interface Numbered {
  readonly before: string;
  readonly digits: string;
  readonly after: string;
}

/** A number of more digits than this is an identity, not a place in a row. */
const mostDigits = 9;

/** Names as people write sets of them: `gpu[001-004,007], login`, in natural order, each once. */
export const foldNames = (names: readonly string[]): string => foldNameRows(names).join(', ');

/**
 * The same, as a list of sets. Numbers are only folded with others of their width when they are padded, so that a set
 * means these names and no others.
 */
export function foldNameRows(names: readonly string[]): readonly string[] {
  const unique = [...new Set(names.map(cleanText))].sort(compareNatural);
  const padded = new Set(
    unique.flatMap((name) => {
      const it = numberIn(name);
      return it === undefined || !isPadded(it.digits) ? [] : [keyOf(it, it.digits.length)];
    }),
  );
  const rows = groupBy(unique, (name) => {
    const it = numberIn(name);
    if (it === undefined) return `name ${name}`;
    const key = keyOf(it, it.digits.length);
    return padded.has(key) ? key : keyOf(it, 0);
  });
  return [...rows.values()].map(foldRow);
}

function numberIn(name: string): Numbered | undefined {
  if (/[[\],]/.test(name)) return undefined;
  const [, before = '', digits, after = ''] = /^(.*?)(\d+)(\D*)$/.exec(name) ?? [];
  return digits === undefined || digits.length > mostDigits ? undefined : { before, digits, after };
}

const isPadded = (digits: string): boolean => digits.startsWith('0') && digits.length > 1;
const keyOf = ({ before, after }: Numbered, width: number): string =>
  `set ${JSON.stringify([before, after, width])}`;

function foldRow(names: readonly string[]): string {
  const [first = '', ...more] = names;
  const it = numberIn(first);
  if (it === undefined || more.length === 0) return first;
  const digits = names.map((name) => numberIn(name)?.digits ?? '').sort(compareNatural);
  return `${it.before}[${ranges(digits).join(',')}]${it.after}`;
}

function ranges(digits: readonly string[]): readonly string[] {
  const runs: { from: string; to: string }[] = [];
  for (const each of digits) {
    const last = runs.at(-1);
    if (last !== undefined && Number(each) === Number(last.to) + 1) last.to = each;
    else runs.push({ from: each, to: each });
  }
  return runs.map(({ from, to }) => (from === to ? from : `${from}-${to}`));
}
