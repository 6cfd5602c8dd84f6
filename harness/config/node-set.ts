import type { Result } from '../../workloads/kit/result.ts';
import { err, ok } from '../../workloads/kit/result.ts';
import { suggestName } from './nearest-name.ts';
import type { NodePattern } from './node-pattern.ts';
import { readNodePattern } from './node-pattern.ts';

/** Names that one set may stand for: more than a hall has, far too few to fill the memory by a typo. */
export const maxNodes = 10_000;

/** Groups within groups: a person can still follow these. */
const deepestGroup = 20;

/** What one expansion knows: the groups as they are written, and those that it has expanded already. */
interface Scope {
  readonly groups: ReadonlyMap<string, string>;
  readonly expanded: Map<string, Result<readonly string[]>>;
}

/**
 * The names that a node set stands for, in its order, each once: `gpu[001-064]`, `r[1-2]n[1-3].hall`,
 * `a,b[1-4,7,10-20/2]`, `@rack7`; everything after a `!` is taken away: `@rack7!gpu[3-4],gpu9`. `groups` are
 * the texts of the groups, themselves sets. A target of ssh that is no set (`me@gpu1:22`, `[::1]:22`) comes back
 * as it is. The error says which piece, what was expected and what was found.
 */
export function expandNodeSet(text: string, groups: ReadonlyMap<string, string>): Result<readonly string[]> {
  return isSet(text) ? expandText(text, { groups, expanded: new Map() }, []) : ok([text]);
}

/** Set syntax, or nothing at all. Brackets around a colon are those of an IPv6 address. */
const isSet = (text: string): boolean =>
  text.trim() === '' || !/^(?!\s*@)[^,!&^[\]]*(?:\[[^,!&^[\]:]*:[^,!&^[\]]*\][^,!&^[\]]*)*$/.test(text);

const unsupported: Readonly<Record<string, string>> = { '&': 'intersection', '^': 'symmetric difference' };

function expandText(text: string, scope: Scope, path: readonly string[]): Result<readonly string[]> {
  const operator = /[&^]/.exec(text);
  if (operator !== null) {
    return err(
      `${quote(text)}: expected sets joined by \`,\` or taken away by \`!\`, got \`${operator[0]}\` at character ${operator.index + 1}: ${unsupported[operator[0]] ?? ''} is not supported`,
    );
  }
  const [kept = '', ...removed] = text.split('!');
  const names = unite(kept, scope, path);
  if (!names.ok) return names;
  for (const list of removed) {
    const away = unite(list, scope, path);
    if (!away.ok) return away;
    for (const name of away.value) {
      if (names.value.delete(name)) continue;
      return err(
        `${quote(list)}: expected after \`!\` only nodes of the set before it, got \`${name}\`, which is not in it`,
      );
    }
  }
  return names.value.size > 0
    ? ok([...names.value])
    : err(`${quote(text)}: expected at least one node, got none: \`!\` takes all away`);
}

/** The names of a list without `!`. */
function unite(list: string, scope: Scope, path: readonly string[]): Result<Set<string>> {
  const names = new Set<string>();
  for (const [index, text] of splitList(list).entries()) {
    const item = text.trim();
    if (item === '') {
      return err(`${quote(list)}: expected a node, a set or a @group as item ${index + 1}, got nothing`);
    }
    const pattern = item.startsWith('@') ? expandGroup(item, scope, path) : readNodePattern(item);
    if (!pattern.ok) return err(`${quote(item)}: ${pattern.error}`);
    // Counted before a single name is made.
    if (names.size + pattern.value.count > maxNodes) {
      return err(
        `${quote(item)}: expected at most ${maxNodes} nodes, got ${names.size + pattern.value.count}`,
      );
    }
    for (const name of pattern.value.names()) {
      if (!isTarget(name)) return err(`${quote(item)}: expected ${nameRule}, got ${quote(name)}`);
      if (names.has(name)) return err(`${quote(item)}: expected every node once, got \`${name}\` again`);
      names.add(name);
    }
  }
  return ok(names);
}

/** Splits at the commas that are not in brackets. */
function splitList(list: string): readonly string[] {
  const items: string[] = [];
  let start = 0;
  let isInside = false;
  for (const { 0: sign, index } of list.matchAll(/[[\],]/g)) {
    if (sign !== ',') isInside = sign === '[';
    else if (!isInside) {
      items.push(list.slice(start, index));
      start = index + 1;
    }
  }
  return [...items, list.slice(start)];
}

/** A group as a pattern. It is expanded once, however often it is named: groups of groups multiply. */
function expandGroup(item: string, scope: Scope, path: readonly string[]): Result<NodePattern> {
  const text = scope.groups.get(item.slice(1));
  if (text === undefined) {
    const hint = suggestName(
      item,
      [...scope.groups.keys()].map((name) => `@${name}`),
    );
    return err(`expected a group that is defined, got \`${item}\`${hint === undefined ? '' : `. ${hint}`}`);
  }
  if (path.includes(item)) {
    const circle = [...path.slice(path.indexOf(item)), item].join(' → ');
    return err(`expected groups without a circle, got ${circle}`);
  }
  if (path.length >= deepestGroup) return err(`expected groups at most ${deepestGroup} deep, got more`);
  const names = scope.expanded.get(item) ?? expandText(text, scope, [...path, item]);
  scope.expanded.set(item, names);
  return names.ok ? ok({ count: names.value.length, names: () => names.value }) : names;
}

const nameRule =
  '[user@]host[:port] with a host of at most 63 letters, digits, dots, underscores and hyphens that starts with a letter or digit';

const isTarget = (name: string): boolean =>
  /^(?:ssh:\/\/)?(?:[^@\s]+@)?(?:[A-Za-z0-9][A-Za-z0-9._-]{0,62}|\[[0-9A-Fa-f:.%\w]+\])(?::\d{1,5})?\/?$/.test(
    name,
  );

const quote = (text: string): string => `\`${text.length > 60 ? `${text.slice(0, 57)}…` : text}\``;
