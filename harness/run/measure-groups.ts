import type { Tool } from '../../workloads/kit/tool.ts';
import type { Registry } from '../../workloads/registry.ts';
import { assignBlame } from '../certify/groups/assign-blame.ts';
import { listTrials } from '../certify/groups/list-trials.ts';
import { nextTrials } from '../certify/groups/next-trials.ts';
import type { RunDirectory } from '../store/run-directory.ts';
import { runPaths } from '../store/run-directory.ts';
import { roundsOf } from './create-plan.ts';
import { Decision } from './decision.ts';
import { loadRun } from './load-run.ts';
import type { BatchEnd } from './node-progress.ts';
import type { OpenNode } from './open-node.ts';
import type { Plan, PlannedStep } from './plan.ts';
import { planGroup } from './plan-groups.ts';
import { createLaunches, leadGroup } from './run-group.ts';
import { stoppedRun } from './stopped-run.ts';

export interface GroupSurroundings {
  readonly run: RunDirectory;
  readonly registry: Registry;
  readonly plan: Plan;
  /** Digest of plan.json. */
  readonly planDigest: string;
  readonly nodes: ReadonlyMap<string, OpenNode>;
  /** Why a node may take no part, by node. */
  readonly closed: ReadonlyMap<string, string>;
  readonly now: () => Date;
  /** Steps that are added while the run goes on. */
  readonly onExtra: (steps: readonly PlannedStep[]) => void;
  /** Does something with a node, and goes on after a lost connection. */
  readonly keepReaching: <T>(node: OpenNode, act: (node: OpenNode) => Promise<T>) => Promise<T>;
}

/** Rounds of looking for somebody to blame: halving a thousand nodes takes ten, then each suspect two partners. */
const maxRounds = 16;

/**
 * Measures what nodes do together, entry by entry of the suite: its rounds, then whatever tells who is to blame for the
 * bad ones. What cannot be run is left out with the reason, which is kept. All that ran is evidence on its leader.
 */
export async function measureGroups(around: GroupSurroundings): Promise<void> {
  const { plan, run } = around;
  const entries = [...new Set(plan.steps.filter(({ seat }) => seat !== undefined).map(({ entry }) => entry))];
  for (const entry of entries) {
    const steps = plan.steps.filter((step) => step.entry === entry && step.seat !== undefined);
    const earlier = await run.readLines(Decision, runPaths.decisions);
    const added = earlier.flatMap((each) => (each.kind === 'extra' ? each.steps : []));
    for (const round of [...roundsOf(steps), ...roundsOf(added.filter((step) => step.entry === entry))])
      await runRound(round, around);
    await findCulprits(entry, steps, around);
  }
}

async function runRound(steps: readonly PlannedStep[], around: GroupSurroundings): Promise<void> {
  const groups = Map.groupBy(steps, ({ step }) => step);
  const outcomes = await Promise.allSettled([...groups.values()].map((group) => runOne(group, around)));
  const failed = outcomes.find((outcome) => outcome.status === 'rejected');
  if (failed !== undefined) throw failed.reason;
}

async function runOne(steps: readonly PlannedStep[], around: GroupSurroundings): Promise<void> {
  const [lead] = steps;
  const leader = lead && around.nodes.get(lead.node);
  if (lead === undefined) return;
  if (leader?.session.progress.ended.has(lead.step) === true) return;
  const obstacle = await findObstacle(steps, around);
  if (obstacle !== undefined || leader === undefined) {
    await note(around, { kind: 'skip', step: lead.step, reason: obstacle ?? `${lead.node} is not there` });
    return;
  }
  const tool = around.registry.get(lead.workload)?.tools.find(({ id }) => id === lead.tool) as
    | Tool
    | undefined;
  if (tool === undefined) throw new RangeError(`no tool ${lead.workload}/${lead.tool}`);
  for (const { node } of steps.slice(1)) {
    const member = around.nodes.get(node);
    // A session that was lost in an earlier round is opened again before somebody waits for this node.
    if (member !== undefined) await around.keepReaching(member, ({ session }) => session.expectOpen());
  }
  const { nodes, planDigest: plan, run } = around;
  const launches = createLaunches({ steps, nodes, plan, tool, run });
  let end: BatchEnd | undefined;
  try {
    end = await around.keepReaching(leader, (open) => leadGroup(open, lead, launches, plan));
  } finally {
    await launches.end();
  }
  if (end?.execution === 'cancelled') throw stoppedRun(around.run.header.id, end.reason);
}

