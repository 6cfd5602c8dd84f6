import type { HostFacts } from '../../workloads/kit/facts/host-facts.ts';
import type { Registry } from '../../workloads/registry.ts';
import { createCoverage } from '../certify/coverage.ts';
import { listSubjects } from '../certify/subjects.ts';
import type { Profile } from '../config/profile.ts';
import type { Suite } from '../config/suite.ts';
import { chooseTool } from './choose-tool.ts';
import type { Plan, PlannedStep } from './plan.ts';

/**
 * What will be run on one node and what will be judged about it, fixed before the first load. Repetitions are
 * interleaved (all first ones, then all second ones), so that a slow minute does not hit one metric alone.
 */
export function createPlan(options: {
  readonly run: string;
  readonly node: string;
  readonly profile: Profile;
  readonly suite: Suite;
  readonly facts: HostFacts;
  readonly registry: Registry;
}): Plan {
  const { run, node, profile, suite, facts, registry } = options;
  const subjects = listSubjects(node, facts);
  const unplanned: Plan['unplanned'][number][] = [];
  const served = suite.entries.flatMap((entry) => {
    const registered = registry.get(entry.workload);
    const chosen =
      registered === undefined ? undefined : chooseTool(registered, entry.params, facts, entry.tool);
    if (chosen?.ok === true) return [{ entry, tool: chosen.value.id }];
    const reason = chosen === undefined ? `no workload \`${entry.workload}\`` : chosen.error;
    unplanned.push({ node, entry: entry.id, workload: entry.workload, reason });
    return [];
  });
  const rounds = Math.max(0, ...served.map(({ entry }) => entry.repetitions));
  const steps: PlannedStep[] = [];
  for (let repetition = 1; repetition <= rounds; repetition += 1) {
    for (const { entry, tool } of served) {
      if (repetition > entry.repetitions) continue;
      steps.push({
        step: `r${repetition}-${entry.id}`,
        node,
        entry: entry.id,
        workload: entry.workload,
        tool,
        params: entry.params,
        repetition,
        session: 1,
        budgetMs: entry.budgetSeconds * 1000,
      });
    }
  }
  return {
    schema: 'assay/plan',
    schemaVersion: 1,
    run,
    profile: profile.id,
    subjects: [...subjects],
    cells: createCoverage(profile, subjects).map(({ cell }) => cell),
    steps,
    unplanned,
    budgetSeconds: steps.reduce((sum, step) => sum + step.budgetMs / 1000, 0),
  };
}
