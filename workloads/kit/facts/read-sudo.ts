/**
 * What a listing of `sudo -n -l` allows without a password as root: `(root) NOPASSWD: /usr/sbin/smartctl -a, /usr/bin/true`.
 * `undefined`: it lists no rules. That sudo lists a command when it is asked about that one alone says nothing of a password.
 */
export function readSudoListing(text: string): readonly string[] | undefined {
  const lines = text.split('\n').map((line) => line.trim());
  const head = lines.findIndex(
    (line) => line.startsWith('User ') && line.includes(' may run the following commands on '),
  );
  if (head < 0) return undefined;
  // Long ones are folded, and each begins with whom it makes of somebody.
  const rules = lines
    .slice(head + 1)
    .join('\n')
    .split(/\n(?=\()/);
  return rules.flatMap((rule) => {
    const [, users = '', listed = ''] = /^\s*\(([^)]*)\)\s*([^]*)$/.exec(rule) ?? [];
    return /^(ALL|root)\b/.test(users.trim()) ? withoutPassword(listed.replace(/\s+/g, ' ').trim()) : [];
  });
}

/** The commands of one rule behind NOPASSWD; a tag holds until its opposite comes. */
function withoutPassword(listed: string): readonly string[] {
  let isFree = false;
  return listed.split(/(?<!\\), /).flatMap((entry) => {
    const [tags = ''] = /^([A-Z_]+: ?)*/.exec(entry) ?? [];
    if (/\bPASSWD:/.test(tags)) isFree = false;
    if (/\bNOPASSWD:/.test(tags)) isFree = true;
    return isFree ? [entry.slice(tags.length).replaceAll(/\\([,:=\\])/g, '$1')] : [];
  });
}

/** Whether nothing is kept from root that is allowed without a password. */
export const isAllAllowed = (entries: readonly string[]): boolean =>
  entries.includes('ALL') && !entries.some((entry) => entry.startsWith('!'));

/** Whether words for sudo are allowed without a password: all, or these, or their program with whatever words. */
export function isAllowed(entries: readonly string[], words: readonly string[]): boolean {
  const program = words[0] ?? '';
  if (entries.some((entry) => entry.startsWith(`!${program}`))) return false;
  return isAllAllowed(entries) || entries.includes(words.join(' ')) || entries.includes(program);
}
