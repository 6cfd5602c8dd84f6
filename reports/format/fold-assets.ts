import type { AssetVerdict } from '../verdict/verdict.ts';
import { groupBy } from './group-by.ts';

/** Nodes that can be used for the same, for the same reason; the first one speaks for all. */
export interface AssetGroup {
  readonly asset: AssetVerdict;
  readonly nodes: readonly string[];
}

/** Asset verdicts that differ in nothing but the node, together, in the order of the document. */
export const foldAssets = (assets: readonly AssetVerdict[]): readonly AssetGroup[] =>
  [...groupBy(assets, (asset) => JSON.stringify({ ...asset, node: '' })).values()].flatMap((members) => {
    const [asset] = members;
    return asset === undefined ? [] : [{ asset, nodes: members.map(({ node }) => node) }];
  });
