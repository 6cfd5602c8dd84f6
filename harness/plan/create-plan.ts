import type { Said } from '../../reports/verdict/said.ts';
import type { HostFacts } from '../../workloads/kit/facts/host-facts.ts';
import type { Registry } from '../../workloads/registry.ts';
import type { Inventory } from '../config/inventory.ts';
import type { Profile } from '../config/profile.ts';
import type { Suite } from '../config/suite.ts';
import { chooseTool } from './choose-tool.ts';
import { createCoverage } from './coverage.ts';
import type { Plan, PlannedStep } from './plan.ts';
import { planGroups } from './plan-groups.ts';
import { listSubjects } from './subjects.ts';

/**
 * What will be run and what will be judged, fixed before the first load. Repetitions are interleaved (all first
 * ones, then all second ones), so that a slow minute does not hit one metric alone.
 */
export function createPlan(options: {
  readonly run: string;
  readonly nodes: readonly { readonly node: string; readonly facts: HostFacts }[];
  /** Nodes whose cells stand in the matrix and for which nothing is planned. */
  readonly leftOut?: readonly { readonly node: string; readonly facts: HostFacts; readonly reason: Said }[];
  readonly profile: Profile;
  readonly suite: Suite;
  readonly inventory: Inventory;
  readonly registry: Registry;
}): Plan {
  const { run, nodes, leftOut = [], profile } = options;
  const across = planGroups(options);
  const subjects = [
    ...[...nodes, ...leftOut].flatMap(({ node, facts }) => listSubjects(node, facts)),
    ...across.subjects,
  ];
  const planned = nodes.map(({ node, facts }) => planNode(node, facts, options.suite, options.registry));
  const steps = planned.flatMap((each) => each.steps);
  const secondsOf = (all: readonly PlannedStep[]): number =>
    all.reduce((sum, { budgetMs }) => sum + budgetMs / 1000, 0);
  return {
    schema: 'assay/plan',
    schemaVersion: 1,
    run,
    profile: profile.id,
    subjects,
    cells: createCoverage(profile, subjects).map(({ cell }) => cell),
    steps: [...steps, ...across.steps],
    unplanned: [...planned.flatMap((each) => each.unplanned), ...across.unplanned],
    ...(leftOut.length === 0 ? {} : { leftOut: leftOut.map(({ node, reason }) => ({ node, reason })) }),
    // Nodes work at the same time: the slowest one is the run's. So do the groups of one round.
    budgetSeconds:
      Math.max(0, ...planned.map((each) => secondsOf(each.steps))) +
      roundsOf(across.steps).reduce(
        (sum, round) => sum + Math.max(...round.map(({ budgetMs }) => budgetMs / 1000)),
        0,
      ),
  };
}

/** Steps across nodes that may run at the same time: the groups of one repetition of one entry. */
export function roundsOf(steps: readonly PlannedStep[]): readonly (readonly PlannedStep[])[] {
  const rounds = new Map<string, PlannedStep[]>();
  for (const step of steps) {
    if (step.seat === undefined) continue;
    const key = `${step.isExtra === true ? 'extra ' : ''}${step.entry} ${step.repetition}`;
    rounds.set(key, [...(rounds.get(key) ?? []), step]);
  }
  return [...rounds.values()];
}

function planNode(
  node: string,
  facts: HostFacts,
  suite: Suite,
  registry: Registry,
): Pick<Plan, 'steps' | 'unplanned'> {
  const unplanned: Plan['unplanned'] = [];
  const served = suite.entries.flatMap((entry) => {
    if (entry.across !== undefined) return [];
    const registered = registry.get(entry.workload);
    const chosen =
      registered === undefined ? undefined : chooseTool(registered, entry.params, facts, entry.tool);
    if (chosen?.ok === true) return [{ entry, tool: chosen.value.id }];
    const reason: Said =
      chosen === undefined ? { say: 'no-workload', workload: entry.workload } : chosen.error;
    unplanned.push({ node, entry: entry.id, workload: entry.workload, reason });
    return [];
  });
  const rounds = Math.max(0, ...served.map(({ entry }) => entry.repetitions));
  const steps = Array.from({ length: rounds }, (_, index) => index + 1).flatMap((repetition) =>
    served
      .filter(({ entry }) => repetition <= entry.repetitions)
      .map(
        ({ entry, tool }): PlannedStep => ({
          step: `r${repetition}-${entry.id}`,
          node,
          entry: entry.id,
          workload: entry.workload,
          tool,
          params: entry.params,
          repetition,
          session: 1,
          budgetMs: entry.budgetSeconds * 1000,
        }),
      ),
  );
  return { steps, unplanned };
}
