import {
  closeSync,
  constants,
  fstatSync,
  fsyncSync,
  mkdirSync,
  openSync,
  readSync,
  rmSync,
  writeSync,
} from 'node:fs';
import { dirname, join } from 'node:path';
import { ownMode } from '../../agents/protocol/write-whole.ts';
import { AssayError } from '../../workloads/kit/assay-error.ts';
import { codeOf } from '../../workloads/kit/code-of.ts';
import { fileName } from '../../workloads/kit/names.ts';
import { damaged } from './evidence-damaged.ts';
import { blockBytes, createTarHeader, paddedBytes, readPlainHeader } from './tar-header.ts';

/** A file in a bundle: its path there, and where it lies or what is in it. */
export type Packed = { readonly path: string } & ({ readonly source: string } | { readonly content: Buffer });

const pieceBytes = 1024 * 1024;
const end = Buffer.alloc(2 * blockBytes);

/**
 * Writes files as a tar in one form: in the order of their paths, with no time, owner or mode of this machine, so that the same
 * files give the same bytes anywhere. Throws RUN_EXISTS where something has the name, USAGE where there is no folder for it.
 */
export function writeBundleFile(out: string, files: readonly Packed[]): void {
  const file = create(out);
  try {
    const buffer = Buffer.allocUnsafe(pieceBytes);
    for (const each of files.toSorted((a, b) => (a.path < b.path ? -1 : 1))) {
      requirePath(each.path, out);
      const size = 'content' in each ? writeContent(file, each) : copyFile(file, each, buffer);
      writeSync(file, Buffer.alloc(paddedBytes(size) - size));
    }
    writeSync(file, end);
    fsyncSync(file);
  } catch (cause) {
    rmSync(out, { force: true });
    throw cause;
  } finally {
    closeSync(file);
  }
}

/** Its header and bytes; returns how many these are. */
function writeContent(file: number, { path, content }: Extract<Packed, { content: Buffer }>): number {
  writeSync(file, createTarHeader(path, content.length));
  for (let written = 0; written < content.length; ) written += writeSync(file, content, written);
  return content.length;
}

function copyFile(
  file: number,
  { path, source }: Extract<Packed, { source: string }>,
  buffer: Buffer,
): number {
  const from = openSync(source, constants.O_RDONLY | constants.O_NOFOLLOW);
  try {
    const { size } = fstatSync(from);
    writeSync(file, createTarHeader(path, size));
    let written = 0;
    for (let count = readSync(from, buffer); count > 0; count = readSync(from, buffer)) {
      writeSync(file, buffer, 0, count);
      written += count;
    }
    if (written !== size) throw damaged(source, `${size} bytes`, `${written}, as somebody writes to it`);
    return size;
  } finally {
    closeSync(from);
  }
}

function create(out: string): number {
  try {
    return openSync(out, 'wx', ownMode);
  } catch (cause) {
    const code = codeOf(cause);
    if (code === 'ENOENT' || code === 'ENOTDIR')
      throw new AssayError('USAGE', `expected a folder to write ${out} to, found none`, {
        cause,
        hint: 'Make the folder, or choose another --out.',
      });
    if (code !== 'EEXIST') throw cause;
    throw new AssayError('RUN_EXISTS', `expected a name that nothing has yet, found ${out}`, {
      cause,
      hint: 'Choose another --out.',
    });
  }
}

/** No name in a path leads anywhere else, and both halves have room in a header. */
function requirePath(path: string, where: string): void {
  const cut = path.lastIndexOf('/');
  const isOurs =
    cut > 0 &&
    cut <= 155 &&
    path.length - cut - 1 <= 100 &&
    path.split('/').every((name) => fileName.test(name));
  if (!isOurs) throw damaged(where, 'paths of files of a run', `\`${path.slice(0, 200)}\``);
}

interface Place {
  readonly path: string;
  readonly size: number;
  readonly offset: number;
}

/**
 * Unpacks a bundle into a folder, after all of it was looked at: what is not, byte for byte, as `writeBundleFile` writes it is
 * refused before anything is written. Returns the paths. Throws EVIDENCE_DAMAGED.
 */
export function unpackBundle(bundle: string, folder: string): readonly string[] {
  const file = openSync(bundle, constants.O_RDONLY | constants.O_NONBLOCK);
  try {
    const places = readPlaces(file, bundle);
    const buffer = Buffer.allocUnsafe(pieceBytes);
    for (const { path, size, offset } of places) {
      const target = join(folder, path);
      mkdirSync(dirname(target), { recursive: true, mode: 0o700 });
      const to = openSync(target, 'wx', ownMode);
      try {
        for (let done = 0; done < size; ) {
          const count = readSync(file, buffer, 0, Math.min(pieceBytes, size - done), offset + done);
          if (count === 0) throw damaged(bundle, `${size} bytes of ${path}`, `${done}`);
          writeSync(to, buffer, 0, count);
          done += count;
        }
      } finally {
        closeSync(to);
      }
    }
    return places.map(({ path }) => path);
  } finally {
    closeSync(file);
  }
}

/** What is where in a bundle. */
function readPlaces(file: number, bundle: string): readonly Place[] {
  const found = fstatSync(file);
  const refuse = (what: string) => damaged(bundle, 'a bundle as `assay bundle` writes it', what);
  if (!found.isFile() || found.size % blockBytes !== 0 || found.size < end.length)
    throw refuse('another file');
  const places: Place[] = [];
  const block = Buffer.alloc(blockBytes);
  const last = found.size - end.length;
  for (let at = 0; at < last; ) {
    readSync(file, block, 0, blockBytes, at);
    const header = readPlainHeader(block);
    if (header === undefined) throw refuse(`another header at byte ${at}`);
    const { path, size } = header;
    requirePath(path, bundle);
    if (path <= (places.at(-1)?.path ?? '')) throw refuse(`\`${path}\` out of order or twice`);
    const next = at + blockBytes + paddedBytes(size);
    if (next > last) throw refuse(`less than the ${size} bytes of \`${path}\``);
    const padding = Buffer.alloc(paddedBytes(size) - size);
    readSync(file, padding, 0, padding.length, at + blockBytes + size);
    if (padding.some((byte) => byte !== 0)) throw refuse(`bytes behind \`${path}\``);
    places.push({ path, size, offset: at + blockBytes });
    at = next;
  }
  const rest = Buffer.alloc(end.length);
  readSync(file, rest, 0, rest.length, last);
  if (!rest.equals(end)) throw refuse('another end');
  return places;
}
