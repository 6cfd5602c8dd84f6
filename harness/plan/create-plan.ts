import type { Said } from '../../reports/verdict/said.ts';
import { valueOf } from '../../workloads/kit/facts/fact.ts';
import type { HostFacts } from '../../workloads/kit/facts/host-facts.ts';
import type { Result } from '../../workloads/kit/result.ts';
import { err, ok } from '../../workloads/kit/result.ts';
import type { Tool } from '../../workloads/kit/tool.ts';
import type { Registry } from '../../workloads/registry.ts';
import type { Inventory } from '../config/inventory.ts';
import type { Profile } from '../config/profile.ts';
import type { Suite, SuiteEntry } from '../config/suite.ts';
import { accompany } from './accompany.ts';
import { chooseTool } from './choose-tool.ts';
import { createCoverage } from './coverage.ts';
import { aloneMs, phasesOf } from './phases.ts';
import type { Plan, PlannedStep } from './plan.ts';
import { planGroups } from './plan-groups.ts';
import { inSession, sessions } from './sessions.ts';
import type { SoakWindow } from './soak-windows.ts';
import { inWindow, isOfSoak, soakWindows } from './soak-windows.ts';
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
  const isSoaked = options.suite.soak !== undefined;
  const subjects = [
    ...[...nodes, ...leftOut].flatMap(({ node, facts }) => listSubjects(node, facts)),
    ...across.subjects,
  ];
  const planned = nodes.map(({ node, facts }) => {
    const erase = options.inventory.nodes.find(({ name }) => name === node)?.erase ?? [];
    return planNode(
      node,
      facts,
      withDrives(options.suite, options.registry, { erase, facts }),
      options.registry,
    );
  });
  const alone = planned.flatMap((each) => each.steps);
  const first = [...accompany(across.steps, alone, options.registry), ...across.steps];
  const together = [...first, ...(isSoaked ? inSession(first, sessions['after-soak']) : [])];
  return {
    schema: 'assay/plan',
    schemaVersion: 1,
    run,
    profile: profile.id,
    subjects,
    cells: createCoverage(profile, subjects).map(({ cell }) => cell),
    steps: [...alone, ...together],
    unplanned: [...planned.flatMap((each) => each.unplanned), ...across.unplanned],
    ...(leftOut.length === 0 ? {} : { leftOut: leftOut.map(({ node, reason }) => ({ node, reason })) }),
    // All nodes are brought through a phase before any begins the next. The groups of one round work at the same time.
    budgetSeconds:
      phasesOf({ steps: alone }).reduce((sum, phase) => sum + aloneMs({ steps: alone }, phase) / 1000, 0) +
      roundsOf(together).reduce(
        (sum, round) => sum + Math.max(...round.map(({ budgetMs }) => budgetMs / 1000)),
        0,
      ),
  };
}

/** Steps across nodes that may run at the same time: the groups of one repetition of one entry. Those of a soak have its windows. */
export function roundsOf(steps: readonly PlannedStep[]): readonly (readonly PlannedStep[])[] {
  const rounds = new Map<string, PlannedStep[]>();
  for (const step of steps) {
    if (step.seat === undefined || isOfSoak(step)) continue;
    const key = `${step.isExtra === true ? 'extra ' : ''}${step.session} ${step.entry} ${step.repetition}`;
    rounds.set(key, [...(rounds.get(key) ?? []), step]);
  }
  return [...rounds.values()];
}

/** The entries of a suite for a node: those that destroy are given the drives that the inventory names for it, and no others. */
function withDrives(
  { entries, ...suite }: Suite,
  registry: Registry,
  { erase, facts }: { readonly erase: readonly string[]; readonly facts: HostFacts },
): Suite {
  const sizes = (valueOf(facts.drives) ?? []).flatMap(({ serial, sizeBytes }) =>
    erase.includes(valueOf(serial) ?? '') ? (valueOf(sizeBytes) ?? []) : [],
  );
  const named = { serials: [...erase], ...(sizes.length === 0 ? {} : { driveBytes: Math.max(...sizes) }) };
  return {
    ...suite,
    entries: entries.map((entry) => {
      const workload = registry.get(entry.workload)?.workload;
      const params = workload?.params.safeParse(entry.params);
      const isDestructive = params?.success === true && workload?.destroys?.(params.data) === true;
      return isDestructive ? { ...entry, params: { ...entry.params, ...named } } : entry;
    }),
  };
}

