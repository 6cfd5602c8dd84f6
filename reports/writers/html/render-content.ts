import type {
  Asset,
  Content,
  DefectEntry,
  Definitions,
  Figures,
  Fold,
  List,
  NodeMapContent,
  Section,
} from '../../page/content.ts';
import { nodeWord } from '../../page/content.ts';
import type { MapRack, NodeMap } from '../../page/map-nodes.ts';
import { displayWidth } from '../../text/display-width.ts';
import type { BlockNode } from '../../verdict/verdict.ts';
import type { SafeHtml } from './html.ts';
import { html, trusted } from './html.ts';
import { renderPicture } from './render-picture.ts';
import { renderTable } from './render-table.ts';
import { nodeLink, renderProse, renderText, renderWord } from './render-text.ts';

/** A section: its heading in the margin, its matter beside it. */
export const renderSection = ({ id, title, note, content }: Section): SafeHtml =>
  html`<section id="${id}" aria-labelledby="${id}-title"><div class="heading"><h2 id="${id}-title">${title}</h2><p class="note">${renderProse(note)}</p></div><div class="matter">
${content.map(renderContent)}</div></section>
`;

function renderContent(it: Content): SafeHtml {
  switch (it.kind) {
    case 'paragraph':
      return html`<p${trusted(it.isNote === true ? ' class="note"' : '')}>${renderText(it.text)}</p>
`;
    case 'list':
      return renderList(it);
    case 'definitions':
      return renderDefinitions(it);
    case 'table':
      return renderTable(it);
    case 'fold':
      return renderFold(it);
    case 'defects':
      return html`<ol class="punch-list">${it.entries.map(renderDefect)}</ol>
`;
    case 'asset':
      return renderAsset(it);
    case 'node-map':
      return renderNodeMap(it);
    case 'picture':
      return renderPicture(it.picture);
    case 'figures':
      return renderFigures(it);
  }
}

const renderFold = ({ summary, content, isOpen = false }: Fold): SafeHtml =>
  html`<details${trusted(isOpen ? ' open' : '')}><summary>${renderText(summary)}</summary>
${content.map(renderContent)}</details>
`;

const renderList = ({ items, look }: List): SafeHtml =>
  html`<ul class="${look === undefined ? '' : `${look} plain`}">${items.map((item) => html`<li>${renderText(item)}</li>`)}</ul>
`;

const renderDefinitions = ({ look, title, rows }: Definitions): SafeHtml =>
  html`${title === undefined ? undefined : html`<h3 class="group">${title}</h3>`}<dl class="${look}">${rows.map(
    ({ terms, text }) =>
      html`<div>${terms.map((term) => html`<dt>${renderText(term)}</dt>`)}<dd>${renderText(text)}</dd></div>`,
  )}</dl>
`;

function renderDefect({ word, where, owner, lines, action, retest, proof }: DefectEntry): SafeHtml {
  const [what, ...places] = where;
  return html`<li>
<p class="line">${renderWord(word)} <b>${what}</b> ${places.map((each) => html`<bdi>${each}</bdi> `)}<span class="owner">${owner}</span></p>
${lines.map((line) => html`<p>${renderProse(line)}</p>`)}
<p class="action"><span class="lead">To do</span> ${renderProse(action)}</p>
${retest === undefined ? undefined : html`<p><span class="lead">Re-test</span> ${retest}</p>`}${renderFold(proof)}</li>
`;
}

const renderAsset = (it: Asset): SafeHtml => html`<article class="asset">
<p class="letter"><span class="hidden">Asset verdict </span>${it.letter}</p>
<div>
<h3><bdi>${it.nodes}</bdi></h3>
${it.about === '' ? undefined : html`<p class="note">${it.about}</p>`}
<p class="meaning">${it.meaning}</p>
<p><span class="lead">Decided by</span> ${renderProse(it.reason)}${it.decidedBy === undefined ? undefined : html` <code>${it.decidedBy}</code>`}</p>
${it.ladder === undefined ? undefined : html`<p class="note">Class ${it.class.id}, ${it.class.how === 'claimed' ? 'as the inventory claims' : 'inferred from what was found'}.</p>`}
${it.ladder === undefined || it.ladder.rows.length === 0 ? undefined : renderTable(it.ladder)}
</div>
</article>
`;

/** A picture that is wider than the screen is moved in its own frame, by keys too. */
const renderFigures = ({ items }: Figures): SafeHtml =>
  html`<div class="figures">${items.map(
    ({ title, note, picture, below }) =>
      html`<figure class="${picture.kind}"><figcaption><b>${title}</b><small>${note}</small></figcaption><div class="frame" role="group" aria-label="${title}" tabindex="0">${renderPicture(picture)}</div>${below.map((text) => html`<p>${renderText(text)}</p>`)}</figure>
`,
  )}</div>
`;

function renderNodeMap({ map, legend }: NodeMapContent): SafeHtml {
  const { racks, elsewhere } = map;
  const placed = racks.flatMap(({ slots }) => slots.flatMap(({ nodes }) => nodes));
  return html`<p class="legend">${legend}</p>${
    racks.length === 0
      ? undefined
      : html`<div class="racks" style="--entry: ${entryWidth(placed)}ch">${racks.map((rack) => renderRack(rack, map))}</div>`
  }${racks.length > 0 && elsewhere.length > 0 ? html`<p class="note">No rack is known:</p>` : undefined}${
    elsewhere.length === 0
      ? undefined
      : html`<ul class="elsewhere plain" style="--entry: ${entryWidth(elsewhere)}ch">${elsewhere.map((node) => html`<li>${nodeEntry(node, map)}</li>`)}</ul>`
  }
`;
}

/** Characters that the widest entry takes: as many racks stand side by side as that allows. Longer names wrap. */
function entryWidth(nodes: readonly BlockNode[]): number {
  const widest = (texts: readonly string[]): number =>
    texts.reduce((most, text) => Math.max(most, displayWidth(text)), 0);
  const slots = widest(nodes.map(({ slot }) => (slot === undefined ? '' : `${slot} `)));
  // The columns of mark and slot take their width also where slots are short.
  return Math.min(Math.max(13, 3 + slots + widest(nodes.map(({ id }) => id))), 32);
}

/** Where all are level gaps are kept, so that one row is one height in all racks. */
const renderRack = ({ rack, tally, slots }: MapRack, map: NodeMap): SafeHtml => html`<div class="rack">
<h3><span class="hidden">Rack </span>${rack} <span class="note">${tally}</span></h3>
<ul class="plain">${slots.map(({ slot, nodes }) =>
  nodes.length === 0
    ? map.isLevel
      ? html`<li class="gap"><span class="slot">${slot}</span><span class="hidden">empty</span></li>`
      : html``
    : html`${nodes.map((node, place) => html`<li><span class="slot">${place === 0 ? slot : ''}</span>${nodeEntry(node, map)}</li>`)}`,
)}</ul></div>
`;

function nodeEntry({ id, conclusion }: BlockNode, { pages }: NodeMap): SafeHtml {
  const { tone, mark, text } = nodeWord(conclusion);
  return html`<span class="node ${tone}"><span aria-hidden="true">${mark}</span> ${nodeLink(id, pages)}<span class="hidden"> ${text}</span></span>`;
}
