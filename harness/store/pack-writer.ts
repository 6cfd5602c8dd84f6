import { createHash } from 'node:crypto';
import type { FileHandle } from 'node:fs/promises';
import { damaged } from './evidence-damaged.ts';
import type { PackIndex, PackUnit } from './pack.ts';
import { createUnitFold, lastFile, readPart, scanUnits, trailer } from './pack.ts';
import { toJson } from './read-document.ts';
import type { RunDirectory } from './run-directory.ts';
import { runPaths } from './run-directory.ts';
import { blockBytes, createTarHeader, paddedBytes } from './tar-header.ts';

/** What is in a file: bytes, or so many of them that come part by part. */
export type Content =
  | Uint8Array
  | {
      readonly bytes: number;
      readonly fill: (take: (part: Uint8Array) => Promise<void>) => Promise<void>;
    };

/**
 * Adds steps to the pack of a node, one after the other. A step is on the disk when `append` returns, and the journal may
 * name it only then: whatever a killed writer left behind the last step that the journal names is cut by the next one.
 * No file is held open, as there may be more nodes than files may be open.
 */
export class PackWriter {
  readonly #run: RunDirectory;
  readonly #node: string;
  readonly #steps: Set<string>;
  /** Where the next step starts. */
  #end: number;

  private constructor(run: RunDirectory, node: string, steps: readonly string[], end: number) {
    this.#run = run;
    this.#node = node;
    this.#steps = new Set(steps);
    this.#end = end;
  }

  /**
   * Begins a pack, or goes on with one whose journal names `steps`. The index goes first: a pack that is written to is one
   * without. Throws EVIDENCE_DAMAGED when the pack has not these steps, in any order, in front of everything else.
   */
  static async open(run: RunDirectory, node: string, steps: readonly string[]): Promise<PackWriter> {
    const where = runPaths.pack(node);
    const isThere = await run.has(where);
    if (!isThere && steps.length > 0) throw damaged(where, 'a readable file', 'none');
    const end = isThere ? await endOf(run, where, steps) : 0;
    await using tar = isThere ? await run.openToAppend(where) : undefined;
    await run.remove(runPaths.packIndex(node));
    await tar?.truncate(end);
    return new PackWriter(run, node, steps, end);
  }

