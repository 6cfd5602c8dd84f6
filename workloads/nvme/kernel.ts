import { randomFillSync } from 'node:crypto';
import { closeSync, fsyncSync, openSync, writeSync } from 'node:fs';
import { performance } from 'node:perf_hooks';

interface Input {
  readonly file: string;
  readonly order: 'sequential' | 'random';
  readonly blockBytes: number;
  readonly fileBytes: number;
  readonly seconds: number;
}

/**
 * Writes a file through the page cache, each block at most once, and makes it durable (fsync) within the time that
 * is measured: what ends up on the drive is then what was written. Without O_DIRECT nothing can be said of reads.
 */
export function run(input: unknown): unknown {
  const { file, order, blockBytes, fileBytes, seconds } = input as Input; // our own plan wrote it
  const block = randomFillSync(Buffer.alloc(blockBytes));
  const count = Math.floor(fileBytes / blockBytes);
  const step = order === 'sequential' ? 1 : coprimeStep(count);
  const descriptor = openSync(file, 'w', 0o600);
  try {
    let operations = 0;
    const start = performance.now();
    const end = start + seconds * 1000;
    while (operations < count && performance.now() < end) {
      writeWhole(descriptor, block, ((operations * step) % count) * blockBytes);
      operations += 1;
    }
    fsyncSync(descriptor);
    const elapsedMs = performance.now() - start;
    return { runtime: process.version, operations, bytes: operations * blockBytes, elapsedMs };
  } finally {
    closeSync(descriptor);
  }
}

function writeWhole(descriptor: number, block: Buffer, position: number): void {
  for (let done = 0; done < block.length; )
    done += writeSync(descriptor, block, done, block.length - done, position + done);
}

/** A step that visits all of `count` blocks once in an order without neighbours (near the golden ratio of them). */
function coprimeStep(count: number): number {
  let step = Math.max(1, Math.floor(count * 0.618));
  while (greatestCommonDivisor(step, count) !== 1) step += 1;
  return step;
}

function greatestCommonDivisor(a: number, b: number): number {
  return b === 0 ? a : greatestCommonDivisor(b, a % b);
}
