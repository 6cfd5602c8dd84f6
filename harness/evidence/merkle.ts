import { createHash } from 'node:crypto';

/** Trees of hashes as RFC 6962, 2.1 has them. */

const hashOf = (prefix: number, ...parts: readonly Uint8Array[]): Buffer => {
  const hash = createHash('sha256').update(Buffer.from([prefix]));
  for (const part of parts) hash.update(part);
  return hash.digest();
};

export const leafHash = (entry: Uint8Array): Buffer => hashOf(0, entry);
const nodeHash = (left: Uint8Array, right: Uint8Array): Buffer => hashOf(1, left, right);

/** The largest power of two below a number of leaves, of which there are two at least. */
const splitOf = (count: number): number => 2 ** Math.floor(Math.log2(count - 1));

/** The root over the hashes of leaves; of none the hash of nothing. */
export function rootOf(leaves: readonly Buffer[]): Buffer {
  const [first] = leaves;
  if (first === undefined) return createHash('sha256').digest();
  if (leaves.length === 1) return first;
  const split = splitOf(leaves.length);
  return nodeHash(rootOf(leaves.slice(0, split)), rootOf(leaves.slice(split)));
}

/** The hashes by which a leaf is found in the root, from the leaf upwards (2.1.1). */
export function proveInclusion(index: number, leaves: readonly Buffer[]): readonly Buffer[] {
  if (leaves.length <= 1) return [];
  const split = splitOf(leaves.length);
  return index < split
    ? [...proveInclusion(index, leaves.slice(0, split)), rootOf(leaves.slice(split))]
    : [...proveInclusion(index - split, leaves.slice(split)), rootOf(leaves.slice(0, split))];
}

/** Whether a leaf is the one at this place of the tree with that root (RFC 9162, 2.1.3.2). */
export function isIncluded(
  leaf: Buffer,
  {
    index,
    size,
    proof,
    root,
  }: {
    readonly index: number;
    readonly size: number;
    readonly proof: readonly Buffer[];
    readonly root: Buffer;
  },
): boolean {
  if (!(index >= 0 && index < size)) return false;
  let [at, last] = [index, size - 1];
  let hash = leaf;
  for (const other of proof) {
    if (last === 0) return false;
    if (at % 2 === 1 || at === last) {
      hash = nodeHash(other, hash);
      while (at % 2 === 0 && at !== 0) [at, last] = [Math.floor(at / 2), Math.floor(last / 2)];
    } else hash = nodeHash(hash, other);
    [at, last] = [Math.floor(at / 2), Math.floor(last / 2)];
  }
  return last === 0 && hash.equals(root);
}
