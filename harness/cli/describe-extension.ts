import { formatCount } from '../../reports/verdict/words/format-count.ts';
import { formatDuration } from '../../reports/verdict/words/format-duration.ts';
import { looks } from '../judge/decide.ts';
import { roundsOf } from '../plan/create-plan.ts';
import type { Plan, PlannedStep } from '../plan/plan.ts';
import { sessions } from '../plan/sessions.ts';
import { shareUndecided } from '../stats/share-undecided.ts';
import type { RunMaterial } from '../store/run-material.ts';

/** How far inside its limit a healthy machine may lie, in standard deviations of one run, and how often a run of it then holds. */
const healthy = [
  { deviations: 2, holds: 0.97725 },
  { deviations: 3, holds: 0.99865 },
  { deviations: 4, holds: 0.999968 },
] as const;

/**
 * How many machines, and how many pairs and groups, are to be expected to need a further session, and how long that takes: requirements
 * that count runs are decided while measuring.
 */
export function describeExtension(
  plan: Plan,
  { profile, suite, metrics }: Pick<RunMaterial, 'profile' | 'suite' | 'metrics'>,
): readonly string[] {
  const counting = profile.requirements.filter(
    ({ sampling, level }) => sampling === 'typical' && level === 'required',
  );
  const ids = new Set(counting.map(({ id }) => id));
  const subjects = new Map(plan.subjects.map((subject) => [subject.id, subject]));
  const counted = plan.cells.flatMap((cell) => {
    const at = cell.lastIndexOf(':');
    const subject = ids.has(cell.slice(at + 1)) ? subjects.get(cell.slice(0, at)) : undefined;
    return subject === undefined ? [] : [subject];
  });
  const alone = counted.filter(({ members }) => members === undefined);
  const together = counted.filter(({ members }) => members !== undefined);
  const [most = 0] = [...Map.groupBy(alone, ({ node }) => node).values()]
    .map(({ length }) => length)
    .toSorted((a, b) => b - a);
  if (counted.length === 0) return [];
  const rule = `by a count of runs: ${looks.map(({ runs, needed }) => `${needed} of ${runs}`).join(', or ')} must hold`;
  const lines = [
    ...(most === 0
      ? []
      : [`${formatCount(most, 'required cell')} of a node ${rule}`, openWords(most, 'not decided')]),
    ...(together.length === 0
      ? []
      : [
          `${formatCount(together.length, 'required cell')} of pairs and groups ${rule}`,
          openWords(together.length, 'of blocks, with one of them not decided'),
        ]),
  ];
  const { extension } = suite;
  if (extension === undefined)
    return [...lines, 'the suite adds no session to decide these: they stay inconclusive until a boot'];
  const workloads = new Set(
    counting.flatMap(({ rule: asked }) =>
      asked.kind === 'metric' || asked.kind === 'siblings' ? (metrics.get(asked.metric)?.workload ?? []) : [],
    ),
  );
  const repeated = plan.steps.filter(
    ({ session, together: window, workload, repetition }) =>
      session === sessions.start && window === undefined && repetition <= 3 && workloads.has(workload),
  );
  const perNode = Map.groupBy(
    repeated.filter(({ seat }) => seat === undefined),
    ({ node }) => node,
  );
  const budgetsOf = (steps: readonly PlannedStep[]): number =>
    steps.reduce((sum, { budgetMs }) => sum + budgetMs, 0);
  // Nodes are measured at the same time, and so are the groups of a round.
  const rounds = roundsOf(repeated).map((round) => Math.max(...round.map(({ budgetMs }) => budgetMs)));
  const loadMs =
    Math.max(0, ...[...perNode.values()].map(budgetsOf)) + rounds.reduce((sum, each) => sum + each, 0);
  return [
    ...lines,
    `for these ${extension.sessions === 1 ? 'one more session is' : `up to ${extension.sessions} more sessions are`} added, each at most ${formatDuration(1000 * extension.restSeconds + loadMs)}, of which ${formatDuration(1000 * extension.restSeconds)} are rest`,
  ];
}

/** How probable it is that six runs leave one of so many independent cells open. */
function openWords(cells: number, what: string): string {
  const [first] = looks;
  const shares = healthy.map(({ deviations, holds }) => {
    const share = shareUndecided(holds, { runs: first.runs, allowed: first.runs - first.needed, cells });
    return `${(100 * share).toFixed(share < 0.1 ? 1 : 0)} % of those ${deviations}`;
  });
  return `${what} by ${first.runs} runs are at most ${shares.join(', ')} standard deviations of a run inside each limit`;
}
