import { posix } from 'node:path';
import { sha256 } from '../../agents/protocol/chain.ts';
import { damaged } from './evidence-damaged.ts';
import { maxStepBytes } from './pack.ts';
import { PackReader } from './pack-reader.ts';
import type { RunDirectory } from './run-directory.ts';
import { runPaths } from './run-directory.ts';

/** A file of a step, with the digest of these very bytes: what it should be is for the caller to say. */
export interface KeptFile {
  readonly bytes: Buffer;
  readonly sha256: string;
}

/** The steps of one node as they lie in a run directory. */
export interface KeptSteps extends AsyncDisposable {
  /** In the order in which they arrived, as far as that can be told. */
  readonly names: readonly string[];
  /** Where a step, or a file of it, is found. */
  readonly placeOf: (step: string, file?: string) => string;
  /** The bytes that reading a step takes. */
  readonly sizeOf: (step: string) => Promise<number>;
  /** The files of a step, by name. Throws EVIDENCE_DAMAGED. */
  readonly read: (step: string) => Promise<ReadonlyMap<string, KeptFile>>;
}

/**
 * Opens what a node left, if anything: its pack, of which `most` steps are named by the journal, or, in a run from before
 * there were packs, a folder for each step. Throws EVIDENCE_DAMAGED for a node that has both, and for an index alone.
 */
export async function openSteps(
  run: RunDirectory,
  node: string,
  most: number,
): Promise<KeptSteps | undefined> {
  const names = await run.list(`nodes/${node}`);
  const [folders, pack, index] = [runPaths.steps(node), runPaths.pack(node), runPaths.packIndex(node)];
  const isThere = (path: string): boolean => names.includes(posix.basename(path));
  if (isThere(pack)) {
    if (isThere(folders)) throw damaged(folders, `no steps beside ${pack}`, 'a folder');
    return PackReader.open(run, node, most);
  }
  if (isThere(index)) throw damaged(index, `the pack ${pack} beside it`, 'none');
  return isThere(folders) ? openFolders(run, node) : undefined;
}

/** The files of one step, by name; none when it is not there. `most` is as for `openSteps`. */
export async function readStep(
  run: RunDirectory,
  { node, step, most }: { readonly node: string; readonly step: string; readonly most: number },
): Promise<ReadonlyMap<string, KeptFile>> {
  await using kept = await openSteps(run, node, most);
  return kept?.names.includes(step) === true ? await kept.read(step) : new Map<string, KeptFile>();
}

/** The command that prints a file of a step, called in the run directory. */
export async function printCommand(
  run: RunDirectory,
  { node, step, file }: { readonly node: string; readonly step: string; readonly file: string },
): Promise<string> {
  const pack = runPaths.pack(node);
  return (await run.has(pack))
    ? `tar -xOf ${pack} steps/${step}/${file}`
    : `cat ${runPaths.step(node, step)}/${file}`;
}

async function openFolders(run: RunDirectory, node: string): Promise<KeptSteps> {
  const placeOf = (step: string, file?: string): string =>
    [runPaths.steps(node), step, ...(file === undefined ? [] : [file])].join('/');
  return {
    names: await run.list(runPaths.steps(node)),
    placeOf,
    sizeOf: async (step) => {
      let sum = 0;
      for (const file of await run.list(placeOf(step))) {
        await using handle = await run.openToRead(placeOf(step, file));
        sum += (await handle.stat()).size;
      }
      return sum;
    },
    read: async (step) => {
      const files = new Map<string, KeptFile>();
      let total = 0;
      for (const file of await run.list(placeOf(step))) {
        const bytes = await run.read(placeOf(step, file));
        total += bytes.length;
        if (total > maxStepBytes) throw damaged(placeOf(step), `at most ${maxStepBytes} bytes`, 'more');
        files.set(file, { bytes, sha256: sha256(bytes) });
      }
      return files;
    },
    [Symbol.asyncDispose]: () => Promise.resolve(),
  };
}
