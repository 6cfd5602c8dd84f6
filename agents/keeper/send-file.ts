import { open } from 'node:fs/promises';
import { join } from 'node:path';
import { AssayError } from '../../workloads/kit/assay-error.ts';
import type { FromAgent } from '../protocol/messages.ts';

/** Their text is no large object of V8, which would stay until all of its memory is looked through. */
const chunkBytes = 64 * 1024;

/** Sends a file of the run directory in chunks, each awaited, so that a slow link never fills our memory. */
export async function sendFile(
  directory: string,
  path: string,
  send: (chunk: FromAgent) => Promise<void>,
): Promise<void> {
  const file = await open(join(directory, path)).catch((cause: unknown) => {
    const isMissing = cause instanceof Error && 'code' in cause && cause.code === 'ENOENT';
    if (!isMissing) throw cause;
    throw new AssayError('EVIDENCE_DAMAGED', `expected the file ${path} on the node, found none`, { cause });
  });
  try {
    const buffer = Buffer.alloc(chunkBytes);
    for (let offset = 0; ; ) {
      const { bytesRead } = await file.read(buffer, 0, chunkBytes, offset);
      const last = bytesRead < chunkBytes;
      await send({ type: 'chunk', path, offset, data: buffer.toString('base64', 0, bytesRead), last });
      if (last) return;
      offset += bytesRead;
    }
  } finally {
    await file.close();
  }
}
