import { mostNodePages, rankNode } from '../verdict/node-pages.ts';
import type { BlockNode, Conclusion } from '../verdict/verdict.ts';
import type { VerdictLookup } from '../verdict/verdict-lookup.ts';
import { foldNames } from '../verdict/words/fold-names.ts';
import { say } from '../verdict/words/say.ts';
import { conclusionMarks, nodeWords } from '../verdict/words/verdict-words.ts';
import type { Content, Section, Span } from './content.ts';
import { nodeWord, strong } from './content.ts';
import { mapNodes } from './map-nodes.ts';

/** The nodes of a block where they stand, and why those do not conform that do not; nodes with one reason together. */
export function nodeMapSection({ verdict, pages }: VerdictLookup): Section {
  const nodes = verdict.block?.nodes ?? [];
  const open = nodes.filter(({ conclusion }) => conclusion !== 'pass');
  const alike = [...Map.groupBy(open, (it) => JSON.stringify([it.conclusion, it.reason])).values()];
  const items = alike
    .toSorted(([left], [right]) => (left && right ? rankNode(left) - rankNode(right) : 0))
    .map(standing);
  const standings: readonly Content[] =
    items.length === 0 ? [] : [{ kind: 'list', look: 'standings', items }];
  return {
    id: 'map',
    title: `Nodes (${nodes.length})`,
    note: `By rack and slot, racks with something to do first. Every node is as good as its worst required cell.${pagesNote(nodes.length, pages.size)}`,
    content: [{ kind: 'node-map', map: mapNodes(nodes, pages), legend: legendOf(nodes) }, ...standings],
  };
}

/** What lies behind the names, and how to get what does not. */
const pagesNote = (nodes: number, pages: number): string =>
  pages === 0 && nodes <= mostNodePages
    ? ''
    : pages >= nodes
      ? ' Each has a report of its own behind its name.'
      : ` Of more than ${mostNodePages} nodes only those that need somebody have a report of their own behind their names, ${mostNodePages} at most; \`assay report RUN --node NAME\` makes that of another.`;

function standing(same: readonly BlockNode[]): readonly Span[] {
  const [first] = same;
  if (first === undefined) return [];
  const { mark, tone, text } = nodeWord(first.conclusion);
  return [
    { kind: 'word', mark, tone, text: '' },
    ' ',
    strong(foldNames(same.map(({ id }) => id))),
    ` ${text}: ${say(first.reason)}`,
  ];
}

const conclusions: readonly Conclusion[] = ['pass', 'fail', 'undecided', 'unreached'];

/** `● 29 conform  ✖ 2 fail  ○ 1 not reached`. */
function legendOf(nodes: readonly BlockNode[]): string {
  return conclusions
    .map((each) => ({ each, count: nodes.filter(({ conclusion }) => conclusion === each).length }))
    .filter(({ each, count }) => count > 0 || each === 'pass')
    .map(
      ({ each, count }) =>
        `${conclusionMarks[each]} ${count} ${nodeWords[each][count === 1 ? 'one' : 'many']}`,
    )
    .join('  ');
}
