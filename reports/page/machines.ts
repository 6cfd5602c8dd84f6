import type { Verdict } from '../verdict/verdict.ts';
import type { VerdictLookup } from '../verdict/verdict-lookup.ts';
import { formatNodeFact } from '../verdict/words/format-fact.ts';
import { formatWords } from '../verdict/words/format-words.ts';
import { say } from '../verdict/words/say.ts';
import { nodeWords, noReason } from '../verdict/words/verdict-words.ts';
import type { Content, Definitions, Section, Text } from './content.ts';
import { paragraph, strong } from './content.ts';

type Node = Verdict['nodes'][number];
type Fact = Node['facts'][number];

/** What is known of each node, and why the rest is not. */
export function machinesSection({ verdict: { nodes } }: VerdictLookup): Section {
  return {
    id: 'nodes',
    title: 'The machines',
    note: 'As the probes found them. An unknown says why it is unknown.',
    content:
      nodes.length === 0
        ? [paragraph('The run names no node.', 'page')]
        : nodes.flatMap((node) => nodeContent(node, nodes.length === 1)),
  };
}

function nodeContent(node: Node, isOpen: boolean): readonly Content[] {
  const unknown = node.facts.filter((fact) => fact.value === undefined).length;
  const note = node.reached
    ? `${node.facts.length} facts, ${unknown} unknown`
    : node.sameAs === undefined
      ? `${nodeWords.unreached.one}: ${node.why === undefined ? noReason : say(node.why)}`
      : `the same machine as ${node.sameAs}`;
  const title: Text = [strong(node.id), ' ', { kind: 'note', text: note }];
  const groups = [...Map.groupBy(node.facts, (fact) => fact.group)].map(
    ([group, facts]): Definitions => ({
      kind: 'definitions',
      depth: 'page',
      look: 'facts',
      title: formatWords(group),
      rows: facts.map(factRow),
    }),
  );
  return isOpen || groups.length === 0
    ? [paragraph(title, 'page'), ...groups]
    : [{ kind: 'fold', depth: 'page', summary: title, content: groups }];
}

function factRow(fact: Fact): Definitions['rows'][number] {
  const { name, value } = formatNodeFact(fact);
  return { terms: [name], text: fact.value === undefined ? [{ kind: 'note', text: value }] : value };
}
