import type { ListedFile } from '../evidence/manifest.ts';
import { listTree } from './list-tree.ts';

/** Every file below a folder with its size and digest, as `listTree` lists them. Throws EVIDENCE_DAMAGED. */
export const hashTree = (root: string, prefix: string): readonly ListedFile[] =>
  listTree(root, prefix).map(({ path, bytes, digest }) => ({ path, bytes, sha256: digest() }));
