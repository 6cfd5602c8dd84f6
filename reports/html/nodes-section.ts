import { formatNodeFact } from '../verdict/words/format-fact.ts';
import { groupBy } from '../format/group-by.ts';
import type { Verdict } from '../verdict/verdict.ts';
import type { SafeHtml } from '../writers/html/html.ts';
import { html } from '../writers/html/html.ts';
import { section } from './section.ts';

type Node = Verdict['nodes'][number];
type Fact = Node['facts'][number];

/** What is known of each node, and why the rest is not. */
export function nodesSection({ nodes }: Verdict): SafeHtml {
  const body =
    nodes.length === 0
      ? html`<p>The run names no node.</p>`
      : html`${nodes.map((node) => nodeFacts(node, nodes.length === 1))}`;
  return section(
    'nodes',
    'The machines',
    'As the probes found them. An unknown says why it is unknown.',
    body,
  );
}

function nodeFacts(node: Node, isOpen: boolean): SafeHtml {
  const unknown = node.facts.filter((fact) => fact.value === undefined).length;
  const summary = node.reached
    ? `${node.facts.length} facts, ${unknown} unknown`
    : `not reached: ${node.why ?? 'no reason is known'}`;
  const groups = html`${[...groupBy(node.facts, (fact) => fact.group)].map(
    ([name, facts]) => html`<div class="facts"><h4>${name}</h4><dl>${facts.map(factLine)}</dl></div>`,
  )}`;
  const title = html`<b><bdi>${node.id}</bdi></b> <span class="note">${summary}</span>`;
  if (node.facts.length === 0) return html`<p>${title}</p>`;
  return isOpen
    ? html`<h3>${title}</h3>${groups}`
    : html`<details><summary>${title}</summary>${groups}</details>`;
}

function factLine(fact: Fact): SafeHtml {
  const { name, value } = formatNodeFact(fact.name, fact.value ?? '');
  return html`<div><dt>${name}</dt><dd>${fact.value === undefined ? html`<i>unknown: ${fact.unknown ?? 'no reason is known'}</i>` : value}</dd></div>`;
}
