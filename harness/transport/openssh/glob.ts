import { lstat, readdir } from 'node:fs/promises';

/**
 * Paths that match a pattern of glob(7), in the order of their bytes; a path without wildcards when it exists. Not
 * Node's own glob, which also knows `**` and braces, and lets `*` match hidden files.
 */
export async function expandGlob(pattern: string): Promise<readonly string[]> {
  let found: readonly string[] = [''];
  for (const part of pattern.split(/(?<=\/)/)) {
    const next = await Promise.all(found.map((path) => expandPart(path, part)));
    found = next.flat();
  }
  return found;
}

async function expandPart(folder: string, part: string): Promise<readonly string[]> {
  const [, name = '', slash = ''] = /^([^/]*)(\/?)$/.exec(part) ?? [];
  if (!/[*?[]/.test(name)) {
    const path = `${folder}${name.replaceAll(/\\(.)/g, '$1')}${slash}`;
    return (await exists(path)) ? [path] : [];
  }
  const names = await entries(folder === '' ? '.' : folder);
  const matching = names
    .filter((each) => toExpression(name).test(each))
    .map((each) => `${folder}${each}${slash}`);
  const existing = await Promise.all(matching.map(exists));
  return matching
    .filter((_, index) => existing[index])
    .toSorted((a, b) => Buffer.compare(Buffer.from(a), Buffer.from(b)));
}

const classes: Readonly<Record<string, string>> = {
  alpha: 'A-Za-z',
  digit: '0-9',
  alnum: 'A-Za-z0-9',
  upper: 'A-Z',
  lower: 'a-z',
};

/** A wildcard does not stand for a dot in front; `[!a-c]` is one character that is not among these. */
function toExpression(name: string): RegExp {
  const source = name.replaceAll(
    /\\(.)|\[(!?)(\]?(?:\[:\w+:\]|[^\]])*)\]|(\*+)|(\?)|([^])/g,
    (_, escaped?: string, not?: string, set?: string, star?: string, one?: string, other?: string) => {
      if (set !== undefined) return `[${not === '' ? '' : '^'}${toSet(set)}]`;
      if (star !== undefined) return '[^/]*';
      if (one !== undefined) return '[^/]';
      return (escaped ?? other ?? '').replaceAll(/[.*+?^${}()|[\]\\/]/g, '\\$&');
    },
  );
  return new RegExp(`^${name.startsWith('.') ? '' : '(?!\\.)'}${source}$`, 'u');
}

/** Characters between brackets; a range that runs backwards has none. */
const toSet = (set: string): string =>
  set.replaceAll(
    /\[:(\w+):\]|(.)-(.)|([^])/gsu,
    (_, name?: string, from?: string, to?: string, one?: string) => {
      if (name !== undefined) return classes[name] ?? '';
      if (from === undefined || to === undefined) return escape(one ?? '');
      return from <= to ? `${escape(from)}-${escape(to)}` : '';
    },
  );

const escape = (text: string): string => text.replaceAll(/[\\\][^-]/g, '\\$&');

const isNothing = (cause: unknown): boolean =>
  cause instanceof Error &&
  'code' in cause &&
  ['ENOENT', 'ENOTDIR', 'EACCES', 'ELOOP'].includes(String(cause.code));

async function exists(path: string): Promise<boolean> {
  try {
    await lstat(path);
    return true;
  } catch (cause) {
    if (isNothing(cause)) return false;
    throw cause;
  }
}

async function entries(folder: string): Promise<readonly string[]> {
  try {
    return await readdir(folder);
  } catch (cause) {
    if (isNothing(cause)) return [];
    throw cause;
  }
}
