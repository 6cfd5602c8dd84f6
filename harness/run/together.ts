import { leaderEnded } from '../../agents/protocol/step.ts';
import type { Trial } from '../../reports/verdict/verdict.ts';
import type { Tool } from '../../workloads/kit/tool.ts';
import { assignBlame } from '../judge/groups/assign-blame.ts';
import { listTrials } from '../judge/groups/list-trials.ts';
import { nextTrials } from '../judge/groups/next-trials.ts';
import { RunDossier } from '../judge/run-dossier.ts';
import { accompany } from '../plan/accompany.ts';
import { roundsOf } from '../plan/create-plan.ts';
import type { PlannedStep } from '../plan/plan.ts';
import { planGroup } from '../plan/plan-groups.ts';
import { isOfSoak } from '../plan/soak-windows.ts';
import type { SkipCause } from '../store/coordinator-journal.ts';
import { readStep } from '../store/kept-steps.ts';
import type { RunEvidence } from '../store/run-evidence.ts';
import type { RunMaterial } from '../store/run-material.ts';
import type { Facility } from './facility.ts';
import type { Fleet } from './fleet.ts';
import { bringThrough, createLaunches, leadGroup } from './group-launches.ts';
import type { NodeStanding } from './judge-node.ts';
import type { NightTurns } from './night-turns.ts';
import { restOfGroup } from './rest-of-group.ts';
import type { StopWatch } from './stop-watch.ts';

export interface TogetherOptions {
  readonly fleet: Fleet;
  readonly session: number;
  /** How nodes stand that may take no part. */
  readonly closed: ReadonlyMap<string, NodeStanding>;
  /** Nodes that fail by what was measured on them alone. */
  readonly failing: ReadonlySet<string>;
  readonly stops: StopWatch;
  readonly facility: Facility;
  readonly night: NightTurns;
  /** Spreads the beginnings of one round over the power domains. */
  readonly createRamp: () => (node: string) => Promise<void>;
  /** Steps that are added while the run goes on. */
  readonly onAdded: (steps: readonly PlannedStep[]) => void;
}

/** Rounds of looking for somebody to blame: halving a thousand nodes takes ten, then each suspect two partners. */
const maxRounds = 16;

/**
 * Measures what nodes do together, entry by entry of the suite: its rounds, then whatever tells who is to blame for the
 * bad ones. What cannot be run is left out with the cause, which is kept. A node that is lost is left out of what
 * follows, and the others go on. All that ran is evidence on its leader.
 */
export async function measureTogether(options: TogetherOptions): Promise<void> {
  const { evidence } = options.fleet.options;
  const shared = (entry?: string): readonly PlannedStep[] =>
    (evidence.plan?.steps ?? []).filter(
      (step) =>
        step.seat !== undefined &&
        !isOfSoak(step) &&
        step.session === options.session &&
        (entry === undefined || step.entry === entry),
    );
  const entries = new Set(shared().map((step) => step.entry));
  for (const entry of entries) {
    for (const round of roundsOf(shared(entry))) await runRound(round, options);
    await findCulprits(entry, options);
  }
}

async function runRound(steps: readonly PlannedStep[], options: TogetherOptions): Promise<void> {
  const { evidence } = options.fleet.options;
  const due = steps.filter(({ node, step }) => evidence.dueOn(node).some((each) => each.step === step));
  const groups = Map.groupBy(due, ({ step }) => step);
  const ramp = options.createRamp();
  const outcomes = await Promise.allSettled(
    [...groups.values()].map((group) => runOne(group, options, ramp)),
  );
  const failed = outcomes.find((outcome) => outcome.status === 'rejected');
  if (failed !== undefined) throw failed.reason;
}

async function runOne(
  steps: readonly PlannedStep[],
  options: TogetherOptions,
  ramp: (node: string) => Promise<void>,
): Promise<void> {
  const [lead] = steps;
  if (lead === undefined) return;
  const { fleet, facility, night, stops } = options;
  const { evidence, run, now } = fleet.options;
  if (evidence.node(lead.node).fold.ended.has(lead.step)) return;
  const tool = evidence.registry.get(lead.workload)?.tools.find(({ id }) => id === lead.tool) as
    | Tool
    | undefined;
  if (tool === undefined) throw new RangeError(`no tool ${lead.workload}/${lead.tool}`);
  // A session that was lost in an earlier round is opened again before somebody waits for this node.
  for (const { node } of steps) await reachAgain(node, fleet);
  const cause = findObstacle(steps, options);
  const leader = fleet.nodes.get(lead.node);
  if (cause !== undefined || leader === undefined) {
    await evidence.decide(now, {
      type: 'skipped',
      step: lead.step,
      cause: cause ?? { why: 'lost', node: lead.node },
    });
    return;
  }
  await Promise.all(steps.map(({ node }) => ramp(node)));
  const plan = evidence.planDigest;
  const besideOn = (node: string): readonly PlannedStep[] =>
    evidence.dueOn(node).filter(({ beside }) => beside === lead.step);
  const launches = createLaunches({
    steps,
    nodes: fleet.nodes,
    tool,
    filesOf: (node, step) => readStep(run, { node, step, most: evidence.node(node).fold.ended.size }),
    bring: (node, member, launch) =>
      fleet.reach(node, (open) =>
        bringThrough(open, member, {
          plan,
          launch,
          beside: besideOn(member.node),
          ...facility.leashOf(member.node),
        }),
      ),
    onBroken: (node, said) => evidence.decide(now, { type: 'broken', step: lead.step, node, said }),
  });
  try {
    const members = steps.flatMap(({ node }) => fleet.nodes.get(node) ?? []);
    await facility.during(members, async () => {
      const end = await fleet.reach(leader, (open) =>
        leadGroup(open, lead, launches, {
          plan,
          beside: besideOn(lead.node),
          ...facility.leashOf(lead.node),
        }),
      );
      if (end?.execution === 'cancelled' && end.reason !== leaderEnded && !night.hasTenant(lead.node))
        throw await stops.explain(lead.node, end.reason);
    });
  } catch (cause) {
    // Whom the facility does not cool goes on with others.
    if (facility.idled.size === 0 || facility.idled.has(lead.node)) fleet.lose(lead.node, cause);
  } finally {
    await launches.end();
  }
}

