import type { Block, BlockNode, Conclusion, Verdict } from '../verdict.ts';
import { cleanText } from '../../text/clean-text.ts';

/** Whether a document is about many nodes together; the part about one node of a block is not. */
export const isBlock = ({ block }: Pick<Verdict, 'block'>): boolean => (block?.nodes.length ?? 0) > 1;

/** How the report on a block opens. A contract accepts a block or does not; `conforms` is as far as a report can go. */
export const blockWords: Readonly<Record<Conclusion, string>> = {
  pass: 'Block: conforms',
  fail: 'Block: not accepted',
  undecided: 'Block: not decided',
  unreached: 'Nothing was reached',
};

/** One node among others, as the map and every list calls it. */
export const nodeWords: Readonly<Record<Conclusion, string>> = {
  pass: 'conforms',
  fail: 'fails',
  undecided: 'undecided',
  unreached: 'not reached',
};

/** `30 of 32 nodes conform`. */
export function tallyNodes(nodes: readonly Pick<BlockNode, 'conclusion'>[]): string {
  const passed = nodes.filter(({ conclusion }) => conclusion === 'pass').length;
  return `${passed} of ${nodes.length} nodes ${passed === 1 ? 'conforms' : 'conform'}`;
}

/** What the report on one node says of the block that it was taken from. */
export const partWords = ({ nodes, conclusion }: NonNullable<Block['whole']>): string =>
  `Part of a run over ${nodes} nodes. ${blockWords[conclusion]}.`;

/** `R34 / U26`, as far as it is known; empty when nothing is. */
export function placeOf({ block }: Pick<Verdict, 'block'>, node: string): string {
  const { rack, slot } = block?.nodes.find(({ id }) => id === node) ?? {};
  return [rack, slot]
    .filter((part) => part !== undefined && part !== '')
    .map((part) => cleanText(part ?? ''))
    .join(' / ');
}

/** A name that is a directory below `nodes/`: what an inventory allows. */
const plainName = /^[A-Za-z0-9][A-Za-z0-9._-]{0,62}$/;

/** Where the report of one node lies, from the directory of the run; absent for what is no name of a node. */
export const nodeReportPath = (node: string): string | undefined =>
  plainName.test(node) ? `nodes/${node}/report.html` : undefined;
