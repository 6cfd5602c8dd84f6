import { setTimeout as sleep } from 'node:timers/promises';
import { sha256 } from '../../agents/protocol/chain.ts';
import type { Said } from '../../reports/verdict/said.ts';
import { say } from '../../reports/verdict/words/say.ts';
import { AssayError } from '../../workloads/kit/assay-error.ts';
import type { HostFacts } from '../../workloads/kit/facts/host-facts.ts';
import type { OpenNode } from '../fleet/open-node.ts';
import { checkPowerDomains, findOccupied } from '../plan/check-nodes.ts';
import { checkRigs, findRigs } from '../plan/check-rigs.ts';
import { createPlan } from '../plan/create-plan.ts';
import { loadedNodes } from '../plan/loaded-nodes.ts';
import type { Phase } from '../plan/phases.ts';
import { phasesOf } from '../plan/phases.ts';
import type { Plan, PlannedStep } from '../plan/plan.ts';
import { planAgain } from '../plan/plan-again.ts';
import { createPowerRamp } from '../plan/power-ramp.ts';
import { toJson } from '../store/read-document.ts';
import { runPaths } from '../store/run-directory.ts';
import type { RunHeader } from '../store/run-header.ts';
import { measureAlone } from './alone.ts';
import { extend } from './extend.ts';
import { Facility } from './facility.ts';
import { findInFacts } from './fact-findings.ts';
import { Fleet } from './fleet.ts';
import type { NodeStanding } from './judge-node.ts';
import { judgeNode } from './judge-node.ts';
import type { MeasureOptions } from './measure-options.ts';
import { NightTurns } from './night-turns.ts';
import { serveSoakGroups } from './soak-groups.ts';
import { StepCounter } from './step-counter.ts';
import { StopWatch } from './stop-watch.ts';
import { measureTogether } from './together.ts';

/**
 * Measures the nodes of a run from wherever it stands: facts of all, one plan, then on every node the steps that have
 * not ended, then what nodes do together; then removes the run from the nodes. What is learned is in the run directory
 * and in `evidence`. A node that fails neither hides nor stops the others; when all fail, the first error is thrown.
 */
export async function measure(options: MeasureOptions): Promise<void> {
  const { run, evidence, events, detach, boots } = options;
  const counter = new StepCounter(events);
  const fleet = new Fleet(options, counter, 1000 * (evidence.suite.watchSeconds ?? 0));
  const facility = new Facility(options);
  const night = new NightTurns(options);
  try {
    const stops = await StopWatch.start(run, options);
    await fleet.open();
    if (fleet.nodes.size === 0) return;
    const plan = await planOrContinue(fleet, facility);
    events.onPlan(plan);
    if (boots !== undefined) await dismissOccupied(fleet, boots);
    counter.expect(
      options.targets.flatMap(({ node }) => evidence.dueOn(node)),
      ({ node, step }) => evidence.endOf(node, step) !== undefined,
    );
    const pause = (ms: number): Promise<void> => sleep(ms, undefined, { signal: detach });
    const onAdded = (steps: readonly PlannedStep[]): void => counter.expect(steps, () => false);
    const isBlock = fleet.nodes.size > 1;
    const measurePhase = async ({ session, isSoak, isOf }: Phase, nodes?: OpenNode[]): Promise<void> => {
      const ramp = createPowerRamp(evidence.inventory, pause);
      const closed = new Map<string, NodeStanding>();
      const failing = new Set<string>();
      const groups = isSoak ? serveSoakGroups(fleet) : undefined;
      await fleet
        .each(async (node) => {
          await ramp(node.node);
          node.session.onLaunch = groups?.answer;
          await night.inTurn(node.node, () =>
            facility.during([node], () =>
              measureAlone(node, evidence, stops, isOf, night, facility.leashOf(node.node)),
            ),
          );
          const standing = judgeNode(evidence, node.node);
          if (standing.conclusion === 'fail') failing.add(node.node);
          if (standing.closedGate !== undefined) closed.set(node.node, standing);
          if (isBlock) events.onNodeMeasured(standing);
        }, nodes)
        .finally(() => groups?.close());
      if (!isSoak && (evidence.plan?.steps ?? []).some((step) => step.seat !== undefined && isOf(step))) {
        await measureTogether({
          fleet,
          facility,
          night,
          session,
          closed,
          failing,
          stops,
          createRamp: () => createPowerRamp(evidence.inventory, pause),
          onAdded,
        });
      }
    };
    for (const phase of phasesOf(plan)) await measurePhase(phase);
    await extend({
      fleet,
      night,
      onAdded,
      measureSession: (session, nodes) =>
        measurePhase({ session, isSoak: false, isOf: (step) => step.session === session }, nodes),
      pause,
    });
    await fleet.finish();
  } finally {
    await facility.close();
    await fleet.close();
  }
}

/** The plan of a run that was only looked at, and the nodes that it was made from. */
export interface Seen {
  readonly plan: Plan;
  readonly nodes: readonly OpenNode[];
}

/**
 * Looks at the nodes and plans, and puts no load on anything; then removes the run from the nodes again. Returns nothing
 * when no node answered.
 */
export async function look(options: MeasureOptions): Promise<Seen | undefined> {
  const fleet = new Fleet(options, new StepCounter(options.events), 0);
  try {
    await fleet.open();
    if (fleet.nodes.size === 0) return undefined;
    const plan = await planOrContinue(fleet);
    const seen = { plan, nodes: [...fleet.nodes.values()] };
    await fleet.finish();
    return seen;
  } finally {
    await fleet.close();
  }
}

