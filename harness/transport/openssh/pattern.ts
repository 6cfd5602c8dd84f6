/** ASCII only, as in the C locale. */
export const lowerCase = (text: string): string =>
  text.replaceAll(/[A-Z]/g, (letter) => letter.toLowerCase());

/** Whether a name matches a comma-separated list of patterns; one behind `!` that matches excludes it (match.c). */
export function matchesPatternList(name: string, list: string): boolean {
  if (list.length < longestPattern && !/[*?!]/.test(list) && !name.includes(','))
    return `,${list},`.includes(`,${name},`);
  let isMatching = false;
  for (const part of list.split(',')) {
    const isNegated = part.startsWith('!');
    const pattern = isNegated ? part.slice(1) : part;
    if (pattern.length >= longestPattern) return false;
    if (!matchesPattern(name, pattern)) continue;
    if (isNegated) return false;
    isMatching = true;
  }
  return isMatching;
}

/** The same with names of hosts, in which case does not count (match.c: match_hostname). */
export const matchesHostList = (name: string, list: string): boolean =>
  matchesPatternList(lowerCase(name), lowerCase(list));

/** match_pattern_list gives up at a pattern that its buffer does not hold. */
const longestPattern = 1023;

/** `*` and `?` are wildcards. Linear in the length of the name for every star: a pattern cannot make us slow. */
export function matchesPattern(name: string, pattern: string): boolean {
  let star = -1;
  let retry = 0;
  let at = 0;
  let position = 0;
  while (position < name.length) {
    if (pattern[at] === '*') {
      star = at;
      retry = position;
      at += 1;
    } else if (at < pattern.length && (pattern[at] === '?' || pattern[at] === name[position])) {
      at += 1;
      position += 1;
    } else if (star >= 0) {
      retry += 1;
      position = retry;
      at = star + 1;
    } else return false;
  }
  return /^\**$/.test(pattern.slice(at));
}
