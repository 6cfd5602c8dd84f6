import type { Cell } from '../../reports/verdict/cell.ts';
import { commandBeside } from '../../workloads/registry.ts';
import { looks } from '../judge/decide.ts';
import { judgeCells } from '../judge/judge-cells.ts';
import { RunDossier } from '../judge/run-dossier.ts';
import { waiverOf } from '../judge/summary/contract.ts';
import { decisionOf } from '../judge/with-looks.ts';
import type { PlannedStep } from '../plan/plan.ts';
import { nameOfSession, sessions } from '../plan/sessions.ts';
import type { NodeLook } from '../store/coordinator-journal.ts';
import type { RunEvidence } from '../store/run-evidence.ts';

/** Runs of one session have heat and neighbours in common: more of them would say little more. */
const mostRuns = 3;

type LookEvidence = Pick<
  RunEvidence,
  'suite' | 'extensions' | 'stepsOf' | 'material' | 'profile' | 'registry'
> & {
  readonly run: Pick<RunEvidence['run'], 'header'>;
};

/** What the runs of a node came to, and which steps of the first session would decide what they do not. */
export interface LookedAt extends Pick<NodeLook, 'node' | 'session' | 'cells'> {
  readonly due: readonly PlannedStep[];
}

/**
 * Looks at the cells of a node that count runs, by the profile that the run was planned for. Nothing is due on a node that fails
 * already, that has had all sessions that its suite adds, or of a cell that waits for a session of its own (a boot).
 */
export function lookAtNode(evidence: LookEvidence, node: string): LookedAt {
  const { suite, extensions } = evidence;
  const planned = evidence.stepsOf(node);
  const session = Math.max(sessions.start, ...[...planned.values()].map((step) => step.session));
  const counts = evidence.profile(evidence.run.header.profile).requirements;
  if (!counts.some(({ sampling }) => sampling === 'typical')) return { node, session, cells: [], due: [] };
  const index = new RunDossier(evidence.material(undefined, node));
  const { profile } = index.material;
  const found = index.node(node);
  const judged =
    found === undefined ? [] : waiverOf(index)(judgeCells(profile, found, index)).map(({ cell }) => cell);
  const counted = judged.flatMap((cell) => {
    const look = cell.sampling === 'typical' ? decisionOf(cell) : undefined;
    return look === undefined ? [] : [{ cell, ...look }];
  });
  const cells = counted.map(({ cell, decision }) => ({ cell: cell.id, decision }));
  const had = extensions.filter(({ restMs }) => Object.hasOwn(restMs, node)).length;
  const isFailed = judged.some(({ level, verdict }) => level === 'required' && verdict === 'fail');
  if (suite.extension === undefined || isFailed || had >= suite.extension.sessions)
    return { node, session, cells, due: [] };
  const asked = new Map(profile.requirements.map((each) => [each.id, each.sessions ?? []]));
  const wanted = new Map<string, number>();
  for (const { cell, decision, runs } of counted) {
    const steps = stepsOf(cell).flatMap((step) => planned.get(step) ?? []);
    const seen = new Set(steps.map((step) => nameOfSession(step.session)));
    const lacks = (asked.get(cell.requirement) ?? []).some((name) => !seen.has(name));
    if (cell.level !== 'required' || decision !== 'more' || lacks) continue;
    const next = looks.find((look) => look.runs > runs)?.runs ?? runs;
    for (const { entry } of steps)
      wanted.set(entry, Math.max(wanted.get(entry) ?? 0, Math.min(mostRuns, next - runs)));
  }
  // What watches loads, and asks for errors before and behind them, does so again.
  const watching = new Set(
    [...planned.values()].flatMap((step) =>
      commandBeside(evidence.registry, step) === undefined ? [] : [step.workload],
    ),
  );
  const due = [...planned.values()].filter(
    (step) =>
      step.session === sessions.start &&
      step.seat === undefined &&
      (watching.has(step.workload) || step.repetition <= (wanted.get(step.entry) ?? 0)),
  );
  return { node, session, cells, due: wanted.size === 0 ? [] : due };
}

const stepsOf = ({ observed }: Cell): readonly string[] =>
  observed?.kind === 'samples' ? observed.steps : [];
