import { cleanText } from '../../text/clean-text.ts';

/** A name in pieces: text, number, text, number, …, text; a number that stands for several is in brackets. */
type Pieces = readonly string[];

/** Names as people write sets of them: `gpu[001-004,007], login`. */
export const foldNames = (names: readonly string[]): string => foldNameRows(names.map(cleanText)).join(', ');

/** A way to fold names for somebody who names the same sets again and again, each of thousands. */
export function createNameFold(fold: (names: readonly string[]) => string): typeof fold {
  const folded = new Map<string, string>();
  return (names) => {
    const key = names.join('\n');
    const known = folded.get(key);
    if (known !== undefined) return known;
    const text = fold(names);
    folded.set(key, text);
    return text;
  };
}

/** The same as one word: `gpu[001-004,007],login`; `expandNodeSet` of the harness gives the same names back. */
export const foldNodeSet = (names: readonly string[]): string => foldNameRows(names).join(',');

/** The shortest list of sets of these names. Natural order (`gpu9` before `gpu10`), padding kept, each name once. */
export function foldNameRows(names: readonly string[]): readonly string[] {
  let items: readonly Pieces[] = [...new Set(names)].map(split).toSorted(compare);
  const longest = items.reduce((most, { length }) => Math.max(most, length), 0);
  // The last number first: brackets that came out equal let the numbers before them merge too.
  for (let at = longest - 2; at > 0; at -= 2) items = mergeAt(items, at);
  return items.map((pieces) => pieces.join(''));
}

/** More than 15 digits are not exact as a number and stay text; so does an IPv6 address in its brackets. */
const split = (name: string): Pieces =>
  /[[\],]/.test(name) ? [name] : name.split(/(?<!\d)(\d{1,15})(?!\d)/);

function compare(a: Pieces, b: Pieces): number {
  for (const [at, left] of a.entries()) {
    const right = b[at];
    if (right === undefined) return 1;
    if (left === right) continue;
    const difference = at % 2 === 1 ? Number(left) - Number(right) || left.length - right.length : 0;
    return difference !== 0 ? difference : left < right ? -1 : 1;
  }
  return a.length - b.length;
}

/**
 * Merges items that differ in this number only. The items are sorted, and so are the numbers of each: what is alike up to the
 * number stands together.
 */
function mergeAt(items: readonly Pieces[], at: number): readonly Pieces[] {
  const merged: Pieces[] = [];
  for (let start = 0; start < items.length; ) {
    const first = items[start] ?? [];
    let end = start + 1;
    while (end < items.length && isAlikeTo(at, first, items[end] ?? [])) end += 1;
    const run = items.slice(start, end);
    merged.push(...(run.length === 1 ? run : mergeRun(run, at)));
    start = end;
  }
  return merged;
}

/** Whether all pieces before this place are the same. */
function isAlikeTo(at: number, a: Pieces, b: Pieces): boolean {
  // The last of them tell most names apart.
  for (let place = at - 1; place >= 0; place -= 1) if (a[place] !== b[place]) return false;
  return true;
}

/** Merges items that are alike up to this number. */
const mergeRun = (run: readonly Pieces[], at: number): readonly Pieces[] =>
  [...Map.groupBy(run, (pieces) => restOf(pieces, at)).values()].flatMap((group) => {
    const [first] = group;
    if (first?.[at] === undefined || group.length === 1) return group;
    return [first.with(at, `[${foldNumbers(group.map((pieces) => pieces[at] ?? ''))}]`)];
  });

/** What follows a number, which most often is one text; what is in pieces has no bracket and so is no JSON. */
const restOf = (pieces: Pieces, at: number): string | undefined =>
  pieces.length === at + 2 ? pieces[at + 1] : JSON.stringify(pieces.slice(at + 1));

function foldNumbers(numbers: readonly string[]): string {
  const ranges: (readonly [first: string, last: string])[] = [];
  for (const number of numbers) {
    const [first, last] = ranges.at(-1) ?? [];
    if (first !== undefined && number === following(first, Number(last))) {
      ranges[ranges.length - 1] = [first, number];
    } else ranges.push([number, number]);
  }
  return ranges.map(([first, last]) => (first === last ? first : `${first}-${last}`)).join(',');
}

/** The number after `last` as a range that starts with `first` writes it. */
const following = (first: string, last: number): string =>
  String(last + 1).padStart(first.startsWith('0') ? first.length : 0, '0');
