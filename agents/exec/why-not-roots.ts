import type { Stats } from 'node:fs';
import { lstat, readlink } from 'node:fs/promises';
import { dirname, relative, resolve } from 'node:path';
import { programOf } from '../../workloads/kit/privilege.ts';

/** As many as the kernel follows. */
const mostLinks = 40;

/** Why words are not given to sudo: somebody but root could have put another program there. */
export async function whyNotRoots(words: readonly string[]): Promise<string | undefined> {
  for (const program of new Set([words[0] ?? '', programOf(words)])) {
    const why = await whyNotRootsAlone(program);
    if (why !== undefined) return why;
  }
  return undefined;
}

/**
 * Why somebody but root could put another program in this place; `undefined` when nobody can. The program, and every directory and
 * link on the way to it, has to be root's, and nobody else may write to it: what sudo runs there runs as root.
 */
async function whyNotRootsAlone(program: string): Promise<string | undefined> {
  try {
    for await (const [path, found] of wayTo(program, mostLinks)) {
      if (found.uid !== 0) return refuse(program, path, `it belongs to the user ${found.uid}`);
      // Anybody may write to a link by its mode, and nobody can.
      if (found.isSymbolicLink()) continue;
      if ((found.mode & 0o002) !== 0) return refuse(program, path, 'everybody may write to it');
      if ((found.mode & 0o020) !== 0 && found.gid !== 0)
        return refuse(program, path, `the group ${found.gid} may write to it`);
    }
    return undefined;
  } catch (cause) {
    if (!(cause instanceof Error && 'code' in cause)) throw cause;
    return refuse(program, program, `it cannot be looked at (${String(cause.code)})`);
  }
}

/** All that leads to a path, from the root on; where a link turns off, on from there. */
async function* wayTo(path: string, links: number): AsyncGenerator<readonly [path: string, found: Stats]> {
  for (const at of above(path)) {
    const found = await lstat(at);
    yield [at, found];
    if (!found.isSymbolicLink()) continue;
    if (links === 0) throw Object.assign(new Error(`too many links at ${at}`), { code: 'ELOOP' });
    yield* wayTo(resolve(dirname(at), await readlink(at), relative(at, path)), links - 1);
    return;
  }
}

/** The path and all directories above it, from the root on. */
function above(path: string): readonly string[] {
  const parent = dirname(path);
  return parent === path ? [path] : [...above(parent), path];
}

const refuse = (program: string, path: string, why: string): string =>
  `expected ${program}, which sudo is to run, to be root's with all directories above it, found ${path}: ${why}`;
