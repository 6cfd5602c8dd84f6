/**
 * Whether `name` matches a list of OpenSSH patterns (ssh_config(5), PATTERNS): `*` and `?` are wildcards, and a
 * pattern behind `!` that matches excludes the name, whatever else matches.
 */
export function matchesPatterns(name: string, patterns: readonly string[]): boolean {
  const excluded = patterns.some((pattern) => pattern.startsWith('!') && matches(name, pattern.slice(1)));
  return !excluded && patterns.some((pattern) => !pattern.startsWith('!') && matches(name, pattern));
}

/** Linear in the length of the name for every star: a pattern from a file cannot make us slow. */
function matches(name: string, pattern: string): boolean {
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