/** Makes sure that there is a session to a node; one that cannot be reached any more is lost to the run. */
async function reachAgain(name: string, fleet: Fleet): Promise<void> {
  const node = fleet.nodes.get(name);
  if (node === undefined) return;
  try {
    await fleet.reach(node, ({ session }) => session.expectOpen());
  } catch (cause) {
    fleet.lose(name, cause);
  }
}

/** Why a group cannot be measured now, and because of whom. */
function findObstacle(
  steps: readonly PlannedStep[],
  { fleet, facility, night, closed }: TogetherOptions,
): SkipCause | undefined {
  const { evidence } = fleet.options;
  for (const { node, step, seat, budgetMs } of steps) {
    const away = evidence.whyAway(node) ?? (night.fits(budgetMs) ? undefined : 'window');
    if (away !== undefined) return { why: away, node };
    if (facility.idled.has(node)) return { why: 'idled', node };
    if (!fleet.nodes.has(node)) return { why: 'lost', node };
    const requirement = closed.get(node)?.closedGate;
    if (requirement !== undefined) return { why: 'gate', node, requirement };
    if (seat !== undefined && seat.rank > 0 && evidence.node(node).fold.hasStarted(step))
      return { why: 'begun', node };
  }
  if (steps.length <= 2 || steps[0]?.isExtra === true) return undefined;
  const blames = assignBlame(listTrials(new RunDossier(evidence.material())));
  const blamed = blames.find(({ node }) => node !== undefined && steps.some((step) => step.node === node));
  return blamed?.node === undefined ? undefined : { why: 'blamed', node: blamed.node };
}

/** Asks until it is clear who is to blame for the bad measurements of an entry, or nothing more can be asked. */
async function findCulprits(entry: string, options: TogetherOptions): Promise<void> {
  const { evidence, now } = options.fleet.options;
  for (let round = 1; round <= maxRounds; round += 1) {
    const material = evidence.material();
    const steps = planCulprits(entry, listTrials(new RunDossier(material)), {
      material,
      registry: evidence.registry,
      failing: options.failing,
    });
    if (steps.length === 0) return;
    await evidence.decide(now, { type: 'added', reason: { why: 'blame', entry }, steps: [...steps] });
    options.onAdded(steps);
    for (const round of roundsOf(steps)) await runRound(round, options);
  }
}

/** The steps that would tell who is to blame for the bad trials of an entry, as far as they can run at the same time. */
function planCulprits(
  entry: string,
  all: readonly Trial[],
  {
    material,
    registry,
    failing,
  }: {
    readonly material: RunMaterial;
    readonly registry: RunEvidence['registry'];
    readonly failing: ReadonlySet<string>;
  },
): readonly PlannedStep[] {
  const steps = material.plan?.steps ?? [];
  const own = steps.filter((step) => step.entry === entry && step.seat !== undefined);
  const [model] = own;
  const names = new Set(own.map(({ step }) => step));
  const trials = all.filter(({ step }) => names.has(step));
  const least = registry.get(model?.workload ?? '')?.tools.find(({ id }) => id === model?.tool)?.leastMembers;
  const next = nextTrials(trials, least);
  const wanted = next.length > 0 ? next : restOfGroup(trials, material, failing);
  if (model === undefined) return [];
  const places = new Map(
    own.flatMap(({ node, tool, seat }) =>
      seat === undefined
        ? []
        : [[node, { node, tool, network: seat.network, address: addressOf(seat, node) }] as const],
    ),
  );
  const extras = steps.filter(({ isExtra }) => isExtra === true);
  const count = extras.filter(({ seat }) => seat?.rank === 0).length;
  // One round is what was added at one time, also after an interruption.
  const repetition = Math.max(0, ...extras.map((step) => step.repetition)) + 1;
  const added = wanted.flatMap((members, index) => {
    const inOrder = material.inventory.nodes.flatMap(({ name }) =>
      members.includes(name) ? (places.get(name) ?? []) : [],
    );
    return planGroup(
      inOrder,
      { id: entry, workload: model.workload, params: model.params, budgetSeconds: model.budgetMs / 1000 },
      { step: `d${count + index + 1}-${entry}`, repetition, isExtra: true },
    );
  });
  return [...accompany(added, steps, registry), ...added];
}

const addressOf = (seat: NonNullable<PlannedStep['seat']>, node: string): string =>
  seat.members.find((member) => member.node === node)?.address ?? '';
