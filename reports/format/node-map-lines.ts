import type { BlockNode } from '../verdict/verdict.ts';
import { nodeWords } from '../verdict/words/block-words.ts';
import { cleanText } from '../text/clean-text.ts';
import { cutText } from '../text/cut-text.ts';
import { displayWidth } from '../text/display-width.ts';
import type { MapRack } from './map-nodes.ts';
import { mapNodes } from './map-nodes.ts';
import { padEnd } from './terminal-page.ts';
import { conclusionMarks } from '../verdict/words/verdict-words.ts';
import { wrapText } from '../text/wrap-text.ts';

// So that one rack fits on the narrowest page.
const short = (text: string): string => cutText(cleanText(text), 20);
const shortSlot = (text: string): string => cutText(cleanText(text), 8);

/** The node map in fixed columns, for a terminal or a code block: as many racks side by side as the width allows. */
export function nodeMapLines(nodes: readonly BlockNode[], columns: number): readonly string[] {
  const { racks, isLevel, elsewhere } = mapNodes(nodes);
  const width = 2 + widest(racks.flatMap((rack) => [short(rack.rack), ...entriesOf(rack, isLevel)]));
  const lead = isLevel
    ? 2 + widest(racks.flatMap(({ slots }) => slots.map(({ slot }) => shortSlot(slot))))
    : 0;
  const lines = [
    ...chunk(racks, Math.max(1, Math.floor((columns - lead) / width))).flatMap((some) => [
      ...(isLevel ? levelRows(some, lead, width) : looseRows(some, width)),
      '',
    ]),
    ...(racks.length > 0 && elsewhere.length > 0 ? ['No rack is known:'] : []),
    ...flow(elsewhere.map(entry), columns),
  ];
  const legend = wrapText(legendOf(nodes), columns);
  return [...lines, ...(elsewhere.length > 0 ? [''] : []), ...legend].map((line) => line.trimEnd());
}

/** `● 29 conform  ✖ 2 fail  ○ 1 not reached`: marks and numbers, so that the map needs no colours. */
export function legendOf(nodes: readonly BlockNode[]): string {
  return (['pass', 'fail', 'undecided', 'unreached'] as const)
    .map((each) => ({ each, count: nodes.filter(({ conclusion }) => conclusion === each).length }))
    .filter(({ each, count }) => count > 0 || each === 'pass')
    .map(({ each, count }) => {
      const word = count === 1 ? nodeWords[each] : nodeWords[each].replace(/s$/, '');
      return `${conclusionMarks[each]} ${count} ${word}`;
    })
    .join('  ');
}

const entry = ({ id, conclusion }: BlockNode): string => `${conclusionMarks[conclusion]} ${short(id)}`;

const entriesOf = ({ slots }: MapRack, isLevel: boolean): readonly string[] =>
  slots.flatMap(({ slot, nodes }) =>
    nodes.map((node) => (isLevel ? entry(node) : `${shortSlot(slot)} ${entry(node)}`)),
  );

/** One row for each slot, or as many as there are nodes in it. */
function levelRows(racks: readonly MapRack[], lead: number, width: number): readonly string[] {
  const head = racks.map(({ rack }) => padEnd(short(rack), width));
  const rows = (racks[0]?.slots ?? []).flatMap(({ slot }, place) => {
    const stacks = racks.map(({ slots }) => slots[place]?.nodes ?? []);
    const height = Math.max(1, ...stacks.map((stack) => stack.length));
    return Array.from({ length: height }, (_, row) => [
      padEnd(row === 0 ? shortSlot(slot) : '', lead),
      ...stacks.map((stack) => padEnd(stack[row] === undefined ? '' : entry(stack[row]), width)),
    ]);
  });
  return [[padEnd('', lead), ...head], ...rows].map((cells) => cells.join(''));
}

/** Racks with too little in common for rows: each names its own slots. */
function looseRows(racks: readonly MapRack[], width: number): readonly string[] {
  const columns = racks.map((rack) => [short(rack.rack), ...entriesOf(rack, false)]);
  const height = Math.max(...columns.map((column) => column.length));
  return Array.from({ length: height }, (_, row) =>
    columns.map((column) => padEnd(column[row] ?? '', width)).join(''),
  );
}

function flow(entries: readonly string[], columns: number): readonly string[] {
  const width = 2 + widest(entries);
  return chunk(entries, Math.max(1, Math.floor(columns / width))).map((some) =>
    some.map((each) => padEnd(each, width)).join(''),
  );
}

const widest = (texts: readonly string[]): number => Math.max(0, ...texts.map(displayWidth));

const chunk = <T>(items: readonly T[], size: number): readonly (readonly T[])[] =>
  Array.from({ length: Math.ceil(items.length / size) }, (_, place) =>
    items.slice(place * size, (place + 1) * size),
  );
