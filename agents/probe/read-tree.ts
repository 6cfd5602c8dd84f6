import type { Dirent } from 'node:fs';
import { lstatSync, readlinkSync } from 'node:fs';
import { readdir } from 'node:fs/promises';
import { readSmallFile } from '../read-small-file.ts';
import { isAbsence, systemErrorCode } from './probe-failure.ts';

const entryBytes = 64 * 1024;
const entryCount = 50_000;

/** What one path of a tree holds: the text of a file, or why there is none. A link's text is its target. */
export type TreeEntry = string | { readonly error: string };

/**
 * Reads the files that match `patterns`: `*` matches within one segment, a link at the end of a pattern gives its
 * target, a directory an empty text. What does not exist is left out; what cannot be read keeps its error code.
 */
export async function readTree(patterns: readonly string[]): Promise<Record<string, TreeEntry>> {
  const listings = new Map<string, Promise<readonly Dirent[]>>();
  const list = (directory: string): Promise<readonly Dirent[]> => {
    const seen = listings.get(directory) ?? entriesOf(directory);
    listings.set(directory, seen);
    return seen;
  };
  const paths = new Set<string>();
  for (const pattern of patterns) for (const path of await expandPattern(pattern, list)) paths.add(path);
  if (paths.size > entryCount) throw new Error(`expected at most ${entryCount} entries, got ${paths.size}`);
  const entries: [string, TreeEntry][] = [];
  for (const path of [...paths].toSorted()) {
    const entry = await readEntry(path);
    if (entry !== undefined) entries.push([path, entry]);
  }
  return Object.fromEntries(entries);
}

/** The paths that a pattern stands for; of one without `*` nobody looks whether it is there. */
export async function expandPattern(
  pattern: string,
  list: (directory: string) => Promise<readonly Dirent[]> = entriesOf,
): Promise<string[]> {
  let paths = [''];
  const segments = pattern.split('/').slice(1);
  for (const [index, segment] of segments.entries()) {
    if (!segment.includes('*')) {
      paths = paths.map((path) => `${path}/${segment}`);
      continue;
    }
    const [before = '', after = ''] = segment.split('*');
    const mustLead = index < segments.length - 1;
    const grown: string[] = [];
    for (const path of paths) {
      for (const entry of await list(path)) {
        const { name } = entry;
        // Most of what lies in a folder of sysfs are files.
        if (mustLead && !entry.isDirectory() && !entry.isSymbolicLink()) continue;
        const isLongEnough = name.length >= before.length + after.length;
        if (isLongEnough && name.startsWith(before) && name.endsWith(after)) grown.push(`${path}/${name}`);
      }
    }
    paths = grown;
  }
  return paths;
}

async function entriesOf(directory: string): Promise<readonly Dirent[]> {
  try {
    const entries = await readdir(directory, { withFileTypes: true });
    return entries.toSorted((a, b) => (a.name < b.name ? -1 : 1));
  } catch (cause) {
    // A pattern over something that is not there, is no directory or is closed to us matches nothing.
    if (!isAbsence(cause)) throw cause;
    return [];
  }
}

async function readEntry(path: string): Promise<TreeEntry | undefined> {
  try {
    // The kernel answers this at once, also for a device that does not; a thousand times, so nobody waits for each.
    const status = lstatSync(path, { throwIfNoEntry: false });
    if (status === undefined) return undefined;
    if (status.isSymbolicLink()) return readlinkSync(path);
    if (status.isDirectory()) return '';
    return (await readSmallFile(path, entryBytes)).trim();
  } catch (cause) {
    const code = systemErrorCode(cause);
    if (code === 'ENOENT' || code === 'ENOTDIR') return undefined;
    return { error: code ?? (cause instanceof Error ? cause.message : String(cause)) };
  }
}
