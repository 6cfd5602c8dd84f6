import { realpath, stat, statfs } from 'node:fs/promises';
import { dirname } from 'node:path';
import { systemErrorCode } from './probe-failure.ts';

/** What the kernel says about the file system that holds (or would hold) a directory. */
export interface FileSystemStatus {
  /** Symbolic links resolved; the nearest directory that exists. */
  readonly realPath: string;
  readonly majorMinor: string;
  readonly blockBytes: number;
  readonly blocks: number;
  /** Free blocks that an unprivileged user may take. */
  readonly availableBlocks: number;
}

export async function readFileSystem(path: string): Promise<FileSystemStatus> {
  const existing = await nearestExisting(path);
  const { dev } = await stat(existing, { bigint: true });
  const status = await statfs(existing);
  return {
    realPath: existing,
    majorMinor: majorMinor(dev),
    blockBytes: status.bsize,
    blocks: status.blocks,
    availableBlocks: status.bavail,
  };
}

/** glibc's encoding of a device number (gnu_dev_major, gnu_dev_minor). */
function majorMinor(dev: bigint): string {
  const major = ((dev >> 8n) & 0xfffn) | ((dev >> 32n) & 0xfffff000n);
  const minor = (dev & 0xffn) | ((dev >> 12n) & 0xffffff00n);
  return `${major}:${minor}`;
}

async function nearestExisting(path: string): Promise<string> {
  try {
    return await realpath(path);
  } catch (cause) {
    const parent = dirname(path);
    if (systemErrorCode(cause) !== 'ENOENT' || parent === path) throw cause;
    return nearestExisting(parent);
  }
}
