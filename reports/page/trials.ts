import type { Trial } from '../verdict/verdict.ts';
import type { VerdictLookup } from '../verdict/verdict-lookup.ts';
import { say } from '../verdict/words/say.ts';
import { tallyTrials } from '../verdict/words/tally-sentences.ts';
import type { Content, Section, Table } from './content.ts';
import { code, noted, paragraph, plain, tag, trialWord, wide } from './content.ts';

/** Measurements across nodes: added ones and those that did not go well; the others stand on the pages of their nodes. */
export function trialsSection({ verdict, isBlock }: VerdictLookup): Section {
  const trials = verdict.block?.trials ?? [];
  const isTold = ({ outcome, isExtra }: Trial): boolean => isExtra || outcome !== 'good';
  const others = isBlock ? [] : trials.filter((trial) => !isTold(trial));
  return {
    id: 'trials',
    title: 'Across nodes',
    note: 'Pairs and groups, in the order in which they were measured. A partner that is known to be good shows who is not.',
    content:
      trials.length === 0
        ? []
        : [
            paragraph(tallyTrials(trials)),
            { ...trialTable('Added, or not good', trials.filter(isTold)), depth: 'ticket' },
            ...foldOf(others),
          ],
  };
}

const foldOf = (trials: readonly Trial[]): readonly Content[] => [
  {
    kind: 'fold',
    depth: 'page',
    summary: `${trials.length} good as planned`,
    content: [trialTable('Good as planned', trials)],
  },
];

const trialTable = (label: string, trials: readonly Trial[]): Table => ({
  kind: 'table',
  label,
  columns: [plain('Nodes'), { title: 'Outcome', role: 'word' }, wide('Why')],
  rows: trials.map(({ group, isExtra, step, outcome, reason }) => ({
    cells: [
      noted([{ kind: 'name', text: group }, ...(isExtra ? [' ', tag('extra')] : [])], [code(step)]),
      [trialWord(outcome)],
      say(reason),
    ],
  })),
});
