import { sha256 } from '../../agents/protocol/chain.ts';
import type { JournalRecord } from '../../agents/protocol/journal-record.ts';
import { AssayError } from '../../workloads/kit/assay-error.ts';
import type { HostFacts } from '../../workloads/kit/facts/host-facts.ts';
import { ProbeDocument } from '../../workloads/kit/facts/probe-output.ts';
import { readHostFacts } from '../../workloads/kit/facts/read-host-facts.ts';
import type { Registry } from '../../workloads/registry.ts';
import { Inventory } from '../config/inventory.ts';
import { Profile } from '../config/profile.ts';
import { Suite } from '../config/suite.ts';
import type { RunDirectory } from '../store/run-directory.ts';
import { runPaths, toJson } from '../store/run-directory.ts';
import { createPlan } from './create-plan.ts';
import { inputNames } from './load-run.ts';
import { loadProgress } from './node-progress.ts';
import type { NodeSession } from './node-session.ts';
import type { Target } from './open-session.ts';
import { openSession } from './open-session.ts';
import type { PlannedStep } from './plan.ts';
import { Plan } from './plan.ts';

/** What a person watching a run is told, as it happens. */
export interface MeasureEvents {
  readonly onFacts: (node: string, facts: HostFacts) => void;
  readonly onPlan: (plan: Plan) => void;
  readonly onStepStarted: (step: PlannedStep, done: number, total: number) => void;
  readonly onStepEnded: (step: PlannedStep, execution: string, done: number, total: number) => void;
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
  /** `attach` picks up a run that the nodes already hold. */
  readonly mode: 'open' | 'attach';
}

/** A node whose session is open and whose facts are in the run directory. */
interface OpenNode {
  readonly node: string;
  readonly session: NodeSession;
  readonly factsStep: string;
  readonly facts: HostFacts;
  readonly scratch: string | undefined;
}

/**
 * Measures the nodes of a run from wherever it stands: facts of all, one plan, then on every node the steps that
 * have not ended; then removes the run from the node. What is learned is in the run directory and nowhere else.
 * A node that fails neither hides nor stops the others; when all fail, the first error is thrown.
 */
export async function measure(options: MeasureOptions): Promise<void> {
  const { run, events, detach } = options;
  const sessions = new Set<NodeSession>();
  const letGo = (): void => {
    for (const session of sessions) session.close();
  };
  detach.addEventListener('abort', letGo);
  try {
    const progress = followSteps(events);
    const open = await withoutFinished(options);
    const opened = await surviving(options, open, (target) =>
      openNode(options, target, sessions, progress.onRecord),
    );
    if (opened.length === 0) return;
    const plan = await ensurePlan(options, opened);
    events.onPlan(plan);
    progress.follow(plan, opened);
    await surviving(options, opened, (node) => finishNode(run, plan, node));
  } finally {
    detach.removeEventListener('abort', letGo);
    letGo();
  }
}

/**
 * Leaves out nodes whose every planned step has ended and whose run is gone from the node: a coordinator that died
 * after fetching everything still finishes its report.
 */
async function withoutFinished({ run, targets, mode }: MeasureOptions): Promise<readonly Target[]> {
  if (mode === 'open' || !(await run.has(runPaths.plan))) return targets;
  const plan = await run.readDocument(Plan, runPaths.plan);
  const open: Target[] = [];
  for (const target of targets) {
    const progress = await loadProgress(run, target.node);
    const isComplete = plan.steps.every(({ node, step }) => node !== target.node || progress.ended.has(step));
    const isGone =
      isComplete &&
      (await openSession(run, target, 'attach').then(
        async (session) => session.finish().then(() => true),
        (cause: unknown) => cause instanceof AssayError && cause.code === 'RUN_NOT_FOUND',
      ));
    if (!isGone) open.push(target);
  }
  return open;
}

/** Does something for every node at once. Who fails is reported and left out; nobody left is an error. */
async function surviving<T extends { readonly node: string }, R>(
  { run, events, detach }: MeasureOptions,
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
    if (error.code === 'INTERNAL' || error.code === 'INTERRUPTED') throw error;
    errors.push(error);
    const node = nodes[index]?.node ?? '';
    if (!(await run.has(runPaths.journal(node)))) await run.write(runPaths.unreached(node), toJson(error));
    if (nodes.length > 1) events.onNodeFailed(node, error);
  }
  const [first] = errors;
  if (results.length === 0 && first !== undefined && first.code !== 'HOST_UNREACHABLE') throw first;
  return results;
}

