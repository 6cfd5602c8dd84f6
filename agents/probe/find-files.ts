import { constants } from 'node:fs';
import { readdir, realpath } from 'node:fs/promises';
import { join } from 'node:path';
import { firstMatch } from './find-programs.ts';
import { isAbsence } from './probe-failure.ts';

/** Where C headers are installed, by the system or by the GPU vendors' packages. */
export const headerRoots = [
  '/usr/local/include',
  '/usr/include',
  '/usr/local/cuda/include',
  '/opt/rocm/include',
];

/** Where shared libraries are installed, likewise. */
export const libraryRoots = [
  '/usr/local/lib',
  '/usr/lib',
  '/usr/lib64',
  '/usr/local/cuda/lib64',
  '/opt/rocm/lib',
];

/** Where each file stands: in one of `roots`, in a multiarch directory of them, or one level below those. */
export async function findFiles(
  names: readonly string[],
  roots: readonly string[],
): Promise<Record<string, string>> {
  const multiarch = (await Promise.all(roots.map(directoriesIn)))
    .flat()
    .filter((directory) => directory.includes('-linux-'));
  const direct = [...roots, ...multiarch];
  const below = (await Promise.all(direct.map(directoriesIn))).flat();
  const found: [string, string][] = [];
  for (const name of new Set(names)) {
    const place = await firstMatch([...direct, ...below], name, constants.R_OK);
    if (place !== undefined) found.push([name, place]);
  }
  return Object.fromEntries(found);
}

/** The same, each with the file that it leads to through links. */
export async function findWithFiles(
  names: readonly string[],
  roots: readonly string[],
): Promise<Record<string, { readonly path: string; readonly file: string }>> {
  const found = Object.entries(await findFiles(names, roots));
  const pairs = found.map(async ([name, path]) => [name, { path, file: await realpath(path) }] as const);
  return Object.fromEntries(await Promise.all(pairs));
}

async function directoriesIn(directory: string): Promise<readonly string[]> {
  try {
    const entries = await readdir(directory, { withFileTypes: true });
    const names = entries
      .filter((entry) => entry.isDirectory() || entry.isSymbolicLink())
      .map((entry) => entry.name);
    return names.toSorted().map((name) => join(directory, name));
  } catch (cause) {
    if (!isAbsence(cause)) throw cause;
    return [];
  }
}
