import { constants } from 'node:fs';
import { open } from 'node:fs/promises';

const chunkBytes = 64 * 1024;

/**
 * Reads a file of /proc or /sys, whose size is not known beforehand (`stat` says 0), up to `limitBytes`. A longer
 * one throws: half a file must not be read as a whole one. O_NONBLOCK, because a FIFO or device could wait for ever.
 */
export async function readSmallFile(path: string, limitBytes: number): Promise<string> {
  const file = await open(path, constants.O_RDONLY | constants.O_NONBLOCK);
  try {
    const chunks: Buffer[] = [];
    let length = 0;
    for (;;) {
      const { bytesRead, buffer } = await file.read(Buffer.alloc(chunkBytes), 0, chunkBytes, null);
      if (bytesRead === 0) return Buffer.concat(chunks).toString('utf8');
      length += bytesRead;
      if (length > limitBytes) throw new Error(`${path}: expected at most ${limitBytes} bytes, got more`);
      chunks.push(buffer.subarray(0, bytesRead));
    }
  } finally {
    await file.close();
  }
}
