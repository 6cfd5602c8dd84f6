import type { Trial } from '../../reports/schema/verdict.ts';
import { AssayError } from '../../workloads/kit/assay-error.ts';
import type { Tool } from '../../workloads/kit/tool.ts';
import type { Registry } from '../../workloads/registry.ts';
import type { OpenNode } from '../fleet/open-node.ts';
import { assignBlame } from '../judge/groups/assign-blame.ts';
import { leaderEnded } from '../judge/groups/leader-ended.ts';
import { listTrials } from '../judge/groups/list-trials.ts';
import { nextTrials } from '../judge/groups/next-trials.ts';
import { roundsOf } from '../plan/create-plan.ts';
import type { Plan, PlannedStep } from '../plan/plan.ts';
import { planGroup } from '../plan/plan-groups.ts';
import { addedSteps, Decision, keepDecision } from '../store/decision.ts';
import { loadRun } from '../store/read-run.ts';
import type { RunDirectory } from '../store/run-directory.ts';
import { runPaths } from '../store/run-directory.ts';
import type { RunMaterial } from '../store/run-material.ts';
import { createLaunches, leadGroup } from './run-group.ts';
import type { StopWatch } from './stopped-run.ts';
import { cancelledBatch } from './stopped-run.ts';
import { stopsAll } from './stops-all.ts';

export interface GroupSurroundings {
  readonly run: RunDirectory;
  readonly registry: Registry;
  readonly plan: Plan;
  /** Digest of plan.json. */
  readonly planDigest: string;
  /** Those that are there; who is lost on the way is taken out. */
  readonly nodes: Map<string, OpenNode>;
  /** Why a node may take no part, by node. */
  readonly closed: ReadonlyMap<string, string>;
  readonly now: () => Date;
  readonly wasStopped: StopWatch;
  /** Aborted to let go of all nodes. */
  readonly detach: AbortSignal;
  /** Spreads the beginnings of one round over the power domains. */
  readonly createRamp: () => (node: string) => Promise<void>;
  /** Steps that are added while the run goes on. */
  readonly onExtra: (steps: readonly PlannedStep[]) => void;
  readonly onNodeFailed: (node: string, error: AssayError) => void;
  /** Does something with a node, and goes on after a lost connection. */
  readonly keepReaching: <T>(node: OpenNode, act: (node: OpenNode) => Promise<T>) => Promise<T>;
}

/** Rounds of looking for somebody to blame: halving a thousand nodes takes ten, then each suspect two partners. */
const maxRounds = 16;

/**
 * Measures what nodes do together, entry by entry of the suite: its rounds, then whatever tells who is to blame for the
 * bad ones. What cannot be run is left out with the reason, which is kept. A node that is lost is left out of what
 * follows, and the others go on. All that ran is evidence on its leader.
 */
export async function measureGroups(around: GroupSurroundings): Promise<void> {
  const { plan, run } = around;
  await run.cutTornLine(runPaths.decisions);
  const entries = [...new Set(plan.steps.filter(({ seat }) => seat !== undefined).map(({ entry }) => entry))];
  for (const entry of entries) {
    const steps = plan.steps.filter((step) => step.entry === entry && step.seat !== undefined);
    const added = addedSteps(await run.readLines(Decision, runPaths.decisions));
    for (const round of [...roundsOf(steps), ...roundsOf(added.filter((step) => step.entry === entry))])
      await runRound(round, around);
    await findCulprits(entry, steps, around);
  }
}

async function runRound(steps: readonly PlannedStep[], around: GroupSurroundings): Promise<void> {
  const groups = Map.groupBy(steps, ({ step }) => step);
  const ramp = around.createRamp();
  const outcomes = await Promise.allSettled([...groups.values()].map((group) => runOne(group, around, ramp)));
  const failed = outcomes.find((outcome) => outcome.status === 'rejected');
  if (failed !== undefined) throw failed.reason;
}

async function runOne(
  steps: readonly PlannedStep[],
  around: GroupSurroundings,
  ramp: (node: string) => Promise<void>,
): Promise<void> {
  const [lead] = steps;
  if (lead === undefined) return;
  const { nodes, planDigest: plan, run, keepReaching, registry } = around;
  if (nodes.get(lead.node)?.session.progress.ended.has(lead.step) === true) return;
  const tool = registry.get(lead.workload)?.tools.find(({ id }) => id === lead.tool) as Tool | undefined;
  if (tool === undefined) throw new RangeError(`no tool ${lead.workload}/${lead.tool}`);
  // A session that was lost in an earlier round is opened again before somebody waits for this node.
  for (const { node } of steps) await reach(node, around);
  const obstacle = await findObstacle(steps, around);
  const leader = nodes.get(lead.node);
  if (obstacle !== undefined || leader === undefined) {
    await keepDecision(run, around.now, {
      kind: 'skip',
      step: lead.step,
      ...(obstacle ?? { reason: `${lead.node} is lost` }),
    });
    return;
  }
  await Promise.all(steps.map(({ node }) => ramp(node)));
  const onBroken = (reason: string): Promise<void> =>
    keepDecision(run, around.now, { kind: 'broken', step: lead.step, reason });
  const launches = createLaunches({ steps, nodes, plan, tool, run, keepReaching, onBroken });
  try {
    const end = await keepReaching(leader, (open) => leadGroup(open, lead, launches, plan));
    if (end?.execution === 'cancelled' && end.reason !== leaderEnded)
      throw await cancelledBatch(run, around.wasStopped, lead.node, end.reason);
  } catch (cause) {
    loseNode(lead.node, cause, around);
  } finally {
    await launches.end();
  }
}

