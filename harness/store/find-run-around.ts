import { constants } from 'node:fs';
import { open, readlink } from 'node:fs/promises';
import { isAbsolute, join } from 'node:path';
import * as z from 'zod';
import { parseJson } from '../../workloads/kit/parse-json.ts';
import { fileLimits } from './file-limits.ts';
import { runPaths } from './run-directory.ts';

/** As many links as the system follows. */
const mostLinks = 40;

/**
 * Finds the run directory, or folder of reports, that the way to a path leads through: its folders, and where links on the
 * way lead. What lies in one may come from somebody else. Absent when there is none.
 */
export function createRunFinder(): (path: string) => Promise<string | undefined> {
  const known = new Map<string, Promise<boolean>>();
  const isRun = (folder: string): Promise<boolean> => {
    // The folder of reports beside a run is one whatever lies in it.
    const [, beside] = /^(.*[^/])\.report$/.exec(folder) ?? [];
    const look = async (): Promise<boolean> =>
      (await isRunFolder(folder)) || (beside !== undefined && (await isRunFolder(beside)));
    const found = known.get(folder) ?? look();
    known.set(folder, found);
    return found;
  };
  return async (path) => {
    // Not `resolve`, which takes `..` behind a link for the folder that the link is in.
    let names = (isAbsolute(path) ? path : `${process.cwd()}/${path}`).split('/');
    let at = '/';
    for (let links = 0; links <= mostLinks; ) {
      if (await isRun(at)) return at;
      const [name, ...rest] = names;
      if (name === undefined) return undefined;
      names = rest;
      const next = join(at, name);
      const target = await readLink(next);
      if (target === undefined) at = next;
      else {
        links += 1;
        names = [...target.split('/'), ...rest];
        if (isAbsolute(target)) at = '/';
      }
    }
    return undefined; // the system follows it no further either
  };
}

/** Whatever looks like a document of ours is one, for whoever must not trust it: also what no reader of ours takes. */
const isRunFolder = async (folder: string): Promise<boolean> =>
  /"schema"\s*:\s*"assay\//.test((await readHeader(folder)) ?? '');

/** The id that a run directory says is its own; absent when it is none. */
export async function readRunId(folder: string): Promise<string | undefined> {
  return Named.safeParse(parseJson((await readHeader(folder)) ?? '')).data?.id;
}

const Named = z.looseObject({ schema: z.literal('assay/run'), id: z.string() });

/** The beginning of `run.json` in a folder, as much as a header of ours may be; absent when there is none. */
async function readHeader(folder: string): Promise<string | undefined> {
  try {
    await using file = await open(join(folder, runPaths.header), constants.O_RDONLY | constants.O_NONBLOCK);
    if (!(await file.stat()).isFile()) return undefined;
    const { buffer, bytesRead } = await file.read(Buffer.alloc(fileLimits.header), 0, fileLimits.header, 0);
    return buffer.toString('utf8', 0, bytesRead);
  } catch (cause) {
    if (cause instanceof Error && 'code' in cause) return undefined;
    throw cause;
  }
}

/** Where a link leads; absent for what is none. */
async function readLink(path: string): Promise<string | undefined> {
  try {
    return await readlink(path);
  } catch (cause) {
    if (cause instanceof Error && 'code' in cause) return undefined;
    throw cause;
  }
}
