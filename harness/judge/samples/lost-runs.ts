import type { PlannedStep } from '../../plan/plan.ts';
import type { Dossier } from '../dossier.ts';
import type { RunDossier } from '../run-dossier.ts';
import type { StepFate } from './step-fate.ts';
import { fateOf } from './step-fate.ts';

/** The planned runs of one suite entry on one subject, of which some gave no evidence. */
export interface LostRuns {
  /** The node, pair or group. */
  readonly subject: Dossier;
  readonly entry: string;
  readonly workload: string;
  readonly planned: number;
  readonly lost: readonly StepFate[];
}

/** The entries of which planned runs came to nothing, by subject: nothing that was planned vanishes. */
export function listLostRuns(index: RunDossier): readonly LostRuns[] {
  return index.once('lost runs', () => {
    const groups = (index.material.plan?.subjects ?? []).filter(({ members }) => members !== undefined);
    const unique = new Map(groups.map((subject) => [subject.id, subject]));
    const subjects = [...index.nodes, ...[...unique.values()].map((subject) => index.group(subject))];
    return subjects
      .filter(({ reached, damage }) => reached && damage === undefined)
      .flatMap((subject) =>
        [...Map.groupBy(subject.planned.values(), ({ entry }) => entry)].flatMap(([entry, steps]) =>
          lostOf(subject, entry, steps, index),
        ),
      );
  });
}

function lostOf(
  subject: Dossier,
  entry: string,
  steps: readonly PlannedStep[],
  index: RunDossier,
): readonly LostRuns[] {
  // What was added to find out who is to blame has served when it is told among the trials.
  // What goes on beside a step of several nodes is told with that.
  const due = steps.filter(({ isExtra, beside }) => isExtra !== true && beside === undefined);
  const lost = due.map(({ step }) => fateOf(step, subject, index)).filter(({ isEvidence }) => !isEvidence);
  const workload = due[0]?.workload ?? '';
  return lost.length === 0 ? [] : [{ subject, entry, workload, planned: due.length, lost }];
}
