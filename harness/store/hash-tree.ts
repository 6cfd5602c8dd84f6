import { createHash } from 'node:crypto';
import { closeSync, constants, fstatSync, openSync, readdirSync, readSync } from 'node:fs';
import { join } from 'node:path';
import { fileName } from '../../workloads/kit/names.ts';
import type { ListedFile } from '../evidence/manifest.ts';
import { damaged } from './evidence-damaged.ts';
import { findStranger, kindOf } from './own-folder.ts';

/**
 * Every file below a folder, with its size and digest, by path in the order of their bytes, each path behind `prefix`. Nothing is
 * followed; what is no file or directory, or has a name that none of ours has, is refused. Throws EVIDENCE_DAMAGED.
 */
export function hashTree(root: string, prefix: string): readonly ListedFile[] {
  const stranger = findStranger(root);
  if (stranger !== undefined) throw damaged(`${prefix}/${stranger.path}`, stranger.expected, stranger.found);
  const files: ListedFile[] = [];
  const buffer = Buffer.allocUnsafe(1024 * 1024);
  const visit = (folder: string, path: string): void => {
    for (const entry of readdirSync(folder, { withFileTypes: true })) {
      const at = `${path}/${entry.name}`;
      if (!fileName.test(entry.name))
        throw damaged(at, `names of the form ${fileName.source}`, `\`${entry.name.slice(0, 80)}\``);
      if (entry.isDirectory()) visit(join(folder, entry.name), at);
      else files.push({ path: at, ...hashFile(join(folder, entry.name), at, buffer) });
    }
  };
  visit(root, prefix);
  return files.sort((a, b) => (a.path < b.path ? -1 : 1));
}

/** In pieces: an output has gigabytes at most, and a buffer is reused for all of them. */
function hashFile(path: string, where: string, buffer: Buffer): Omit<ListedFile, 'path'> {
  const file = openSync(path, constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK);
  try {
    const found = fstatSync(file);
    if (!found.isFile()) throw damaged(where, 'a file', kindOf(found));
    const hash = createHash('sha256');
    let bytes = 0;
    for (let count = readSync(file, buffer); count > 0; count = readSync(file, buffer)) {
      hash.update(buffer.subarray(0, count));
      bytes += count;
    }
    return { bytes, sha256: hash.digest('hex') };
  } finally {
    closeSync(file);
  }
}