/** The plan of the run: of a new one made now, of an older one with what has to be measured again. */
async function planOrContinue(fleet: Fleet, facility?: Facility): Promise<Plan> {
  const { evidence, now } = fleet.options;
  if (evidence.plan === undefined) return planNow(fleet, facility);
  const again = planAgain(evidence.plan.steps, evidence.endOf).filter(({ node, seat }) =>
    (seat?.members.map((member) => member.node) ?? [node]).every(
      (each) => evidence.whyAway(each) === undefined,
    ),
  );
  if (again.length > 0)
    await evidence.decide(now, {
      type: 'added',
      reason: { why: 'again', steps: again.map(({ replaces }) => replaces) },
      steps: [...again],
    });
  await facility?.begin(evidence.plan, evidence.registry);
  return evidence.plan;
}

async function planNow(fleet: Fleet, facility: Facility | undefined): Promise<Plan> {
  const { run, evidence, events, now } = fleet.options;
  const { registry, inventory, suite } = evidence;
  const opened = [...fleet.nodes.values()];
  events.onFacts(opened, findInFacts(evidence));
  await fleet.options.onIdentified?.(opened).catch(async (cause: unknown) => {
    await fleet.dismiss(opened);
    throw cause;
  });
  const leftOut = await leaveOutOccupied(fleet);
  try {
    const plan = createPlan({
      run: run.header.id,
      nodes: [...fleet.nodes.values()],
      leftOut,
      profile: evidence.profile(run.header.profile),
      suite,
      inventory,
      registry,
    });
    const loaded = loadedNodes(plan, registry);
    checkPowerDomains(inventory, loaded.all);
    checkRigs(findRigs(inventory, [...fleet.nodes.values()], loaded));
    await facility?.begin(plan, registry);
    const text = toJson(plan);
    await run.write(runPaths.plan, text);
    await evidence.decide(now, { type: 'planned', digest: sha256(text) });
    await evidence.loadPlan();
    if (inventory.asics?.some(({ api }) => api !== undefined) === true) {
      const { askAsics } = await import('../asics/ask-asics.ts');
      await askAsics(inventory.asics, (name, answer) => evidence.decide(now, { type: 'asic', name, answer }));
    }
    return plan;
  } catch (cause) {
    // A run that is refused after somebody has looked never began.
    await fleet.dismiss([...fleet.nodes.values()]);
    throw cause;
  }
}

/** Who rebooted a node may have given it to somebody since: nothing is put on it then, and the run is removed from it. */
async function dismissOccupied(fleet: Fleet, boots: ReadonlyMap<string, string | undefined>): Promise<void> {
  const { acceptsOccupied, events } = fleet.options;
  const rebooted = [...fleet.nodes.values()].filter(({ node }) => boots.has(node));
  const occupied = acceptsOccupied ? new Map<string, string[]>() : findOccupied(rebooted);
  await fleet.dismiss([...fleet.nodes.values()].filter(({ node }) => occupied.has(node)));
  for (const [node, by] of occupied)
    events.onNodeFailed(node, new AssayError('NODE_OCCUPIED', `left out: in use by ${by.join(', ')}`));
}

/**
 * Leaves out the nodes that somebody uses, and removes the run from them: nothing is put on them. When no node would be
 * left, the run is refused as a whole.
 */
async function leaveOutOccupied(
  fleet: Fleet,
): Promise<readonly { readonly node: string; readonly facts: HostFacts; readonly reason: Said }[]> {
  const { acceptsOccupied, events, evidence } = fleet.options;
  const opened = [...fleet.nodes.values()];
  const { night } = evidence.run.header;
  const unheld = findUnheld(opened, night);
  const occupied = acceptsOccupied ? new Map<string, string[]>() : findOccupied(opened);
  const used = opened.filter(({ node }) => occupied.has(node) || unheld.has(node));
  const hint = 'Free it, or say with --exclusive-confirmed that it may be measured all the same.';
  await fleet.dismiss(used);
  // A night is over then, and says so; whoever asked for these machines now is told at once.
  if (used.length === opened.length && night === undefined) {
    const each = [...occupied].map(([node, by]) => `${node}: ${by.join(', ')}`);
    throw new AssayError('NODE_OCCUPIED', `expected idle machines, found ${each.join('; ')}`, { hint });
  }
  return used.map(({ node, facts }) => {
    const reason: Said = unheld.get(node) ?? { say: 'in-use', by: occupied.get(node) ?? [] };
    events.onNodeFailed(
      node,
      new AssayError('NODE_OCCUPIED', `left out: ${say(reason)}`, night === undefined ? { hint } : {}),
    );
    return { node, facts, reason };
  });
}

/** The nodes that a reservation does not hold for this night, or on which a job of before goes on. */
const findUnheld = (opened: readonly OpenNode[], night: RunHeader['night']): ReadonlyMap<string, Said> =>
  new Map(
    opened.flatMap(({ node }) => {
      if (night?.hold.by !== 'slurm') return [];
      const { reservation, nodes, busy } = night.hold;
      const said: Said | undefined = !nodes.includes(node)
        ? { say: 'not-held', reservation }
        : busy.includes(node)
          ? { say: 'in-use', by: ['a job of Slurm'] }
          : undefined;
      return said === undefined ? [] : [[node, said] as const];
    }),
  );
