import { formatCount } from '../../reports/verdict/words/format-count.ts';
import { formatDuration } from '../../reports/verdict/words/format-duration.ts';
import { looks } from '../judge/decide.ts';
import type { Plan } from '../plan/plan.ts';
import { sessions } from '../plan/sessions.ts';
import { shareUndecided } from '../stats/share-undecided.ts';
import type { RunMaterial } from '../store/run-material.ts';

/** How far inside its limit a healthy machine may lie, in standard deviations of one run, and how often a run of it then holds. */
const healthy = [
  { deviations: 2, holds: 0.97725 },
  { deviations: 3, holds: 0.99865 },
  { deviations: 4, holds: 0.999968 },
] as const;

/** How many machines are to be expected to need a further session, and how long that takes: requirements that count runs are decided while measuring. */
export function describeExtension(
  plan: Plan,
  { profile, suite, metrics }: Pick<RunMaterial, 'profile' | 'suite' | 'metrics'>,
): readonly string[] {
  const counting = profile.requirements.filter(
    ({ sampling, level }) => sampling === 'typical' && level === 'required',
  );
  const ids = new Set(counting.map(({ id }) => id));
  const nodes = new Map(plan.subjects.map(({ id, node }) => [id, node]));
  const perNode = Map.groupBy(
    plan.cells.flatMap((cell) => {
      const at = cell.lastIndexOf(':');
      const node = ids.has(cell.slice(at + 1)) ? nodes.get(cell.slice(0, at)) : undefined;
      return node === undefined ? [] : [node];
    }),
    (node) => node,
  );
  const cells = Math.max(0, ...[...perNode.values()].map((all) => all.length));
  if (cells === 0) return [];
  const [first] = looks;
  const shares = healthy.map(({ deviations, holds }) => {
    const share = shareUndecided(holds, { runs: first.runs, allowed: first.runs - first.needed, cells });
    return `${(100 * share).toFixed(share < 0.1 ? 1 : 0)} % of those ${deviations}`;
  });
  const lines = [
    `${formatCount(cells, 'required cell')} of a node by a count of runs: ${looks.map(({ runs, needed }) => `${needed} of ${runs}`).join(', or ')} must hold`,
    `not decided by ${first.runs} runs are at most ${shares.join(', ')} standard deviations of a run inside each limit`,
  ];
  const { extension } = suite;
  if (extension === undefined)
    return [...lines, 'the suite adds no session to decide these: they stay inconclusive until a boot'];
  const workloads = new Set(
    counting.flatMap(({ rule }) =>
      rule.kind === 'metric' || rule.kind === 'siblings' ? (metrics.get(rule.metric)?.workload ?? []) : [],
    ),
  );
  const most = Map.groupBy(
    plan.steps.filter(
      ({ session, seat, together, workload, repetition }) =>
        session === sessions.start &&
        seat === undefined &&
        together === undefined &&
        repetition <= 3 &&
        workloads.has(workload),
    ),
    ({ node }) => node,
  );
  const loadMs = Math.max(
    0,
    ...[...most.values()].map((steps) => steps.reduce((sum, { budgetMs }) => sum + budgetMs, 0)),
  );
  return [
    ...lines,
    `for these ${extension.sessions === 1 ? 'one more session is' : `up to ${extension.sessions} more sessions are`} added, each at most ${formatDuration(1000 * extension.restSeconds + loadMs)}, of which ${formatDuration(1000 * extension.restSeconds)} are rest`,
  ];
}
