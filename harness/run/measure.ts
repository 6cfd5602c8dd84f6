import { setTimeout as sleep } from 'node:timers/promises';
import { sha256 } from '../../agents/protocol/chain.ts';
import type { JournalRecord } from '../../agents/protocol/journal-record.ts';
import { AssayError } from '../../workloads/kit/assay-error.ts';
import type { HostFacts } from '../../workloads/kit/facts/host-facts.ts';
import type { Registry } from '../../workloads/registry.ts';
import { Inventory } from '../config/inventory.ts';
import { Profile } from '../config/profile.ts';
import { Suite } from '../config/suite.ts';
import { loadProgress } from '../fleet/node-progress.ts';
import type { NodeSession } from '../fleet/node-session.ts';
import type { OpenNode, OpenOptions } from '../fleet/open-node.ts';
import { openNode, withReattach } from '../fleet/open-node.ts';
import type { Target } from '../fleet/open-session.ts';
import { openSession } from '../fleet/open-session.ts';
import { leaderEnded } from '../judge/groups/leader-ended.ts';
import { checkPowerDomains, findOccupied } from '../plan/check-nodes.ts';
import { createPlan } from '../plan/create-plan.ts';
import type { PlannedStep } from '../plan/plan.ts';
import { Plan } from '../plan/plan.ts';
import { createPowerRamp } from '../plan/power-ramp.ts';
import { addedSteps, Decision } from '../store/decision.ts';
import type { RunDirectory } from '../store/run-directory.ts';
import { inputNames, runPaths, toJson } from '../store/run-directory.ts';
import { findInFacts } from './fact-findings.ts';
import type { NodeStanding } from './judge-node.ts';
import { judgeNode } from './judge-node.ts';
import { measureGroups } from './measure-groups.ts';
import type { StopWatch } from './stopped-run.ts';
import { cancelledBatch, watchStops } from './stopped-run.ts';
import { stopsAll } from './stops-all.ts';

/** What a person watching a run is told, as it happens. */
export interface MeasureEvents {
  /** A node has answered, and how many have by now. */
  readonly onReached: (node: string, done: number, total: number) => void;
  /** The facts of all nodes that answered, and what they say against each of them, before any load. */
  readonly onFacts: (
    nodes: readonly { readonly node: string; readonly facts: HostFacts }[],
    findings: ReadonlyMap<string, readonly string[]>,
  ) => void;
  readonly onPlan: (plan: Plan) => void;
  readonly onStepStarted: (step: PlannedStep, done: number, total: number) => void;
  readonly onStepEnded: (step: PlannedStep, execution: string, done: number, total: number) => void;
  /** All that is measured on a node alone is done, while others may still be at work. */
  readonly onNodeMeasured: (standing: NodeStanding) => void;
  /** The connection to a node was lost; it goes on by itself and is picked up again. */
  readonly onNodeLost: (node: string, error: AssayError) => void;
  /** A node that is lost to this run, for now: the others go on. */
  readonly onNodeFailed: (node: string, error: AssayError) => void;
}

export interface MeasureOptions {
  readonly run: RunDirectory;
  readonly targets: readonly Target[];
  readonly registry: Registry;
  readonly events: MeasureEvents;
  /** Aborted to let go of the nodes, which go on by themselves. */
  readonly detach: AbortSignal;
  /** `attach` picks up a run that the nodes already hold; before there is a plan, it may also begin on a node. */
  readonly mode: 'open' | 'attach';
  readonly now: () => Date;
  /** Machines that somebody uses are measured all the same, because somebody said so. */
  readonly acceptsOccupied: boolean;
}

interface LeftOut {
  readonly node: string;
  readonly facts: HostFacts;
  readonly reason: string;
}

/** Everything that one measuring shares. */
interface Work extends MeasureOptions {
  readonly inventory: Inventory;
  readonly wasStopped: StopWatch;
  /** Nodes that answered and take no part, and why. */
  readonly leftOut: readonly LeftOut[];
  readonly steps: ReturnType<typeof followSteps>;
  readonly sessions: Set<NodeSession>;
}

/**
 * Measures the nodes of a run from wherever it stands: facts of all, one plan, then on every node the steps that have
 * not ended, then what nodes do together; then removes the run from the nodes. What is learned is in the run directory
 * and nowhere else. A node that fails neither hides nor stops the others; when all fail, the first error is thrown.
 */
