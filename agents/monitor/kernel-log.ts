import { closeSync, constants, openSync, readSync } from 'node:fs';
import { codeOf } from '../../workloads/kit/code-of.ts';

/** A record of the kernel's log is read at once, whole; there are never more than this. */
const [recordBytes, mostRecords] = [8_192, 100_000];

export interface KernelLog {
  /** What it says since the last time. */
  readonly readNew: () => readonly string[];
  readonly close: () => void;
}

const open = (path: string): number => openSync(path, constants.O_RDONLY | constants.O_NONBLOCK);

/** What the kernel says from now on; nothing where we may not read it. */
export function openKernelLog(path: string): KernelLog {
  let file: number;
  try {
    file = open(path);
  } catch (cause) {
    if (codeOf(cause) === undefined) throw cause;
    return { readNew: () => [], close: () => undefined };
  }
  const readNew = (): readonly string[] => [...linesOf(file)];
  readNew();
  return { readNew, close: () => closeSync(file) };
}

/** All that it still has, from its first record on. Throws what opening it throws. */
export function* readKernelLog(path: string): Generator<string> {
  const file = open(path);
  try {
    yield* linesOf(file);
  } finally {
    closeSync(file);
  }
}

/** What there is to be read now. */
function* linesOf(file: number): Generator<string> {
  const buffer = Buffer.alloc(recordBytes);
  for (let count = 0; count < mostRecords; count += 1) {
    let bytes: number;
    try {
      bytes = readSync(file, buffer);
    } catch (cause) {
      // EPIPE: older records were written over, and the next read goes on behind them.
      if (codeOf(cause) === undefined) throw cause;
      if (codeOf(cause) !== 'EPIPE') break;
      continue;
    }
    if (bytes === 0) break;
    yield* buffer.toString('utf8', 0, bytes).split('\n');
  }
}
