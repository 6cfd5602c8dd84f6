import type { Verdict } from '../verdict/verdict.ts';
import type { VerdictLookup } from '../verdict/verdict-lookup.ts';
import { say } from '../verdict/words/say.ts';
import { soakDefinition, tallySoak } from '../verdict/words/soak-words.ts';
import type { Section, Table } from './content.ts';
import { nodeName, number, paragraph, plain, wide } from './content.ts';

/** What hours of combined load show of all nodes together, and which of them failed on the way. */
export function soakSection(lookup: VerdictLookup): Section {
  const { soak } = lookup.verdict;
  return {
    id: 'soak',
    title: 'Hours of load',
    note: 'Of all nodes on which a soak was planned: who failed counts until then and drops out of nothing.',
    content:
      soak === undefined
        ? []
        : [
            paragraph(tallySoak(soak)),
            { ...paragraph(soakDefinition, 'ticket'), isNote: true },
            ...(soak.failures.length === 0 ? [] : [failureTable(soak.failures, lookup)]),
          ],
  };
}

const failureTable = (failures: NonNullable<Verdict['soak']>['failures'], lookup: VerdictLookup): Table => ({
  kind: 'table',
  depth: 'ticket',
  label: 'First failure of each node',
  columns: [plain('Node'), number('Window'), wide('What')],
  rows: failures.map(({ node, window, what }) => ({
    cells: [[nodeName(lookup, node)], `${window}`, say(what)],
  })),
});
