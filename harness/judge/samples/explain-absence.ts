import { valueOf } from '../../../workloads/kit/facts/fact.ts';
import type { Requirement } from '../../../workloads/kit/requirement.ts';
import type { KnownSubject } from '../../plan/subjects.ts';
import type { Outcome } from '../outcome.ts';
import { invalid, missing } from '../outcome.ts';
import { isUnusable, noDriver } from '../rules/judge-fact-rule.ts';
import type { Dossier, RunDossier } from '../run-dossier.ts';
import { describeFates, fateOf } from './step-fate.ts';

/** Why there is no sample at all for a cell: the first cause that explains it, in words that name the remedy. */
export function explainAbsence(
  requirement: Requirement,
  workload: string,
  known: KnownSubject,
  { index, node }: { readonly index: RunDossier; readonly node: Dossier },
): Outcome {
  const { material } = index;
  if (isUnusable(known)) return noDriver(known);
  const planned = [...node.planned.values()].filter((step) => step.workload === workload);
  const fates = planned.map(({ step }) => fateOf(step, node, index));
  const unreadable = fates.filter(({ isUnreadable }) => isUnreadable);
  if (unreadable.length > 0) {
    return invalid(describeFates(unreadable), `${node.id}:unreadable:${workload}`);
  }
  const notRun = `${node.id}:not-run:${workload}`;
  const unplanned = index.unplannedOn(node.id).filter((each) => each.workload === workload);
  if (planned.length === 0 && unplanned.length > 0) {
    const reasons = unplanned.map(({ entry, reason }) => `${entry}: ${reason}`);
    return missing('no-tool', reasons.join('; '), `${node.id}:no-tool:${workload}`);
  }
  if (planned.length === 0) {
    return missing(
      'not-run',
      material.plan === undefined
        ? 'nothing was planned for this run'
        : `the suite \`${material.suite.id}\` did not plan \`${workload}\` on this node`,
      // Nobody's defect but the suite's, and one for all nodes.
      `suite:not-planned:${workload}`,
    );
  }
  const failed = fates.filter(({ isEvidence }) => !isEvidence);
  if (failed.length > 0) return missing('not-run', describeFates(failed), notRun);
  const scratch = node.facts && valueOf(node.facts.scratch.driveIdentity);
  if (
    requirement.scope === 'drive' &&
    scratch !== undefined &&
    !known.names.includes(`${node.id}/${scratch}`)
  ) {
    return missing('not-run', `only the drive behind the scratch directory (${scratch}) was measured`);
  }
  return missing('not-run', `the steps of \`${workload}\` completed without a reading of this metric here`);
}
