import { constants } from 'node:fs';
import { open } from 'node:fs/promises';
import type { Result } from '../../workloads/kit/result.ts';
import { err, ok } from '../../workloads/kit/result.ts';
import { maxFileBytes } from '../store/pack.ts';

/** The bytes of a file, with nothing followed, waited for or read beyond what any tool prints; else why not. */
export async function readLogFile(place: string): Promise<Result<Buffer>> {
  try {
    await using file = await open(place, constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK);
    const stats = await file.stat();
    if (!stats.isFile()) return err('it is no file any more');
    if (stats.size > maxFileBytes)
      return err(`it has ${stats.size} bytes, and no log has more than ${maxFileBytes}`);
    const bytes = Buffer.alloc(stats.size + 1);
    let length = 0;
    while (length < bytes.length) {
      const { bytesRead } = await file.read(bytes, length, bytes.length - length);
      if (bytesRead === 0) break;
      length += bytesRead;
    }
    return length === stats.size ? ok(bytes.subarray(0, length)) : err('it changed while it was read');
  } catch (cause) {
    if (!(cause instanceof Error && 'code' in cause)) throw cause;
    return err(`it cannot be read: ${String(cause.code)}`);
  }
}
