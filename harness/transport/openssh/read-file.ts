import { constants } from 'node:fs';
import type { FileHandle } from 'node:fs/promises';
import { open } from 'node:fs/promises';
import { AssayError } from '../../../workloads/kit/assay-error.ts';

/** A known_hosts with a million lines has less; a device may have no end. */
const mostBytes = 256 * 1024 * 1024;
const partBytes = 64 * 1024;

/** Opens a file that ssh is told to read, and does not wait for whoever writes to it if it is a FIFO. */
export const openFile = (path: string): Promise<FileHandle> =>
  open(path, constants.O_RDONLY | constants.O_NONBLOCK);

/** All that is in a file, or so much of a device as it gives. Throws CONFIG_INVALID for more than anybody wrote. */
export async function readAll(file: FileHandle, path: string, most = mostBytes): Promise<Buffer> {
  const parts: Buffer[] = [];
  for (let length = 0; ; ) {
    const { bytesRead, buffer } = await file.read(Buffer.alloc(partBytes), 0, partBytes, null);
    if (bytesRead === 0) return Buffer.concat(parts);
    length += bytesRead;
    if (length > most)
      throw new AssayError('CONFIG_INVALID', `${path}: expected at most ${most} bytes, found more`, {
        hint: 'Check that this is the file you meant.',
      });
    parts.push(buffer.subarray(0, bytesRead));
  }
}
