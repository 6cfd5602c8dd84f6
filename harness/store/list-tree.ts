import { createHash } from 'node:crypto';
import { closeSync, constants, fstatSync, lstatSync, openSync, readdirSync, readSync } from 'node:fs';
import { join } from 'node:path';
import { fileName } from '../../workloads/kit/names.ts';
import type { FoundFile } from '../evidence/manifest.ts';
import { damaged } from './evidence-damaged.ts';
import { findStranger, kindOf } from './own-folder.ts';

/**
 * Every file below a folder, with its size, by path in the order of their bytes, each path behind `prefix`; none is read before its
 * digest is asked for. Nothing is followed; what is no file or directory, or has a name that none of ours has, is refused. Throws
 * EVIDENCE_DAMAGED, also when a digest is asked for.
 */
export function listTree(root: string, prefix: string): readonly FoundFile[] {
  const stranger = findStranger(root);
  if (stranger !== undefined) throw damaged(`${prefix}/${stranger.path}`, stranger.expected, stranger.found);
  const files: FoundFile[] = [];
  const buffer = Buffer.allocUnsafe(1024 * 1024);
  const visit = (folder: string, path: string): void => {
    for (const entry of readdirSync(folder, { withFileTypes: true })) {
      const at = `${path}/${entry.name}`;
      const file = join(folder, entry.name);
      if (!fileName.test(entry.name))
        throw damaged(at, `names of the form ${fileName.source}`, `\`${entry.name.slice(0, 80)}\``);
      if (entry.isDirectory()) {
        visit(file, at);
        continue;
      }
      const bytes = lstatSync(file).size;
      files.push({ path: at, bytes, digest: () => hashFile(file, { at, bytes, buffer }) });
    }
  };
  visit(root, prefix);
  return files.sort((a, b) => (a.path < b.path ? -1 : 1));
}

/** In pieces, of a buffer that is reused for all files: an output has gigabytes at most. */
function hashFile(
  path: string,
  { at, bytes, buffer }: { readonly at: string; readonly bytes: number; readonly buffer: Buffer },
): string {
  const file = openSync(path, constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK);
  try {
    const found = fstatSync(file);
    if (!found.isFile()) throw damaged(at, 'a file', kindOf(found));
    const hash = createHash('sha256');
    let read = 0;
    for (let count = readSync(file, buffer); count > 0; count = readSync(file, buffer)) {
      hash.update(buffer.subarray(0, count));
      read += count;
      if (read > bytes) break;
    }
    if (read !== bytes)
      throw damaged(at, `${bytes} bytes`, 'another number of them, as somebody writes to it');
    return hash.digest('hex');
  } finally {
    closeSync(file);
  }
}
