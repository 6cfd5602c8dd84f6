import type { FactRow } from '../format/fold-facts.ts';
import { foldFacts } from '../format/fold-facts.ts';
import type { Verdict } from '../verdict/verdict.ts';
import type { SafeHtml } from '../writers/html/html.ts';
import { html } from '../writers/html/html.ts';
import { section } from './section.ts';
import { table } from './table.ts';

/** More values than this of one fact say only that it varies. */
const mostValues = 5;

/** Under which conditions a block was measured: what differs between its nodes, and what is the same on all. */
export function conditionsSection(verdict: Verdict): SafeHtml {
  const { nodes, same, different, individual } = foldFacts(verdict);
  const unreached = verdict.nodes.length - nodes;
  const body = html`<p>${nodes} ${nodes === 1 ? 'node was' : 'nodes were'} probed${unreached === 0 ? '' : `, ${unreached} not`}. ${
    different.length === 0 ? 'No fact differs between groups of them.' : `${different.length} facts differ:`
  }</p>${different.length === 0 ? undefined : factTable('Facts that differ', different, nodes)}${
    same.length === 0
      ? undefined
      : html`<details><summary>${same.length} facts are the same on all ${nodes}</summary>${factTable('Facts that are the same on all nodes', same, nodes)}</details>`
  }${
    individual.length === 0
      ? undefined
      : html`<p class="note">Different on every node, as names and serial numbers are: ${individual.map(({ group, name }) => `${group} ${name}`).join(', ')}.</p>`
  }`;
  return section(
    'conditions',
    'Conditions',
    'As the probes found them on the nodes that were reached.',
    body,
  );
}

const factTable = (label: string, rows: readonly FactRow[], nodes: number): SafeHtml =>
  table({
    label,
    columns: [{ title: 'Fact' }, { title: 'Found', width: 'wide' }],
    rows: rows.map((row) => [html`${row.name}<small>${row.group}</small>`, valuesOf(row, nodes)]),
  });

function valuesOf({ values }: FactRow, nodes: number): SafeHtml {
  if (values.length > mostValues)
    return html`${values.length} different values, see the reports of the nodes`;
  return html`<ul class="plain">${values.map(
    ({ value, count, nodes: names }, place) =>
      html`<li>${value} <span class="note">on ${count} of ${nodes}${place === 0 && values.length > 1 ? '' : count === nodes ? '' : `: ${names}`}</span></li>`,
  )}</ul>`;
}
