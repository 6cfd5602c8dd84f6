import type { NodeMapContent } from '../page/content.ts';
import type { MapRack } from '../page/map-nodes.ts';
import { cleanText } from '../text/clean-text.ts';
import { cutText } from '../text/cut-text.ts';
import { displayWidth, padEnd } from '../text/display-width.ts';
import { wrapText } from '../text/wrap-text.ts';
import type { BlockNode } from '../verdict/verdict.ts';
import { conclusionMarks } from '../verdict/words/verdict-words.ts';

// So that one rack fits on the narrowest page.
const short = (text: string): string => cutText(cleanText(text), 20);
const shortSlot = (text: string): string => cutText(cleanText(text), 8);

/** The node map in fixed columns, for a terminal or a code block: as many racks side by side as the width allows. */
export function nodeMapLines({ map, legend }: NodeMapContent, columns: number): readonly string[] {
  const { racks, isLevel, elsewhere } = map;
  const width =
    2 + widest(racks.flatMap((rack) => [short(rack.rack), rack.tally, ...entriesOf(rack, isLevel)]));
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
  return [...lines, ...(elsewhere.length > 0 ? [''] : []), ...wrapText(legend, columns)].map((line) =>
    line.trimEnd(),
  );
}

const entry = ({ id, conclusion }: BlockNode): string => `${conclusionMarks[conclusion]} ${short(id)}`;

const entriesOf = ({ slots }: MapRack, isLevel: boolean): readonly string[] =>
  slots.flatMap(({ slot, nodes }) =>
    nodes.map((node) => (isLevel ? entry(node) : `${shortSlot(slot)} ${entry(node)}`)),
  );

/** One row for each slot, or as many as there are nodes in it. */
function levelRows(racks: readonly MapRack[], lead: number, width: number): readonly string[] {
  const heads = [racks.map(({ rack }) => short(rack)), racks.map(({ tally }) => tally)];
  const rows = (racks[0]?.slots ?? []).flatMap(({ slot }, place) => {
    const stacks = racks.map(({ slots }) => slots[place]?.nodes ?? []);
    const height = Math.max(1, ...stacks.map((stack) => stack.length));
    return Array.from({ length: height }, (_, row) => [
      padEnd(row === 0 ? shortSlot(slot) : '', lead),
      ...stacks.map((stack) => padEnd(stack[row] === undefined ? '' : entry(stack[row]), width)),
    ]);
  });
  return [
    ...heads.map((texts) => [padEnd('', lead), ...texts.map((text) => padEnd(text, width))]),
    ...rows,
  ].map((cells) => cells.join(''));
}

/** Racks with too little in common for rows: each names its own slots. */
function looseRows(racks: readonly MapRack[], width: number): readonly string[] {
  const columns = racks.map((rack) => [short(rack.rack), rack.tally, ...entriesOf(rack, false)]);
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
