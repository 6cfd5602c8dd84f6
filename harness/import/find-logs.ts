import type { Dirent, Stats } from 'node:fs';
import { lstat, readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { AssayError } from '../../workloads/kit/assay-error.ts';
import { compareText } from '../../workloads/kit/compare-text.ts';

/** A directory of a year of nights has fewer. */
export const mostEntries = 20_000;
const mostLevels = 32;

/** A file to read, by its path from where it was looked for; or what is no file, with what it is. */
export type FoundLog =
  | { readonly path: string; readonly place: string }
  | { readonly path: string; readonly why: string };

/**
 * All that lies in a directory and below it, in the order of names; one file is itself. Links are not followed, so that nothing is found
 * twice and nothing elsewhere. Throws USAGE where nothing is there, or more than anybody keeps.
 */
export async function findLogs(place: string): Promise<readonly FoundLog[]> {
  let stats: Stats;
  try {
    stats = await lstat(place);
  } catch (cause) {
    throw new AssayError('USAGE', `expected a directory of logs or a log, got ${place}`, {
      cause,
      hint: 'Check the path.',
    });
  }
  const found: FoundLog[] = [];
  if (stats.isDirectory()) await walk(place, '', 1, found);
  else found.push(describe(stats, place.slice(place.lastIndexOf('/') + 1), place));
  return found;
}

async function walk(place: string, path: string, level: number, found: FoundLog[]): Promise<void> {
  let entries: Dirent[];
  try {
    entries = await readdir(place, { withFileTypes: true });
  } catch (cause) {
    if (!(cause instanceof Error && 'code' in cause)) throw cause;
    found.push({ path, why: `it cannot be read: ${String(cause.code)}` });
    return;
  }
  for (const entry of entries.toSorted((a, b) => compareText(a.name, b.name))) {
    const own = path === '' ? entry.name : `${path}/${entry.name}`;
    if (found.length >= mostEntries)
      throw new AssayError('USAGE', `expected at most ${mostEntries} files, found more below ${place}`, {
        hint: 'Name a directory that has logs alone.',
      });
    if (!entry.isDirectory()) found.push(describe(entry, own, join(place, entry.name)));
    else if (level >= mostLevels)
      found.push({ path: own, why: `it lies more than ${mostLevels} levels deep` });
    else await walk(join(place, entry.name), own, level + 1, found);
  }
}

function describe(entry: Dirent | Stats, path: string, place: string): FoundLog {
  if (entry.isFile()) return { path, place };
  const what = entry.isSymbolicLink()
    ? 'a symbolic link, which is not followed'
    : entry.isFIFO()
      ? 'a pipe, which is not waited for'
      : entry.isSocket()
        ? 'a socket'
        : 'a device';
  return { path, why: `it is ${what}` };
}