  /**
   * Adds the files of a step, its `exit.json` last, and has them proven as they are on the disk. It is there for good afterwards,
   * or nothing of it is.
   */
  async append(
    step: string,
    files: ReadonlyMap<string, Content>,
    prove: (read: (file: string) => Promise<Buffer>) => Promise<void> = () => Promise.resolve(),
  ): Promise<void> {
    const where = runPaths.pack(this.#node);
    if (this.#steps.has(step)) throw damaged(where, `the step ${step} once`, 'it again');
    const { pieces, end } = packStep(where, step, files);
    await using tar = await this.#openAtEnd();
    try {
      for (const { file, header, content, padding, size } of pieces) {
        await tar.writeFile(header);
        if (content instanceof Uint8Array) await tar.writeFile(content);
        else {
          let filled = 0;
          await content.fill((part) => {
            filled += part.length;
            return tar.writeFile(part);
          });
          // The header has the size already: what is not as long would move all that follows.
          if (filled !== size) throw damaged(`${where} steps/${step}/${file}`, `${size} bytes`, `${filled}`);
        }
        await tar.writeFile(padding);
      }
      await prove((file) => this.#read(where, pieces, file));
      await tar.datasync();
    } catch (cause) {
      await tar.truncate(this.#end);
      throw cause;
    }
    this.#steps.add(step);
    this.#end += end;
  }

  async #read(where: string, pieces: readonly Piece<Content>[], file: string): Promise<Buffer> {
    const piece = pieces.find((each) => each.file === file);
    if (piece === undefined) throw new RangeError(`no file ${file} was added`);
    const bytes = Buffer.alloc(piece.size);
    await using tar = await this.#run.openToRead(where);
    for (let at = 0; at < piece.size; ) {
      const { bytesRead } = await tar.read(bytes, at, piece.size - at, this.#end + piece.start + at);
      if (bytesRead === 0) throw damaged(where, `${piece.size} bytes of ${file}`, `${at}`);
      at += bytesRead;
    }
    return bytes;
  }

  /** Ends the pack and writes its index, from what is on the disk. Another writer may still go on with it. */
  async close(): Promise<void> {
    {
      await using tar = await this.#openAtEnd();
      await tar.writeFile(trailer);
      await tar.datasync();
    }
    await this.#run.write(runPaths.packIndex(this.#node), toJson(await createIndex(this.#run, this.#node)));
  }

  /** What an append that failed has left is cut first. */
  async #openAtEnd(): Promise<FileHandle> {
    const tar = await this.#run.openToAppend(runPaths.pack(this.#node));
    try {
      await tar.truncate(this.#end);
      return tar;
    } catch (cause) {
      await tar.close();
      throw cause;
    }
  }
}

/** Where the last of these steps ends in a pack that has them all, and no other one before that. */
async function endOf(run: RunDirectory, where: string, steps: readonly string[]): Promise<number> {
  await using tar = await run.openToRead(where);
  const units = await scanUnits(tar, { where, most: steps.length });
  const found = new Set(units.map(({ step }) => step));
  const missing = steps.find((step) => !found.has(step));
  if (missing !== undefined) throw damaged(where, `the step ${missing} before all others`, 'none');
  return units.at(-1)?.end ?? 0;
}

/** The blocks of a step. It is folded as its reader will, so that nothing is written that could not be read. */
export function packStep<C extends Content>(
  where: string,
  step: string,
  files: ReadonlyMap<string, C>,
): { readonly pieces: readonly Piece<C>[]; readonly end: number } {
  const fold = createUnitFold(where);
  const pieces: Piece<C>[] = [];
  let unit: PackUnit | undefined;
  let end = 0;
  const ordered = [...files].toSorted(([a], [b]) => Number(a === lastFile) - Number(b === lastFile));
  for (const [file, content] of ordered) {
    const path = `steps/${step}/${file}`;
    const size = content instanceof Uint8Array ? content.length : content.bytes;
    const start = end + blockBytes;
    unit = fold({ path, offset: start, size });
    const padding = Buffer.alloc(paddedBytes(size) - size);
    pieces.push({ file, header: createTarHeader(path, size), content, padding, start, size });
    end = start + paddedBytes(size);
  }
  if (unit === undefined) throw damaged(`${where} steps/${step}`, lastFile, 'none');
  return { pieces, end };
}

/** A file between its header and what fills its last block; `start` is counted from that of the step. */
interface Piece<C extends Content> {
  readonly file: string;
  readonly header: Uint8Array;
  readonly content: C;
  readonly padding: Uint8Array;
  readonly start: number;
  readonly size: number;
}

/** The index of a pack that has none, with the digest of each file as it is on the disk. */
async function createIndex(run: RunDirectory, node: string): Promise<PackIndex> {
  const where = runPaths.pack(node);
  await using tar = await run.openToRead(where);
  const units = await scanUnits(tar, { where, most: Infinity });
  const entries: PackIndex['entries'] = [];
  for (const { path, offset, size } of units.flatMap((unit) => unit.entries))
    entries.push({ path, offset, size, sha256: await digestOf(tar, { where, offset, size }) });
  return { schema: 'assay/pack', schemaVersion: 1, bytes: units.at(-1)?.end ?? 0, entries };
}

const partBytes = 1024 * 1024;

/** The digest of a file in a pack, which is never held whole. */
async function digestOf(
  tar: FileHandle,
  { where, offset, size }: { readonly where: string; readonly offset: number; readonly size: number },
): Promise<string> {
  const hash = createHash('sha256');
  for (let start = offset; start < offset + size; start += partBytes)
    hash.update(await readPart(tar, { where, start, end: Math.min(start + partBytes, offset + size) }));
  return hash.digest('hex');
}