export async function measure(options: MeasureOptions): Promise<void> {
  const { run, registry, events } = options;
  await withNodes(options, async (work, opened) => {
    const plan = await ensurePlan(work, opened);
    events.onPlan(plan);
    work.steps.follow(
      [...plan.steps, ...addedSteps(await run.readLines(Decision, runPaths.decisions))],
      opened,
    );
    const planDigest = sha256(await run.read(runPaths.plan));
    const closed = new Map<string, string>();
    const pause = (ms: number): Promise<void> => sleep(ms, undefined, { signal: options.detach });
    const ramp = createPowerRamp(work.inventory, pause);
    const measured = await surviving(work, opened, async (node) => {
      await ramp(node.node);
      await keepReaching(work)(node, (open) => finishSteps(work, plan, planDigest, open));
      const standing = await judgeNode(run, registry, node.node);
      if (standing.closedGate !== undefined) closed.set(node.node, standing.closedGate);
      if (opened.length > 1) events.onNodeMeasured(standing);
      return node;
    });
    const nodes = new Map(measured.map((node) => [node.node, node]));
    if (plan.steps.some(({ seat }) => seat !== undefined)) {
      await measureGroups({
        run,
        registry,
        plan,
        planDigest,
        nodes,
        closed,
        now: options.now,
        wasStopped: work.wasStopped,
        detach: options.detach,
        createRamp: () => createPowerRamp(work.inventory, pause),
        onExtra: (steps) => work.steps.add(steps),
        onNodeFailed: events.onNodeFailed,
        keepReaching: keepReaching(work),
      });
    }
    await removeFromNodes(work, [...nodes.values()]);
  });
}

/**
 * Looks at the nodes and plans, and puts no load on anything; then removes the run from the nodes again. Returns the
 * plan and the facts that it rests on.
 */
export async function look(
  options: MeasureOptions,
): Promise<{ readonly plan: Plan; readonly nodes: readonly OpenNode[] } | undefined> {
  let seen: { readonly plan: Plan; readonly nodes: readonly OpenNode[] } | undefined;
  await withNodes(options, async (work, opened) => {
    seen = { plan: await ensurePlan(work, opened), nodes: opened };
    await surviving(work, opened, finishNode);
  });
  return seen;
}

/** Opens all nodes, does something with those that answered, and lets go of them whatever happens. */
async function withNodes(
  options: MeasureOptions,
  act: (work: Work, opened: readonly OpenNode[]) => Promise<void>,
): Promise<void> {
  const { run, events, detach, targets } = options;
  const sessions = new Set<NodeSession>();
  const letGo = (): void => {
    for (const session of sessions) session.close();
  };
  detach.addEventListener('abort', letGo);
  try {
    const inventory = await run.readDocument(Inventory, `${runPaths.inputs}/${inputNames.inventory}`);
    const work: Work = {
      ...options,
      inventory,
      sessions,
      steps: followSteps(events),
      wasStopped: await watchStops(run),
      leftOut: [],
    };
    const open = await withoutFinished(options);
    const isPlanned = await run.has(runPaths.plan);
    const opened = await surviving(work, open, async (target) => {
      const scratch = inventory.nodes.find(({ name }) => name === target.node)?.scratch;
      const mode = isPlanned || (await run.has(runPaths.journal(target.node))) ? options.mode : 'open';
      const node = await openNode(target, { ...openingOf(work), mode, scratch });
      sessions.add(node.session);
      events.onReached(node.node, sessions.size, targets.length);
      return node;
    });
    if (opened.length === 0) return;
    if (isPlanned) {
      await act(work, opened);
      return;
    }
    events.onFacts(opened, await findInFacts(run, options.registry));
    const leftOut = await leaveOutOccupied(work, opened);
    const out = new Set(leftOut.map(({ node }) => node));
    await act(
      { ...work, leftOut },
      opened.filter(({ node }) => !out.has(node)),
    );
  } finally {
    detach.removeEventListener('abort', letGo);
    letGo();
  }
}

const openingOf = ({ run, steps, detach }: Work): Omit<OpenOptions, 'mode' | 'scratch'> => ({
  run,
  onRecord: steps.onRecord,
  signal: detach,
});

/** Does something with a node, and goes on where it stands after a lost connection. */
function keepReaching(work: Work) {
  return async <T>(node: OpenNode, act: (node: OpenNode) => Promise<T>): Promise<T> => {
    try {
      return await withReattach(node, { ...openingOf(work), onLost: work.events.onNodeLost }, act);
    } finally {
      work.sessions.add(node.session);
    }
  };
}