function planNode(
  node: string,
  facts: HostFacts,
  suite: Suite,
  registry: Registry,
): Pick<Plan, 'steps' | 'unplanned'> {
  const unplanned: Plan['unplanned'] = [];
  // All windows are alike.
  const [window] = soakWindows(suite);
  const served = suite.entries.flatMap((entry) => {
    if (entry.across !== undefined) return [];
    const workload = registry.get(entry.workload)?.workload;
    const concern = workload?.concerns?.(entry.params);
    const vendor = entry.soak === true ? workload?.ofVendor?.(entry.params) : undefined;
    const isOfOthers = (each: { readonly vendor: string }): boolean =>
      vendor !== undefined && each.vendor !== vendor;
    if (concern !== undefined && valueOf(facts[concern])?.every(isOfOthers) === true) return [];
    const chosen = serve(entry, entry.soak === true ? window : undefined, facts, registry);
    if (chosen.ok) return [{ soak: entry.soak === true, ...chosen.value }];
    unplanned.push({ node, entry: entry.id, workload: entry.workload, reason: chosen.error });
    return [];
  });
  const stepOf = (
    { entry: { id, workload, params, budgetSeconds }, tool }: Served,
    name: Pick<PlannedStep, 'step' | 'repetition' | 'together'>,
  ): PlannedStep => ({
    ...name,
    node,
    entry: id,
    workload,
    tool,
    params,
    session: sessions.start,
    budgetMs: budgetSeconds * 1000,
  });
  const single = served.filter(({ soak }) => !soak);
  const rounds = Math.max(0, ...single.map(({ entry }) => entry.repetitions));
  const steps = Array.from({ length: rounds }, (_, index) => index + 1).flatMap((repetition) =>
    single
      .filter(({ entry }) => repetition <= entry.repetitions)
      .map((each) => stepOf(each, { step: `r${repetition}-${each.entry.id}`, repetition })),
  );
  const soak = soakWindows(suite).flatMap(({ ordinal: repetition, together }) =>
    served
      .filter((each) => each.soak)
      .map((each) => stepOf(each, { step: `${together}-${each.entry.id}`, repetition, together })),
  );
  const again = soak.length === 0 ? [] : inSession(steps, sessions['after-soak']);
  return { steps: [...steps, ...soak, ...again], unplanned };
}

/** An entry as it is run on a node, and by what. */
interface Served {
  readonly entry: SuiteEntry;
  readonly tool: string;
}

/** The tool for an entry on a node, with the time that it has there: that of a soak is asked for what a window leaves each turn. */
function serve(
  entry: SuiteEntry,
  window: SoakWindow | undefined,
  facts: HostFacts,
  registry: Registry,
): Result<Served, Said> {
  const registered = registry.get(entry.workload);
  if (registered === undefined) return err({ say: 'no-workload', workload: entry.workload });
  const { workload, tools } = registered;
  const turnsOf = ({ turns }: Pick<Tool, 'turns'>, params: unknown): number => turns?.(params, facts) ?? 1;
  if (window === undefined) {
    const chosen = chooseTool(registered, entry.params, facts, entry.tool);
    if (!chosen.ok) return chosen;
    const turns = turnsOf(chosen.value, workload.params.parse(entry.params));
    return ok({
      entry: { ...entry, budgetSeconds: entry.budgetSeconds * turns },
      tool: chosen.value.id,
    });
  }
  const whole = workload.params.safeParse(entry.params);
  const turns = whole.success ? Math.max(...tools.map((tool) => turnsOf(tool as Tool, whole.data))) : 1;
  const inOne = inWindow(entry, window, turns);
  const params = workload.params.safeParse(inOne.params);
  if (!params.success)
    return err({ say: 'quoted', text: `parameters: ${params.error.issues[0]?.message ?? 'not accepted'}` });
  const chosen = chooseTool(registered, inOne.params, facts, entry.tool);
  return chosen.ok ? ok({ entry: inOne, tool: chosen.value.id }) : chosen;
}
