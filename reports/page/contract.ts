import { acceptedNodes } from '../verdict/conclude-block.ts';
import type { Block, Verdict } from '../verdict/verdict.ts';
import type { VerdictLookup } from '../verdict/verdict-lookup.ts';
import { foldNodeSet } from '../verdict/words/fold-names.ts';
import { formatLimit } from '../verdict/words/format-limit.ts';
import type { Content, Section, Table } from './content.ts';
import { paragraph, plain, wide } from './content.ts';

type Contract = NonNullable<Verdict['contract']>;
type Shown = Contract['stated'][number]['stated'];

/** What a customer stated, where that is less than what is published, and what he let go of: before anything that rests on it. */
export function contractSection({ verdict: { contract, waivers = [], block } }: VerdictLookup): Section {
  return {
    id: 'contract',
    title: 'Contract',
    note: 'Its numbers decide for machines of its class, and are those of whoever states them.',
    content:
      contract === undefined
        ? []
        : [
            paragraph(
              `${contract.title} (${contract.id}), stated by ${contract.by} on ${contract.date} for ${contract.class}. ${summaryOf(contract)}`,
            ),
            ...quotaLines(block),
            ...(contract.deviations.length === 0 ? [] : [deviationTable(contract)]),
            ...(waivers.length === 0 ? [] : [waiverTable(waivers)]),
            ...(contract.stated.length === 0 ? [] : [statedTable(contract)]),
          ],
  };
}

/** How many nodes are enough, and which of them are not among those. */
function quotaLines(block: Block | undefined): readonly Content[] {
  if (block?.quota === undefined || block.whole !== undefined) return [];
  const { atLeast, of } = block.quota;
  const accepted = acceptedNodes(block);
  const out = block.nodes.filter(({ id, conclusion }) => !(accepted?.has(id) ?? conclusion === 'pass'));
  const not = out.length === 0 ? '' : ` Not accepted: ${foldNodeSet(out.map(({ id }) => id))}.`;
  return [
    paragraph(
      `Quota: at least ${atLeast} of ${of} nodes; ${of - out.length} conform${accepted === undefined ? ', which is too few' : ''}.${not}`,
    ),
  ];
}

const summaryOf = ({ deviations }: Contract): string =>
  deviations.length === 0
    ? 'It asks for no less than what is published.'
    : `It asks for less than what is published in ${deviations.length} ${deviations.length === 1 ? 'place' : 'places'}.`;

const showAmount = ({ comparator, value, unit }: Shown): string =>
  formatLimit({ limit: { id: '', comparator, expected: { value, unit }, source: '' }, observed: undefined });

const deviationTable = ({ deviations }: Contract): Table => ({
  kind: 'table',
  depth: 'glance',
  label: 'Deviations: less than what is published',
  columns: [wide('Less than published'), plain('Contract'), plain('Published'), plain('Limit')],
  rows: deviations.map(({ title, stated, published }) => ({
    cells: [title, showAmount(stated), showAmount(published), published.id],
  })),
});

const waiverTable = (waivers: NonNullable<Verdict['waivers']>): Table => ({
  kind: 'table',
  depth: 'glance',
  label: 'Waivers: what decides nothing here',
  columns: [plain('Let go of'), plain('Requirement'), wide('Reason'), plain('By'), plain('Until')],
  rows: waivers.map(({ subject, requirement, reason, by, expires, unmatched }) => ({
    cells: [[{ kind: 'name', text: subject }], requirement, reason, by, expires],
    ...(unmatched === true ? { remark: 'Nothing of this run is called so: nothing is let go of.' } : {}),
  })),
});

const statedTable = ({ stated }: Contract): Table => ({
  kind: 'table',
  depth: 'ticket',
  label: 'Numbers of the contract',
  columns: [wide('Stated for'), plain('Contract')],
  rows: stated.map(({ title, stated: amount }) => ({ cells: [title, showAmount(amount)] })),
});
