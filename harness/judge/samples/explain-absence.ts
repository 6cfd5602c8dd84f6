import { valueOf } from '../../../workloads/kit/facts/fact.ts';
import type { Requirement } from '../../../workloads/kit/requirement.ts';
import { nameOf } from '../../../workloads/kit/subject.ts';
import type { KnownSubject } from '../../plan/subjects.ts';
import type { Outcome } from '../outcome.ts';
import { invalid, missing } from '../outcome.ts';
import { judgeFault } from '../rules/judge-fact-rule.ts';
import type { Dossier, RunDossier } from '../run-dossier.ts';
import { fateOf, foldFates } from './step-fate.ts';

/** Why there is no sample at all for a cell: the first cause that explains it, in words that name the remedy. */
export function explainAbsence(
  requirement: Requirement,
  workload: string,
  known: KnownSubject,
  { index, node }: { readonly index: RunDossier; readonly node: Dossier },
): Outcome {
  const { material } = index;
  const unusable = judgeFault(undefined, known);
  if (unusable !== undefined) return unusable;
  const planned = [...node.planned.values()].filter((step) => step.workload === workload);
  const fates = planned.map(({ step }) => fateOf(step, node, index));
  const unreadable = fates.filter(({ isUnreadable }) => isUnreadable);
  if (unreadable.length > 0) {
    return invalid(
      { say: 'fates', fates: foldFates(unreadable) },
      { of: node.id, why: 'unreadable', in: workload },
    );
  }
  const notRun = { of: node.id, why: 'not-run', in: workload } as const;
  const unplanned = index.unplannedOn(node.id).filter((each) => each.workload === workload);
  if (planned.length === 0 && unplanned.length > 0) {
    const entries = unplanned.map(({ entry, reason }) => ({ entry, reason }));
    return missing('no-tool', { say: 'no-tool', entries }, { of: node.id, why: 'no-tool', in: workload });
  }
  if (planned.length === 0) {
    return missing(
      'not-run',
      material.plan === undefined
        ? { say: 'no-plan' }
        : { say: 'not-in-suite', suite: material.suite.id, workload },
      // Nobody's defect but the suite's, and one for all nodes.
      { of: 'suite', why: 'not-planned', in: workload },
    );
  }
  const failed = fates.filter(({ isEvidence }) => !isEvidence);
  if (failed.length > 0) return missing('not-run', { say: 'fates', fates: foldFates(failed) }, notRun);
  const scratch = node.facts && valueOf(node.facts.scratch.driveIdentity);
  if (
    requirement.scope === 'drive' &&
    scratch !== undefined &&
    !known.names.includes(nameOf({ kind: 'device', node: node.id, device: scratch }))
  ) {
    return missing('not-run', { say: 'only-drive', drive: scratch });
  }
  return missing('not-run', { say: 'no-reading', workload });
}
