import type { Said } from '../../../reports/verdict/said.ts';
import { valueOf } from '../../../workloads/kit/facts/fact.ts';
import type { Requirement } from '../../../workloads/kit/requirement.ts';
import { nameOf } from '../../../workloads/kit/subject.ts';
import type { DeclaredMetric } from '../../../workloads/kit/workload.ts';
import type { PlannedStep } from '../../plan/plan.ts';
import type { KnownSubject } from '../../plan/subjects.ts';
import type { Dossier, JudgedSample } from '../dossier.ts';
import type { Outcome } from '../outcome.ts';
import { invalid, missing } from '../outcome.ts';
import { judgeFault } from '../rules/judge-fact-rule.ts';
import type { RunDossier } from '../run-dossier.ts';
import { allOf, fateOf, foldFates } from './step-fate.ts';

/** Why there is no sample at all for a cell: the first cause that explains it, in words that name the remedy. */
export function explainAbsence(
  requirement: Requirement,
  { workload, comesFrom = () => true }: DeclaredMetric,
  known: KnownSubject,
  { index, node }: { readonly index: RunDossier; readonly node: Dossier },
): Outcome {
  const { material } = index;
  const planned = [...node.planned.values()].filter(
    (step) => step.workload === workload && comesFrom(step.params),
  );
  const unusable = judgeFault(undefined, known);
  const refusal = explainRefusal(planned, workload, known, node);
  // A tool that has tried knows more than that nobody answers; a part that is sick is sick.
  if (unusable !== undefined && (unusable.verdict === 'fail' || refusal === undefined)) return unusable;
  if (refusal !== undefined) return refusal;
  const fates = planned.map(({ step }) => fateOf(step, node, index));
  const unreadable = fates.filter(({ isUnreadable }) => isUnreadable);
  if (unreadable.length > 0) {
    return invalid(
      { say: 'fates', fates: foldFates(unreadable) },
      { of: node.id, why: 'unreadable', in: workload },
    );
  }
  const notRun = { of: node.id, why: 'not-run', in: workload } as const;
  const unplanned = index.unplannedOn(node.id).filter(({ workload: of, entry: id }) => {
    const params = material.suite.entries.find((entry) => entry.id === id)?.params;
    return of === workload && (params === undefined || comesFrom(params));
  });
  const entries = unplanned.map(({ entry, reason }) => ({ entry, reason }));
  const noTool = missing(
    'no-tool',
    { say: 'no-tool', entries },
    { of: node.id, why: 'no-tool', in: workload },
  );
  if (planned.length === 0 && entries.length > 0) return noTool;
  if (planned.length === 0) {
    const isOtherwise = [...node.planned.values()].some((step) => step.workload === workload);
    return missing(
      'not-run',
      material.plan === undefined
        ? { say: 'no-plan' }
        : {
            say: 'not-in-suite',
            suite: material.suite.id,
            workload,
            ...(isOtherwise ? { otherwise: true } : {}),
          },
      // Nobody's defect but the suite's, and one for all nodes.
      { of: 'suite', why: 'not-planned', in: workload },
    );
  }
  const failed = fates.filter(({ isEvidence }) => !isEvidence);
  if (failed.length > 0) return missing('not-run', { say: 'fates', fates: foldFates(failed) }, notRun);
  // What ran gives other numbers: this one would have come from an entry that no tool here can serve.
  const { rule } = requirement;
  const isMeasured = (rule.kind === 'metric' || rule.kind === 'siblings') && node.byMetric.has(rule.metric);
  if (entries.length > 0 && !isMeasured) return noTool;
  const scratch = node.facts && valueOf(node.facts.scratch.driveIdentity);
  const nameOfScratch = nameOf({ kind: 'device', node: node.id, device: scratch ?? '' });
  const isElsewhere = ({ metric, subject }: JudgedSample): boolean =>
    material.metrics.get(metric)?.workload === workload && nameOf(subject) !== nameOfScratch;
  if (
    requirement.scope === 'drive' &&
    scratch !== undefined &&
    !node.samples.some(isElsewhere) &&
    !known.names.includes(nameOfScratch)
  ) {
    return missing('not-run', { say: 'only-drive', drive: scratch });
  }
  return missing('not-run', { say: 'no-reading', workload });
}

/** What a tool of these steps said of why it could not measure the subject. */
function explainRefusal(
  planned: readonly PlannedStep[],
  workload: string,
  { subject, names, device }: KnownSubject,
  { id: node, unmeasured }: Dossier,
): Outcome | undefined {
  // A drive that tells no serial number is named as the kernel names it.
  const own =
    device !== undefined && 'name' in device
      ? [...names, nameOf({ kind: 'device', node, device: device.name })]
      : names;
  const steps = new Set(planned.map(({ step }) => step));
  const whys = unmeasured
    .filter((each) => steps.has(each.step) && own.includes(nameOf(each.subject)))
    .map(({ why }) => why);
  const reason = allOf([...new Set(whys)].map((text): Said => ({ say: 'quoted', text })));
  return reason === undefined
    ? undefined
    : missing('not-run', reason, { of: subject.id, why: 'not-run', in: workload });
}
