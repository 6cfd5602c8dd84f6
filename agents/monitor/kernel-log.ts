import { closeSync, constants, openSync, readSync } from 'node:fs';
import { codeOf } from '../../workloads/kit/code-of.ts';

/** A record of the kernel's log is read at once, whole; there are never more than this. */
const [recordBytes, mostRecords] = [8_192, 100_000];

export interface KernelLog {
  /** What it says since the last time. */
  readonly readNew: () => readonly string[];
  readonly close: () => void;
}

/** What the kernel says from now on; nothing where we may not read it. */
export function openKernelLog(path: string): KernelLog {
  let file: number;
  try {
    file = openSync(path, constants.O_RDONLY | constants.O_NONBLOCK);
  } catch (cause) {
    if (codeOf(cause) === undefined) throw cause;
    return { readNew: () => [], close: () => undefined };
  }
  const buffer = Buffer.alloc(recordBytes);
  const readNew = (): readonly string[] => {
    const lines: string[] = [];
    for (let count = 0; count < mostRecords; count += 1) {
      try {
        const bytes = readSync(file, buffer);
        if (bytes === 0) break;
        lines.push(...buffer.toString('utf8', 0, bytes).split('\n'));
      } catch (cause) {
        // EPIPE: older records were written over, and the next read goes on behind them.
        if (codeOf(cause) === undefined) throw cause;
        if (codeOf(cause) !== 'EPIPE') break;
      }
    }
    return lines;
  };
  readNew();
  return { readNew, close: () => closeSync(file) };
}