/** Why a group cannot be measured now, in one sentence. */
async function findObstacle(
  steps: readonly PlannedStep[],
  { nodes, closed, run, registry }: GroupSurroundings,
): Promise<string | undefined> {
  for (const { node, step, seat } of steps) {
    const open = nodes.get(node);
    if (open === undefined) return `${node} is lost to this run`;
    const gate = closed.get(node);
    if (gate !== undefined) return `${node} is kept out (${gate})`;
    if (seat !== undefined && seat.rank > 0 && open.session.progress.hasStarted(step))
      return `${node} began it before an interruption, and a step is never run twice`;
  }
  if (steps.length <= 2 || steps[0]?.isExtra === true) return undefined;
  const blames = assignBlame(listTrials(await loadRun(run, registry)));
  const blamed = blames.find(({ node }) => node !== undefined && steps.some((step) => step.node === node));
  return blamed && `${blamed.node} is kept out (${blamed.reason})`;
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
    const own = new Set(
      material.plan?.steps.filter((step) => step.entry === entry).map(({ step }) => step) ?? [],
    );
    const trials = listTrials(material).filter(({ step }) => own.has(step));
    const wanted = round === 1 ? [...nextTrials(trials), ...restOf(trials, material)] : nextTrials(trials);
    if (wanted.length === 0) return;
    const count =
      material.plan?.steps.filter(({ isExtra, seat }) => isExtra === true && seat?.rank === 0).length ?? 0;
    const steps = wanted.flatMap((members, index) => {
      const inOrder = [...places.values()].filter(({ node }) => members.includes(node));
      return planGroup(
        inOrder,
        { id: entry, workload: model.workload, params: model.params, budgetSeconds: model.budgetMs / 1000 },
        { step: `d${count + index + 1}-${entry}`, repetition: round, isExtra: true },
      );
    });
    await note(around, { kind: 'extra', steps: [...steps] });
    around.onExtra(steps);
    await runRound(steps, around);
  }
}

/**
 * When a group was left out because of some of its members, the others are still measured together. That is shown as
 * what it is; it does not stand in for the whole group.
 */
function restOf(
  trials: ReturnType<typeof listTrials>,
  material: Parameters<typeof listTrials>[0] & { readonly skips: ReadonlyMap<string, string> },
): readonly (readonly string[])[] {
  const blamed = new Set(assignBlame(listTrials(material)).flatMap(({ node }) => node ?? []));
  const left = trials.find(
    ({ step, members, isExtra }) =>
      !isExtra && material.skips.has(step) && members.length > 2 && members.some((each) => blamed.has(each)),
  );
  const rest = left?.members.filter((member) => !blamed.has(member)) ?? [];
  return rest.length > 1 ? [rest] : [];
}

const addressOf = (seat: NonNullable<PlannedStep['seat']>, node: string): string =>
  seat.members.find((member) => member.node === node)?.address ?? '';

async function note(
  { run, now }: GroupSurroundings,
  decision: DistributiveOmit<Decision, 'at'>,
): Promise<void> {
  const line: Decision = { ...decision, at: now().toISOString() };
  await run.append(runPaths.decisions, `${JSON.stringify(line)}\n`);
}

type DistributiveOmit<T, K extends PropertyKey> = T extends unknown ? Omit<T, K> : never;