/**
 * Leaves out the nodes that somebody uses, and removes the run from them: nothing is put on them. When no node would be
 * left, the run is refused as a whole.
 */
async function leaveOutOccupied(work: Work, opened: readonly OpenNode[]): Promise<readonly LeftOut[]> {
  const occupied = work.acceptsOccupied ? new Map<string, string>() : findOccupied(opened);
  const used = opened.filter(({ node }) => occupied.has(node));
  const hint = 'Free it, or say with --exclusive-confirmed that it may be measured all the same.';
  await Promise.allSettled(used.map(finishNode));
  if (used.length === opened.length) {
    const each = [...occupied].map(([node, reason]) => `${node}: ${reason}`);
    throw new AssayError('NODE_OCCUPIED', `expected idle machines, found ${each.join('; ')}`, { hint });
  }
  return used.map(({ node, facts }) => {
    const reason = `in use by somebody: ${occupied.get(node) ?? ''}`;
    work.events.onNodeFailed(node, new AssayError('NODE_OCCUPIED', `left out: ${reason}`, { hint }));
    return { node, facts, reason };
  });
}

/** A run that is refused after somebody has looked is removed from the nodes: it never began. */
async function orAbandon<T>(opened: readonly OpenNode[], act: () => Promise<T>): Promise<T> {
  try {
    return await act();
  } catch (cause) {
    await Promise.allSettled(opened.map(finishNode));
    throw cause;
  }
}

/**
 * Leaves out nodes whose every planned step has ended and whose run is gone from the node: a coordinator that died
 * after fetching everything still finishes its report.
 */
async function withoutFinished({ run, targets, mode, detach }: MeasureOptions): Promise<readonly Target[]> {
  if (mode === 'open' || !(await run.has(runPaths.plan))) return targets;
  const plan = await run.readDocument(Plan, runPaths.plan);
  const decisions = await run.readLines(Decision, runPaths.decisions);
  const skipped = new Set(decisions.flatMap((each) => (each.kind === 'skip' ? [each.step] : [])));
  const steps = [...plan.steps, ...addedSteps(decisions)].filter(({ step }) => !skipped.has(step));
  const open: Target[] = [];
  for (const target of targets) {
    const progress = await loadProgress(run, target.node);
    const isComplete = steps.every(({ node, step }) => node !== target.node || progress.ended.has(step));
    const isGone =
      isComplete &&
      (await openSession(run, target, 'attach', undefined, detach).then(
        async (session) => {
          try {
            await session.finish();
            return true;
          } finally {
            session.close();
          }
        },
        (cause: unknown) => cause instanceof AssayError && cause.code === 'RUN_NOT_FOUND',
      ));
    if (!isGone) open.push(target);
  }
  return open;
}

/** Does something for every node at once. Who fails is reported and left out; nobody left is an error. */
async function surviving<T extends { readonly node: string }, R>(
  { run, events, detach, targets }: Pick<Work, 'run' | 'events' | 'detach' | 'targets'>,
  nodes: readonly T[],
  act: (node: T) => Promise<R>,
): Promise<readonly R[]> {
  detach.throwIfAborted();
  const outcomes = await Promise.allSettled(nodes.map(act));
  if (detach.aborted)
    throw new AssayError('INTERRUPTED', 'interrupted; the nodes go on with what they were given');
  const errors: AssayError[] = [];
  const results: R[] = [];
  for (const [index, outcome] of outcomes.entries()) {
    if (outcome.status === 'fulfilled') {
      results.push(outcome.value);
      continue;
    }
    const error = AssayError.from(outcome.reason);
    if (stopsAll(error)) throw error;
    errors.push(error);
    const node = nodes[index]?.node ?? '';
    if (!(await run.has(runPaths.journal(node)))) await run.write(runPaths.unreached(node), toJson(error));
    // The only one's error is thrown, but for this one: a verdict follows that says no more than `not reached`.
    if (targets.length > 1 || error.code === 'HOST_UNREACHABLE') events.onNodeFailed(node, error);
  }
  const [first] = errors;
  if (results.length === 0 && first !== undefined && first.code !== 'HOST_UNREACHABLE') throw first;
  return results;
}

