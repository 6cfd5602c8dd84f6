import { glob, readFile } from 'node:fs/promises';
import { dirname, isAbsolute, join } from 'node:path';
import type { Line } from 'ssh-config';
import { parse } from 'ssh-config';
import { AssayError } from '../../workloads/kit/assay-error.ts';

/** A piece of an ssh_config file, with what Include names in its place. */
export type SshStatement =
  | { readonly kind: 'option'; readonly keyword: string; readonly values: readonly string[] }
  | { readonly kind: 'host'; readonly patterns: readonly string[]; readonly body: readonly SshStatement[] }
  | { readonly kind: 'match'; readonly criteria: readonly string[]; readonly body: readonly SshStatement[] }
  | { readonly kind: 'include'; readonly body: readonly SshStatement[] };

/** Reads an ssh_config file and everything it includes; no file is no statements. `home` is what `~` stands for. */
export async function loadSshConfig(path: string, home: string): Promise<readonly SshStatement[]> {
  return load(path, { home, base: dirname(path), depth: 0 });
}

interface Place {
  readonly home: string;
  /** Where relative Include paths start: the folder of the outermost file (ssh_config(5)). */
  readonly base: string;
  readonly depth: number;
}

async function load(path: string, place: Place): Promise<readonly SshStatement[]> {
  if (place.depth > 16) throw invalid(path, 'expected at most 16 levels of Include, found more');
  let text: string;
  try {
    text = await readFile(path, 'utf8');
  } catch (cause) {
    if (cause instanceof Error && 'code' in cause && cause.code === 'ENOENT') return [];
    throw invalid(path, `expected a file that can be read: ${String(cause)}`, cause);
  }
  let lines: readonly Line[];
  try {
    lines = parse(text);
  } catch (cause) {
    throw invalid(path, `expected an ssh_config file: ${String(cause)}`, cause);
  }
  return toStatements(lines, place);
}

async function toStatements(lines: readonly Line[], place: Place): Promise<readonly SshStatement[]> {
  const statements: SshStatement[] = [];
  for (const line of lines) {
    if (!('param' in line)) continue;
    const keyword = line.param.toLowerCase();
    const values = typeof line.value === 'string' ? [line.value] : line.value.map(({ val }) => val);
    const body = 'config' in line ? await toStatements(line.config, place) : [];
    if (keyword === 'host') statements.push({ kind: 'host', patterns: values, body });
    else if (keyword === 'match') statements.push({ kind: 'match', criteria: values, body });
    else if (keyword === 'include')
      for (const pattern of values) statements.push({ kind: 'include', body: await include(pattern, place) });
    else statements.push({ kind: 'option', keyword, values });
  }
  return statements;
}

async function include(pattern: string, place: Place): Promise<readonly SshStatement[]> {
  const expanded = pattern.replace(/^~(?=\/)/, place.home);
  const paths: string[] = [];
  for await (const path of glob(isAbsolute(expanded) ? expanded : join(place.base, expanded)))
    paths.push(path);
  const included = paths.toSorted().map((path) => load(path, { ...place, depth: place.depth + 1 }));
  return (await Promise.all(included)).flatMap((body) => ({ kind: 'include', body }) as const);
}

const invalid = (path: string, message: string, cause?: unknown): AssayError =>
  new AssayError('CONFIG_INVALID', `${path}: ${message}`, { cause, hint: 'Correct the file.' });