async function openNode(
  { run, mode, detach }: MeasureOptions,
  target: Target,
  sessions: Set<NodeSession>,
  onRecord: (node: string, record: JournalRecord) => void,
): Promise<OpenNode> {
  const { node } = target;
  const session = await openSession(run, target, mode, (record) => onRecord(node, record), detach);
  sessions.add(session);
  const inventory = await run.readDocument(Inventory, `${runPaths.inputs}/${inputNames.inventory}`);
  const scratch = inventory.nodes.find(({ name }) => name === node)?.scratch;
  const factsStep = session.progress.facts ?? session.progress.nextFacts;
  if (session.progress.facts === undefined) {
    session.send({ type: 'probe', step: factsStep, ...(scratch === undefined ? {} : { scratch }) });
  }
  await session.stepEnded(factsStep);
  const probes = await run.readDocument(ProbeDocument, `${runPaths.step(node, factsStep)}/probes.json`);
  return { node, session, factsStep, facts: readHostFacts(probes), scratch };
}

async function ensurePlan(
  { run, registry, events }: MeasureOptions,
  opened: readonly OpenNode[],
): Promise<Plan> {
  for (const { node, facts } of opened) events.onFacts(node, facts);
  if (await run.has(runPaths.plan)) return run.readDocument(Plan, runPaths.plan);
  const plan = createPlan({
    run: run.header.id,
    nodes: opened,
    profile: await run.readDocument(Profile, `${runPaths.inputs}/${inputNames.profile(run.header.profile)}`),
    suite: await run.readDocument(Suite, `${runPaths.inputs}/${inputNames.suite}`),
    registry,
  });
  await run.write(runPaths.plan, toJson(plan));
  return plan;
}

/** Beyond its own deadline a batch gets this long to write its end and hand over the evidence. */
const handoverMs = 120_000;

async function finishNode(
  run: RunDirectory,
  plan: Plan,
  { node, session, factsStep, scratch }: OpenNode,
): Promise<void> {
  const { progress } = session;
  const planned = plan.steps.filter((step) => step.node === node);
  if (!plan.subjects.some((subject) => subject.node === node)) {
    throw new AssayError(
      'USAGE',
      `${node} could not be reached when the run was planned, so nothing is planned for it`,
      {
        hint: 'Measure it in a run of its own.',
      },
    );
  }
  const deadlineMs = planned.reduce((sum, { budgetMs }) => sum + budgetMs, 0) + 60_000;
  const endOf = async (batch: string): Promise<void> => {
    await session.batchEnded(batch, deadlineMs + handoverMs);
    if (progress.cancelled === undefined) return;
    throw new AssayError('INTERRUPTED', `the run was stopped: ${progress.cancelled}`, {
      hint: `Continue with: assay resume ${run.header.id}`,
    });
  };
  if (progress.runningBatch !== undefined) await endOf(progress.runningBatch);
  const steps = planned.filter(({ step }) => !progress.ended.has(step));
  if (steps.length > 0) {
    const batch = progress.nextBatch;
    session.send({
      type: 'batch',
      batch,
      plan: sha256(await run.read(runPaths.plan)),
      facts: factsStep,
      deadlineMs,
      ...(scratch === undefined ? {} : { scratch }),
      steps: steps.map(({ node: _, entry, ...request }) => request),
    });
    await endOf(batch);
  }
  await session.finish();
}

/** Turns journal records into progress over all nodes, once the plan is known. */
function followSteps(events: MeasureEvents) {
  let plan: Plan | undefined;
  let done = 0;
  return {
    follow: (known: Plan, opened: readonly OpenNode[]): void => {
      plan = known;
      done = known.steps.filter(({ node, step }) =>
        opened.some((open) => open.node === node && open.session.progress.ended.has(step)),
      ).length;
    },
    onRecord: (node: string, record: JournalRecord): void => {
      if (plan === undefined || (record.type !== 'step-started' && record.type !== 'step-ended')) return;
      const step = plan.steps.find((candidate) => candidate.node === node && candidate.step === record.step);
      if (step === undefined) return;
      const total = plan.steps.length;
      if (record.type === 'step-started') events.onStepStarted(step, done, total);
      else events.onStepEnded(step, record.execution, (done += 1), total);
    },
  };
}
