import { isBlock } from '../verdict/words/block-words.ts';
import type { AssetGroup } from '../format/fold-assets.ts';
import { foldAssets } from '../format/fold-assets.ts';
import { foldNames } from '../verdict/words/fold-names.ts';
import { machineLine } from '../format/machine-line.ts';
import type { AssetVerdict, Verdict } from '../verdict/verdict.ts';
import type { SafeHtml } from '../writers/html/html.ts';
import { html } from '../writers/html/html.ts';
import { conclusionWord } from './marks.ts';
import { section } from './section.ts';
import { table } from './table.ts';

/** Above this many a table is what can be read. */
const mostArticles = 8;

/** What each node can be used for, with the one reason that decided, and the ladder of purposes it was put to. */
export function assetsSection(verdict: Verdict): SafeHtml {
  const groups = foldAssets(verdict.assets);
  const unreached = verdict.nodes.filter((node) => !node.reached);
  const body = html`${verdict.assets.length === 0 ? html`<p>No node was classified.</p>` : undefined}${groups.length > mostArticles ? assetTable(groups) : groups.map((group) => asset(group, verdict))}${
    unreached.length === 0 || isBlock(verdict)
      ? undefined
      : html`<p>Not reached:</p><ul>${unreached.map((node) => html`<li><b><bdi>${node.id}</bdi></b>: ${node.why ?? 'no reason is known'}</li>`)}</ul>`
  }`;
  return section(
    'assets',
    'What it can be used for',
    'A for the intended purpose, B for a lesser one, C for the facility only, D not for AI, U undecided.',
    body,
  );
}

const assetTable = (groups: readonly AssetGroup[]): SafeHtml =>
  table({
    label: 'What each node can be used for',
    columns: [
      { title: 'Nodes' },
      { title: 'Verdict', width: 'wide' },
      { title: 'Decided by', width: 'wide' },
    ],
    rows: groups.map(({ asset: it, nodes }) => [
      html`<bdi>${foldNames(nodes)}</bdi>`,
      html`<b>${it.verdict}</b> ${it.meaning}`,
      html`${it.reason}`,
    ]),
  });

/** The first of several nodes speaks for all of them; which machine it is, is told of one alone. */
function asset({ asset: it, nodes }: AssetGroup, verdict: Verdict): SafeHtml {
  const machine = nodes.length === 1 ? machineLine(verdict, it.node) : `${nodes.length} nodes`;
  return html`<article class="asset">
<p class="letter"><span class="hidden">Asset verdict </span>${it.verdict}</p>
<div>
<h3><bdi>${foldNames(nodes)}</bdi></h3>
${machine === '' ? undefined : html`<p class="note">${machine}</p>`}
<p class="meaning">${it.meaning}</p>
<p><span class="lead">Decided by</span> ${it.reason}${it.decidedBy === undefined ? undefined : html` <code>${it.decidedBy}</code>`}</p>
<p class="note">Class ${it.class.id}, ${it.class.how === 'claimed' ? 'as the inventory claims' : 'inferred from what was found'}.</p>
${it.ladder.length === 0 ? undefined : ladder(it)}
</div>
</article>
`;
}

const ladder = (it: AssetVerdict): SafeHtml =>
  table({
    label: `Purposes of ${it.node}, best first`,
    columns: [
      { title: 'Purpose' },
      { title: 'Conclusion', width: 'narrow' },
      { title: 'Reason', width: 'wide' },
    ],
    rows: it.ladder.map((rung) => [
      html`${rung.profile}`,
      conclusionWord(rung.conclusion),
      html`${rung.reason}`,
    ]),
  });
