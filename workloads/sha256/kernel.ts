import { createHash, hash } from 'node:crypto';

interface BulkInput {
  readonly blockBytes: number;
  readonly seconds: number;
}

/** FIPS 180-4: SHA-256 of `abc`. */
const abcDigest = 'ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad';

/** Hashes blocks through node:crypto for `seconds` in this thread: the same work as `openssl speed`, less exactly. */
export function run(input: unknown): Readonly<Record<string, unknown>> {
  const { blockBytes, seconds } = input as BulkInput; // the tool's plan wrote it; this file may import no schema
  const block = Buffer.alloc(blockBytes, 0xa5);
  const expected = createHash('sha256').update(block).digest('hex');
  let last = '';
  for (let i = 0; i < 200; i++) last = hash('sha256', block);
  let blocks = 0;
  const start = performance.now();
  let elapsedMs = 0;
  do {
    for (let i = 0; i < 64; i++) last = hash('sha256', block);
    blocks += 64;
    elapsedMs = performance.now() - start;
  } while (elapsedMs < seconds * 1000);
  const wrong = Number(hash('sha256', 'abc') !== abcDigest) + Number(last !== expected);
  return { runtime: process.versions.node, bytes: blocks * blockBytes, elapsedMs, checked: 2, wrong };
}