/** Makes sure that there is a session to a node; one that cannot be reached any more is lost to the run. */
async function reach(name: string, around: GroupSurroundings): Promise<void> {
  const node = around.nodes.get(name);
  if (node === undefined) return;
  try {
    await around.keepReaching(node, ({ session }) => session.expectOpen());
  } catch (cause) {
    loseNode(name, cause, around);
  }
}

/** Takes a node out of what follows; what is not one node's ends the run instead. */
function loseNode(name: string, cause: unknown, { nodes, detach, onNodeFailed }: GroupSurroundings): void {
  const error = AssayError.from(cause);
  if (detach.aborted || stopsAll(error)) throw cause;
  nodes.delete(name);
  onNodeFailed(name, error);
}

interface Obstacle {
  readonly reason: string;
  readonly node: string;
}

/** Why a group cannot be measured now, and because of whom. */
async function findObstacle(
  steps: readonly PlannedStep[],
  { nodes, closed, run, registry }: GroupSurroundings,
): Promise<Obstacle | undefined> {
  for (const { node, step, seat } of steps) {
    const open = nodes.get(node);
    if (open === undefined) return { node, reason: `${node} is lost to this run` };
    const gate = closed.get(node);
    if (gate !== undefined) return { node, reason: `${node} is kept out (${gate})` };
    if (seat !== undefined && seat.rank > 0 && open.session.progress.hasStarted(step))
      return { node, reason: `${node} began it before an interruption, and a step is never run twice` };
  }
  if (steps.length <= 2 || steps[0]?.isExtra === true) return undefined;
  const blames = assignBlame(listTrials(await loadRun(run, registry)));
  const blamed = blames.find(({ node }) => node !== undefined && steps.some((step) => step.node === node));
  return blamed?.node === undefined
    ? undefined
    : { node: blamed.node, reason: `${blamed.node} is kept out (${blamed.reason})` };
}

/** Asks until it is clear who is to blame for the bad measurements of an entry, or nothing more can be asked. */
async function findCulprits(
  entry: string,
  planned: readonly PlannedStep[],
  around: GroupSurroundings,
): Promise<void> {
  const { run, registry } = around;
  const places = new Map(
    planned.flatMap(({ node, tool, seat }) =>
      seat === undefined
        ? []
        : [[node, { node, tool, network: seat.network, address: addressOf(seat, node) }] as const],
    ),
  );
  const [model] = planned;
  if (model === undefined) return;
  for (let round = 1; round <= maxRounds; round += 1) {
    const material = await loadRun(run, registry);
    const extras = (material.plan?.steps ?? []).filter(({ isExtra }) => isExtra === true);
    const own = new Set(
      material.plan?.steps.filter((step) => step.entry === entry).map(({ step }) => step) ?? [],
    );
    const trials = listTrials(material).filter(({ step }) => own.has(step));
    const next = nextTrials(trials);
    const wanted = next.length > 0 ? next : restOf(trials, material);
    if (wanted.length === 0) return;
    const count = extras.filter(({ seat }) => seat?.rank === 0).length;
    // One round is what was added at one time, also after an interruption.
    const repetition = Math.max(0, ...extras.map((step) => step.repetition)) + 1;
    const steps = wanted.flatMap((members, index) => {
      const inOrder = material.inventory.nodes.flatMap(({ name }) =>
        members.includes(name) ? (places.get(name) ?? []) : [],
      );
      return planGroup(
        inOrder,
        { id: entry, workload: model.workload, params: model.params, budgetSeconds: model.budgetMs / 1000 },
        { step: `d${count + index + 1}-${entry}`, repetition, isExtra: true },
      );
    });
    await keepDecision(run, around.now, { kind: 'extra', steps: [...steps] });
    around.onExtra(steps);
    await runRound(steps, around);
  }
}

/**
 * When a group was left out because of some of its members, the others are still measured together. That is shown as
 * what it is; it does not stand in for the whole group.
 */
function restOf(trials: readonly Trial[], { skips }: RunMaterial): readonly (readonly string[])[] {
  const out = new Set([...skips.values()].flatMap(({ node }) => node ?? []));
  const left = trials.find(
    ({ step, members, isExtra }) => !isExtra && members.length > 2 && skips.get(step)?.node !== undefined,
  );
  const rest = left?.members.filter((member) => !out.has(member)) ?? [];
  const wasTried = trials.some(({ members }) => members.join() === rest.join());
  return rest.length > 1 && !wasTried ? [rest] : [];
}

const addressOf = (seat: NonNullable<PlannedStep['seat']>, node: string): string =>
  seat.members.find((member) => member.node === node)?.address ?? '';