async function ensurePlan(work: Work, opened: readonly OpenNode[]): Promise<Plan> {
  const { run, registry, inventory, leftOut } = work;
  if (await run.has(runPaths.plan)) return run.readDocument(Plan, runPaths.plan);
  return orAbandon(opened, async () => {
    const plan = createPlan({
      run: run.header.id,
      nodes: opened,
      leftOut,
      profile: await run.readDocument(
        Profile,
        `${runPaths.inputs}/${inputNames.profile(run.header.profile)}`,
      ),
      suite: await run.readDocument(Suite, `${runPaths.inputs}/${inputNames.suite}`),
      inventory,
      registry,
    });
    const heavy = plan.steps.filter((step) => registry.get(step.workload)?.workload.load === 'heavy');
    checkPowerDomains(inventory, new Set(heavy.map(({ node }) => node)));
    await run.write(runPaths.plan, toJson(plan));
    return plan;
  });
}

/** Brings a node through the steps that it does alone, from wherever it stands. */
async function finishSteps(
  { run, wasStopped }: Work,
  plan: Plan,
  planDigest: string,
  { node, session, factsStep, scratch }: OpenNode,
): Promise<void> {
  const { progress } = session;
  const planned = plan.steps.filter((step) => step.node === node && step.seat === undefined);
  if (!plan.subjects.some((subject) => subject.node === node)) {
    throw new AssayError(
      'USAGE',
      `${node} could not be reached when the run was planned, so nothing is planned for it`,
      { hint: 'Measure it in a run of its own.' },
    );
  }
  const budgetMs = planned.reduce((sum, step) => sum + step.budgetMs, 0);
  if (progress.runningBatch !== undefined) {
    const { execution, reason } = await session.batchEnded(progress.runningBatch, budgetMs + lateMs);
    if (execution === 'cancelled' && reason !== leaderEnded)
      throw await cancelledBatch(run, wasStopped, node, reason);
  }
  const steps = planned.filter(({ step }) => !progress.ended.has(step));
  if (steps.length === 0) return;
  const { execution, reason } = await session.runBatch(
    steps.map(({ node: _, entry: __, ...request }) => request),
    { plan: planDigest, facts: factsStep, scratch },
  );
  if (execution === 'cancelled') throw await cancelledBatch(run, wasStopped, node, reason);
}

/** A batch that is running already knows its own deadline; this long after the budgets it must be over. */
const lateMs = 180_000;

/** All is here: whatever happens now, the run can be judged. What stays on a node is said, and no more. */
async function removeFromNodes(work: Work, nodes: readonly OpenNode[]): Promise<void> {
  const { run, events, detach } = work;
  await Promise.all(
    nodes.map(async (node) => {
      try {
        await keepReaching(work)(node, finishNode);
      } catch (cause) {
        const error = AssayError.from(cause);
        if (detach.aborted || stopsAll(error)) throw cause;
        // The answer was lost, not the request.
        if (error.code === 'RUN_NOT_FOUND') return;
        events.onNodeFailed(
          node.node,
          new AssayError(error.code, `the run could not be removed from the node: ${error.message}`, {
            hint: `All its evidence is here. Remove it later with: assay stop ${run.header.id} --abandon`,
          }),
        );
      }
    }),
  );
  if (detach.aborted)
    throw new AssayError('INTERRUPTED', 'interrupted; the nodes go on with what they were given');
}

const finishNode = ({ session }: OpenNode): Promise<void> => session.finish();

/** Turns journal records into progress over all nodes, once the steps are known. What several do counts once. */
function followSteps(events: MeasureEvents) {
  let steps: readonly PlannedStep[] = [];
  let done = 0;
  const led = (all: readonly PlannedStep[]): readonly PlannedStep[] =>
    all.filter(({ seat }) => (seat?.rank ?? 0) === 0);
  return {
    follow: (known: readonly PlannedStep[], opened: readonly OpenNode[]): void => {
      steps = led(known);
      done = steps.filter(({ node, step }) =>
        opened.some((open) => open.node === node && open.session.progress.ended.has(step)),
      ).length;
    },
    add: (more: readonly PlannedStep[]): void => {
      steps = [...steps, ...led(more)];
    },
    onRecord: (node: string, record: JournalRecord): void => {
      if (record.type !== 'step-started' && record.type !== 'step-ended') return;
      const step = steps.find((candidate) => candidate.node === node && candidate.step === record.step);
      if (step === undefined) return;
      if (record.type === 'step-started') events.onStepStarted(step, done, steps.length);
      else events.onStepEnded(step, record.execution, (done += 1), steps.length);
    },
  };
}
