import type { FileHandle } from 'node:fs/promises';
import * as z from 'zod';
import { damaged } from './evidence-damaged.ts';
import { blockBytes, paddedBytes, readPackPath, readTarHeader } from './tar-header.ts';

// The evidence of a node lies in one pack, `nodes/<node>/evidence.tar`: an uncompressed tar with the steps in the order in
// which they arrived, each as one unit of files that ends with its `exit.json`. When the last step is in, two blocks of zeros
// and `evidence.json` are added. The headers alone say what is where, so a pack without its index is one that is still
// being written, or whose writer was killed: what follows its last whole unit was never said.

/** What a node may send as one file, and as one step with its headers. */
export const maxFileBytes = 64 * 1024 * 1024;
export const maxStepBytes = 256 * 1024 * 1024;
/** Twenty times what the heaviest suite leaves on a node. */
const maxEntries = 100_000;

/** Read at once in search of headers: most files are small. */
const windowBytes = 64 * 1024;

/** The file that ends every step. */
export const lastFile = 'exit.json';
/** Two blocks of zeros end a tar. */
export const trailer = Buffer.alloc(2 * blockBytes);

/** `nodes/<node>/evidence.json`: what is where in the pack beside it. */
export const PackIndex = z.strictObject({
  schema: z.literal('assay/pack'),
  schemaVersion: z.literal(1),
  /** Of the pack up to the zeros that end it. */
  bytes: z.number().int().nonnegative(),
  entries: z.array(
    z.strictObject({
      path: z.string(),
      /** Of the content, which its header stands before. */
      offset: z.number().int().nonnegative(),
      size: z.number().int().nonnegative(),
      sha256: z.string().regex(/^[0-9a-f]{64}$/),
    }),
  ),
});
export type PackIndex = z.infer<typeof PackIndex>;

/** A file in a pack; its digest is known when an index has it. */
export type PackEntry = Omit<PackIndex['entries'][number], 'sha256'> & { readonly sha256?: string };

/** The files of one step, which lie in a pack without a gap, from the first header to the end of the last content. */
export interface PackUnit {
  readonly step: string;
  readonly entries: readonly PackEntry[];
  readonly start: number;
  readonly end: number;
}

/** Puts the entries of a pack together to steps, one by one, and refuses what no writer of ours leaves. */
export function createUnitFold(where: string): (entry: PackEntry) => PackUnit | undefined {
  const steps = new Set<string>();
  let files = new Set<string>();
  let entries: PackEntry[] = [];
  let count = 0;
  let unit = { step: '', start: 0 };
  let end = 0;
  return (entry) => {
    const { path, offset, size } = entry;
    const named = readPackPath(path);
    const at = `${where} at ${end}`;
    if (named === undefined)
      throw damaged(at, 'a name of the form `steps/<step>/<file>`', `\`${path.slice(0, 80)}\``);
    const { step, file } = named;
    if (files.size === 0) {
      if (steps.has(step)) throw damaged(at, `the step ${step} once`, 'it again');
      steps.add(step);
      unit = { step, start: end };
    }
    if (step !== unit.step) throw damaged(at, `steps/${unit.step}/${lastFile}`, path);
    if (files.has(file)) throw damaged(at, `${path} once`, 'it again');
    if (offset !== end + blockBytes)
      throw damaged(`${where} ${path}`, `offset ${end + blockBytes}`, `${offset}`);
    if (size > maxFileBytes) throw damaged(`${where} ${path}`, `at most ${maxFileBytes} bytes`, `${size}`);
    count += 1;
    if (count > maxEntries) throw damaged(where, `at most ${maxEntries} files`, 'more');
    end = offset + paddedBytes(size);
    if (end - unit.start > maxStepBytes)
      throw damaged(`${where} steps/${step}`, `at most ${maxStepBytes} bytes`, 'more');
    files.add(file);
    entries.push(entry);
    if (file !== lastFile) return undefined;
    const whole = { ...unit, entries, end };
    files = new Set();
    entries = [];
    return whole;
  };
}

/** The first whole steps in a pack by its headers; what a killed writer left behind the last one is left out. */
export async function scanUnits(
  tar: FileHandle,
  { where, most }: { readonly where: string; readonly most: number },
): Promise<readonly PackUnit[]> {
  const { size: bytes } = await tar.stat();
  const fold = createUnitFold(where);
  const units: PackUnit[] = [];
  let window: { readonly start: number; readonly part: Buffer } = { start: 0, part: Buffer.alloc(0) };
  for (let at = 0; at + blockBytes <= bytes && units.length < most; ) {
    if (at + blockBytes > window.start + window.part.length)
      window = {
        start: at,
        part: await readPart(tar, { where, start: at, end: Math.min(at + windowBytes, bytes) }),
      };
    const block = window.part.subarray(at - window.start, at - window.start + blockBytes);
    const header = readTarHeader(block);
    if (header === undefined) {
      const isEnd = at === (units.at(-1)?.end ?? 0) && block.equals(trailer.subarray(blockBytes));
      if (!isEnd) throw damaged(`${where} at ${at}`, 'a header as Assay writes it', 'something else');
      await expectZeros(tar, { where, start: at });
      break;
    }
    const entry = { ...header, offset: at + blockBytes };
    const unit = fold(entry);
    at = entry.offset + paddedBytes(entry.size);
    if (unit !== undefined && unit.end <= bytes) units.push(unit);
  }
  return units;
}

/** Throws unless a pack ends with its zeros, of which a killed writer may have left fewer. */
export async function expectZeros(
  tar: FileHandle,
  { where, start }: { readonly where: string; readonly start: number },
): Promise<void> {
  const { size: end } = await tar.stat();
  if (end > start + trailer.length) throw damaged(where, `at most ${start + trailer.length} bytes`, `${end}`);
  if ((await readPart(tar, { where, start, end })).some((byte) => byte !== 0))
    throw damaged(`${where} at ${start}`, 'zeros to the end', 'something else');
}

/** A part of a pack, read whole; whoever asks has bounded it. */
export async function readPart(
  tar: FileHandle,
  part: { readonly where: string; readonly start: number; readonly end: number },
): Promise<Buffer> {
  const { where, start, end } = part;
  const buffer = Buffer.allocUnsafe(end - start);
  for (let read = 0; read < buffer.length; ) {
    const { bytesRead } = await tar.read(buffer, read, buffer.length - read, start + read);
    if (bytesRead === 0) throw damaged(where, `${end} bytes or more`, `${start + read}`);
    read += bytesRead;
  }
  return buffer;
}
