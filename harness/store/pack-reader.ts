import type { FileHandle } from 'node:fs/promises';
import { sha256 } from '../../agents/protocol/chain.ts';
import { damaged } from './evidence-damaged.ts';
import type { PackEntry, PackUnit } from './pack.ts';
import {
  createUnitFold,
  expectZeros,
  maxFileBytes,
  PackIndex,
  readPart,
  scanUnits,
  trailer,
} from './pack.ts';
import { readDocument } from './read-document.ts';
import type { RunDirectory } from './run-directory.ts';
import { runPaths } from './run-directory.ts';
import { blockBytes, createTarHeader, paddedBytes } from './tar-header.ts';

/** A file out of a pack, with the digest of these very bytes: what it should be is for the caller to say. */
export interface PackedFile extends Required<PackEntry> {
  readonly bytes: Buffer;
}

/** Read at once: most steps are small, and asked for in the order in which they lie. */
const readAheadBytes = 1024 * 1024;
/** Two of three outputs are empty. */
const emptyDigest = sha256('');

/**
 * The evidence of one node, read step by step from one open file. Whoever wrote it, nothing is read before its size is
 * bounded, and whatever is not as a writer of ours leaves it is EVIDENCE_DAMAGED.
 */
export class PackReader {
  readonly #tar: FileHandle;
  readonly #where: string;
  readonly #units: ReadonlyMap<string, PackUnit>;
  #window: { readonly start: number; readonly bytes: Buffer } = { start: 0, bytes: Buffer.alloc(0) };

  private constructor(tar: FileHandle, where: string, units: readonly PackUnit[]) {
    this.#tar = tar;
    this.#where = where;
    this.#units = new Map(units.map((unit) => [unit.step, unit]));
  }

  /**
   * Opens the pack of a node: by its index, or by its headers when its writer has not made one yet. Then it is as long as
   * the `most` steps that the journal names: what a killed writer left behind them was never said.
   */
  static async open(run: RunDirectory, node: string, most: number): Promise<PackReader> {
    const where = runPaths.pack(node);
    const tar = await run.openToRead(where);
    try {
      const units = (await run.has(runPaths.packIndex(node)))
        ? await loadIndex(run, node, tar)
        : await scanUnits(tar, { where, most });
      return new PackReader(tar, where, units);
    } catch (cause) {
      await tar.close();
      throw cause;
    }
  }

  /** The steps, in the order in which they arrived. */
  get names(): readonly string[] {
    return [...this.#units.keys()];
  }

  /** Where the last step ends. */
  get end(): number {
    return [...this.#units.values()].at(-1)?.end ?? 0;
  }

  /** What a step, or a file of it, is called in here. */
  placeOf(step: string, file?: string): string {
    return `${this.#where} steps/${step}${file === undefined ? '' : `/${file}`}`;
  }

  /** The bytes that a step takes in the pack. */
  sizeOf(step: string): Promise<number> {
    const { start = 0, end = 0 } = this.#units.get(step) ?? {};
    return Promise.resolve(end - start);
  }

  /** The files of a step by name. */
  async read(step: string): Promise<ReadonlyMap<string, PackedFile>> {
    const unit = this.#units.get(step);
    if (unit === undefined) throw damaged(this.#where, `the step ${step}`, 'none');
    const part = await this.#readPart(unit);
    const files = new Map<string, PackedFile>();
    for (const { path, offset, size, sha256: listed } of unit.entries) {
      const at = offset - unit.start;
      const where = `${this.#where} ${path}`;
      if (!part.subarray(at - blockBytes, at).equals(createTarHeader(path, size)))
        throw damaged(where, `a header of this path and ${size} bytes`, 'another one');
      const padding = part.subarray(at + size, at + paddedBytes(size));
      if (padding.length > 0 && !padding.equals(trailer.subarray(0, padding.length)))
        throw damaged(where, 'zeros after the content', 'something else');
      const bytes = part.subarray(at, at + size);
      const found = size === 0 ? emptyDigest : sha256(bytes);
      if (listed !== undefined && found !== listed)
        throw damaged(where, `sha256 ${listed}`, `sha256 ${found}`);
      files.set(path.slice(`steps/${step}/`.length), { path, offset, size, sha256: found, bytes });
    }
    return files;
  }

  async #readPart({ start, end }: PackUnit): Promise<Buffer> {
    let window = this.#window;
    if (start < window.start || end > window.start + window.bytes.length) {
      const most = Math.max(end, Math.min(start + readAheadBytes, this.end));
      window = { start, bytes: await readPart(this.#tar, { where: this.#where, start, end: most }) };
      // One large step is not kept while the next ones are read.
      if (window.bytes.length <= readAheadBytes) this.#window = window;
    }
    return window.bytes.subarray(start - window.start, end - window.start);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#tar.close();
  }
}

/** The steps that the index lists, which must fill the pack to its end. */
async function loadIndex(run: RunDirectory, node: string, tar: FileHandle): Promise<readonly PackUnit[]> {
  const where = runPaths.packIndex(node);
  await using file = await run.openToRead(where);
  // An entry of the index is shorter than the header that it stands for.
  const { size: packed } = await tar.stat();
  const most = Math.min(packed, maxFileBytes);
  const { size } = await file.stat();
  if (size > most) throw damaged(where, `at most ${most} bytes`, `${size}`);
  const index = readDocument(PackIndex, await file.readFile('utf8'), where);
  const fold = createUnitFold(where);
  const units = index.entries.map(fold).filter((unit) => unit !== undefined);
  const end = units.at(-1)?.end ?? 0;
  const last = index.entries.at(-1);
  if (last !== units.at(-1)?.entries.at(-1))
    throw damaged(where, 'whole steps', `a part of one: ${last?.path ?? ''}`);
  if (index.bytes !== end) throw damaged(where, `bytes ${end}`, `${index.bytes}`);
  if (packed !== end + trailer.length)
    throw damaged(runPaths.pack(node), `${end + trailer.length} bytes`, `${packed}`);
  await expectZeros(tar, { where: runPaths.pack(node), start: end });
  return units;
}
