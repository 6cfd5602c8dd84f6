import { createHash } from 'node:crypto';
import type { FileHandle } from 'node:fs/promises';
import { open } from 'node:fs/promises';
import { join } from 'node:path';
import type { Readable } from 'node:stream';
import type { CapturedOutput } from '../protocol/step.ts';

/** Most that is kept of one output. Real tools print kilobytes; the rest is a tool that has gone wild. */
export const maxOutputBytes = 16 * 1024 * 1024;

/**
 * Writes a stream to an open file, hashing what is written, and calls `onFlood` once when more than the cap
 * arrives. Reading begins in this very call: a stream that nobody reads when its process ends is emptied. Resolves
 * when the stream ended or was destroyed, with the file closed.
 */
export async function writeCapped(
  output: string,
  stream: Readable,
  file: OpenFile,
  onFlood: () => void,
): Promise<CapturedOutput> {
  const hash = createHash('sha256');
  let bytes = 0;
  let capped = false;
  try {
    for await (const chunk of untilClosed(stream)) {
      const kept = chunk.subarray(0, maxOutputBytes - bytes);
      if (kept.length < chunk.length && !capped) {
        capped = true;
        onFlood();
      }
      if (kept.length === 0) continue;
      await file.handle.writeFile(kept);
      hash.update(kept);
      bytes += kept.length;
    }
    await file.handle.sync();
  } finally {
    await file.handle.close();
  }
  return { output, file: file.name, bytes, sha256: hash.digest('hex'), capped };
}

export interface OpenFile {
  readonly name: string;
  readonly handle: FileHandle;
}

/** Creates a file in `directory`; one that exists is refused, evidence is never written over. */
export async function createEvidence(directory: string, name: string): Promise<OpenFile> {
  return { name, handle: await open(join(directory, name), 'wx', 0o600) };
}

/** A killed process closes its pipes early: that ends the output, it is not an error of ours. */
async function* untilClosed(stream: Readable): AsyncGenerator<Buffer> {
  try {
    for await (const chunk of stream) yield chunk as Buffer; // no encoding is set, so chunks are buffers
  } catch (cause) {
    if (!isPrematureClose(cause)) throw cause;
  }
}

const isPrematureClose = (cause: unknown): boolean =>
  cause instanceof Error &&
  'code' in cause &&
  (cause.code === 'ERR_STREAM_PREMATURE_CLOSE' || cause.code === 'ABORT_ERR');
