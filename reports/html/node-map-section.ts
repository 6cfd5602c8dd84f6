import { nodeReportPath, nodeWords, placeOf } from '../verdict/words/block-words.ts';
import { displayWidth } from '../text/display-width.ts';
import { foldNames } from '../verdict/words/fold-names.ts';
import { groupBy } from '../format/group-by.ts';
import type { MapRack } from '../format/map-nodes.ts';
import { mapNodes } from '../format/map-nodes.ts';
import { legendOf } from '../format/node-map-lines.ts';
import { conclusionMarks } from '../verdict/words/verdict-words.ts';
import type { BlockNode, Verdict } from '../verdict/verdict.ts';
import type { SafeHtml } from '../writers/html/html.ts';
import { html } from '../writers/html/html.ts';
import { conclusionTones } from './marks.ts';
import { section } from './section.ts';

/** The nodes of a block where they stand, each with its mark and a link to its own report. */
export function nodeMapSection({ block }: Verdict): SafeHtml {
  const nodes = block?.nodes ?? [];
  const { racks, isLevel, elsewhere } = mapNodes(nodes);
  const body = html`<p class="legend">${legendOf(nodes)}</p>${
    racks.length === 0
      ? undefined
      : html`<div class="racks" style="--entry: ${entryWidth(nodes)}ch">${racks.map((rack) => rackColumn(rack, isLevel))}</div>`
  }${racks.length > 0 && elsewhere.length > 0 ? html`<p class="note">No rack is known:</p>` : undefined}${
    elsewhere.length === 0
      ? undefined
      : html`<ul class="elsewhere plain" style="--entry: ${entryWidth(elsewhere)}ch">${elsewhere.map((node) => html`<li>${nodeLink(node)}</li>`)}</ul>`
  }`;
  return section(
    'map',
    'The nodes',
    'By rack and slot. Every node has a report of its own behind its name.',
    body,
  );
}

/** Characters that the widest entry takes: as many racks stand side by side as that allows. Longer names wrap. */
function entryWidth(nodes: readonly BlockNode[]): number {
  const widest = (texts: readonly string[]): number => Math.max(0, ...texts.map(displayWidth));
  const slots = widest(nodes.map(({ slot }) => (slot === undefined ? '' : `${slot} `)));
  // The columns of mark and slot take their width also where slots are short.
  return Math.min(Math.max(13, 3 + slots + widest(nodes.map(({ id }) => id))), 32);
}

/** `isLevel`: gaps are kept, so that one row is one height in all racks. */
const rackColumn = ({ rack, slots }: MapRack, isLevel: boolean): SafeHtml => html`<div class="rack">
<h3><span class="hidden">Rack </span>${rack}</h3>
<ul class="plain">${slots.map(({ slot, nodes }) =>
  nodes.length === 0
    ? isLevel
      ? html`<li class="gap"><span class="slot">${slot}</span><span class="hidden">empty</span></li>`
      : html``
    : html`${nodes.map((node, place) => html`<li><span class="slot">${place === 0 ? slot : ''}</span>${nodeLink(node)}</li>`)}`,
)}</ul></div>
`;

function nodeLink({ id, conclusion }: BlockNode): SafeHtml {
  const path = nodeReportPath(id);
  const name = html`<bdi>${id}</bdi>`;
  return html`<span class="node ${conclusionTones[conclusion]}"><span aria-hidden="true">${conclusionMarks[conclusion]}</span> ${path === undefined ? name : html`<a href="${path}">${name}</a>`}<span class="hidden"> ${nodeWords[conclusion]}</span></span>`;
}

/** Why those do not conform that do not, nodes with one reason together; those that conform are one line. */
export function standingsSection(verdict: Verdict): SafeHtml {
  const nodes = verdict.block?.nodes ?? [];
  const rows = groupBy(nodes, ({ conclusion, reason }) =>
    JSON.stringify(conclusion === 'pass' ? ['pass'] : [conclusion, reason]),
  );
  const sorted = [...rows.values()].sort(([left], [right]) => rank(left) - rank(right));
  const body = html`<ul class="standings plain">${sorted.map((same) => standing(same, verdict))}</ul>`;
  return section('standings', 'Node by node', 'A node is as good as its worst required cell.', body);
}

const worstFirst = ['fail', 'undecided', 'unreached', 'pass'] as const;
const rank = (node: BlockNode | undefined): number => worstFirst.indexOf(node?.conclusion ?? 'pass');

function standing(same: readonly BlockNode[], verdict: Verdict): SafeHtml {
  const [first] = same;
  if (first === undefined) return html``;
  const { conclusion, reason } = first;
  const places = same.length === 1 ? placeOf(verdict, first.id) : '';
  return html`<li><p class="line"><span class="word ${conclusionTones[conclusion]}"><span aria-hidden="true">${conclusionMarks[conclusion]}</span> ${nodeWords[conclusion]}</span> <b><bdi>${foldNames(same.map(({ id }) => id))}</bdi></b>${places === '' ? undefined : html` <span class="owner">${places}</span>`}</p>${conclusion === 'pass' ? undefined : html`<p>${reason}</p>`}</li>`;
}
