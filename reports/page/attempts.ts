import type { Verdict } from '../verdict/verdict.ts';
import type { VerdictLookup } from '../verdict/verdict-lookup.ts';
import { foldNames } from '../verdict/words/fold-names.ts';
import { formatDuration } from '../verdict/words/format-duration.ts';
import { say } from '../verdict/words/say.ts';
import { tallyAttempts } from '../verdict/words/tally-sentences.ts';
import { restartWords } from '../verdict/words/verdict-words.ts';
import type { Content, Row, Section, Table, TableCell } from './content.ts';
import { code, noted, number, paragraph, plain, wide } from './content.ts';

type Attempt = Verdict['attempts'][number];

/** Everything that was tried: what did not complete in the open, the rest folded. */
export function attemptsSection({ verdict }: VerdictLookup): Section {
  const { attempts } = verdict;
  const completed = attempts.filter(isCompleted);
  return {
    id: 'attempts',
    title: 'Attempts',
    note: 'Nothing that was tried is left out.',
    content: [
      paragraph(tallyAttempts(attempts), 'ticket'),
      ...restartsOf(verdict),
      attemptTable(
        'Steps that did not complete',
        attempts.filter((attempt) => !isCompleted(attempt)),
      ),
      {
        kind: 'fold',
        depth: 'page',
        summary: `${completed.length} completed`,
        content: [attemptTable('Steps that completed', completed)],
      },
    ],
  };
}

/** The same for a block, steps with one fate in one row; each step stands in the report of its node. */
export function blockAttemptsSection({ verdict }: VerdictLookup): Section {
  const { attempts } = verdict;
  const alike = [
    ...Map.groupBy(attempts, (it) =>
      JSON.stringify([it.workload, it.tool, it.execution, isCompleted(it) ? '' : it.reason]),
    ).values(),
  ];
  const isWhole = ([first]: readonly Attempt[]): boolean => first !== undefined && isCompleted(first);
  return {
    id: 'attempts',
    title: 'Attempts',
    note: 'Nothing that was tried is left out. Single steps are in the reports of the nodes.',
    content: [
      paragraph(tallyAttempts(attempts), 'ticket'),
      ...restartsOf(verdict),
      {
        kind: 'table',
        depth: 'page',
        label: 'Steps by what became of them',
        columns: [plain('Tool'), wide('Outcome'), number('Steps'), wide('Nodes')],
        rows: [...alike.filter((members) => !isWhole(members)), ...alike.filter(isWhole)].flatMap(fateRow),
      },
    ],
  };
}

function restartsOf({ nodes }: Verdict): readonly Content[] {
  const items = nodes.flatMap(({ id, restarts = [] }) => restarts.map((it) => restartWords(id, it)));
  return items.length === 0 ? [] : [{ kind: 'list', items }];
}

const isCompleted = ({ execution }: Attempt): boolean => execution === 'completed';

const attemptTable = (label: string, attempts: readonly Attempt[]): Table => ({
  kind: 'table',
  depth: 'page',
  label,
  columns: [plain('Step'), plain('Node'), plain('Tool'), wide('Outcome'), number('Took')],
  rows: attempts.map((attempt) => ({
    cells: [
      [code(attempt.step)],
      [{ kind: 'name', text: attempt.node }],
      `${attempt.workload} by ${attempt.tool}, run ${attempt.repetition}`,
      outcomeOf(attempt),
      attempt.durationMs === undefined ? '–' : formatDuration(attempt.durationMs),
    ],
  })),
});

const outcomeOf = ({ execution, reason }: Attempt): TableCell =>
  noted(execution, reason === undefined ? '' : say(reason));

function fateRow(members: readonly Attempt[]): readonly Row[] {
  const [first] = members;
  if (first === undefined) return [];
  return [
    {
      cells: [
        `${first.workload} by ${first.tool}`,
        isCompleted(first) ? first.execution : outcomeOf(first),
        String(members.length),
        nodesOf(members.map(({ node }) => node)),
      ],
    },
  ];
}

/** Longer lists of nodes, such as those of pairs, are told by their number. */
const longestList = 120;

function nodesOf(nodes: readonly string[]): TableCell {
  const names = foldNames(nodes);
  return names.length > longestList
    ? `${new Set(nodes).size} nodes and groups`
    : [{ kind: 'name', text: names }];
}
