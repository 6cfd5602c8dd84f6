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
import { loadBundle } from '../deploy/bundle.ts';
import { deploy } from '../deploy/deploy.ts';
import type { RunDirectory } from '../store/run-directory.ts';
import { runPaths, toJson } from '../store/run-directory.ts';
import type { Transport } from '../transport/transport.ts';
import { createPlan } from './create-plan.ts';
import { inputNames } from './load-run.ts';
import { NodeSession } from './node-session.ts';
import type { PlannedStep } from './plan.ts';
import { Plan } from './plan.ts';

/** What a person watching a run is told, as it happens. */
export interface MeasureEvents {
  readonly onFacts: (facts: HostFacts) => void;
  readonly onPlan: (plan: Plan) => void;
  readonly onStepStarted: (step: PlannedStep, done: number, total: number) => void;
  readonly onStepEnded: (step: PlannedStep, execution: string, done: number, total: number) => void;
}

/** Held by whoever listens for Ctrl-C. */
export interface Interruption {
  /** Aborted by the first Ctrl-C: let go of the node, which goes on by itself. */
  readonly detach: AbortSignal;
}

export interface MeasureOptions {
  readonly run: RunDirectory;
  readonly node: string;
  readonly transport: Transport;
  readonly runtime: string;
  readonly registry: Registry;
  readonly events: MeasureEvents;
  readonly interruption: Interruption;
  /** `attach` picks up a run that the node already holds. */
  readonly mode: 'open' | 'attach';
}

/**
 * Measures one node from wherever the run stands: facts, plan, the steps that have not ended yet; then removes
 * the run from the node. Everything it learns is in the run directory when it returns, and nowhere else.
 */
export async function measure(options: MeasureOptions): Promise<void> {
  const { run, node, interruption } = options;
  const session = await openSession(options);
  const onDetach = (): void => session.close();
  interruption.detach.addEventListener('abort', onDetach);
  try {
    interruption.detach.throwIfAborted();
    const scratch = (
      await run.readDocument(Inventory, `${runPaths.inputs}/${inputNames.inventory}`)
    ).nodes.find(({ name }) => name === node)?.scratch;
    if (!session.session.ended.has('facts'))
      session.session.send({ type: 'probe', ...(scratch === undefined ? {} : { scratch }) });
    await session.session.stepEnded('facts');
    const facts = await readFacts(run, node);
    options.events.onFacts(facts);
    const plan = await ensurePlan(options, facts);
    options.events.onPlan(plan);
    session.follow(plan);
    const running = session.session.runningBatch();
    if (running !== undefined) await session.session.batchEnded(running);
    const steps = plan.steps.filter(({ step }) => !session.session.ended.has(step));
    if (steps.length > 0) {
      const batch = `b${session.session.endedBatches.size + 1}`;
      session.session.send({
        type: 'batch',
        batch,
        plan: sha256(await run.read(runPaths.plan)),
        load: steps.some(({ workload }) => options.registry.get(workload)?.workload.load === 'heavy')
          ? 'heavy'
          : 'light',
        deadlineMs: steps.reduce((sum, { budgetMs }) => sum + budgetMs, 0) + 60_000,
        ...(scratch === undefined ? {} : { scratch }),
        steps: steps.map(({ node: _, entry, ...request }) => request),
      });
      await session.session.batchEnded(batch);
    }
    const stopped = session.session.cancelled;
    if (stopped !== undefined) {
      throw new AssayError('INTERRUPTED', `the run was stopped: ${stopped}`, {
        hint: `Continue with: assay resume ${run.header.id}`,
      });
    }
    await session.session.finish();
  } catch (cause) {
    if (interruption.detach.aborted)
      throw new AssayError('INTERRUPTED', 'interrupted; the node goes on with what it was given', { cause });
    throw cause;
  } finally {
    interruption.detach.removeEventListener('abort', onDetach);
    session.close();
  }
}

/** A session with progress that speaks of planned steps. */
interface Followed {
  readonly session: NodeSession;
  readonly follow: (plan: Plan) => void;
  readonly close: () => void;
}

export async function openSession(options: Omit<MeasureOptions, 'interruption'>): Promise<Followed> {
  const bundle = await loadBundle();
  const deployment = await deploy(options.transport, bundle);
  let plan: Plan | undefined;
  let done = 0;
  const onRecord = (record: JournalRecord): void => {
    if (record.type !== 'step-started' && record.type !== 'step-ended') return;
    const step = plan?.steps.find((candidate) => candidate.step === record.step);
    if (step === undefined || plan === undefined) return;
    if (record.type === 'step-started') {
      options.events.onStepStarted(step, done, plan.steps.length);
    } else {
      done += 1;
      options.events.onStepEnded(step, record.execution, done, plan.steps.length);
    }
  };
  const session = await NodeSession.open(options.transport, deployment, {
    run: options.run,
    node: options.node,
    runtime: options.runtime,
    mode: options.mode,
    events: { onRecord, onProgress: () => undefined },
  });
  return {
    session,
    follow: (known) => {
      plan = known;
      done = known.steps.filter(({ step }) => session.ended.has(step)).length;
    },
    close: () => session.close(),
  };
}

async function readFacts(run: RunDirectory, node: string): Promise<HostFacts> {
  return readHostFacts(await run.readDocument(ProbeDocument, `${runPaths.step(node, 'facts')}/probes.json`));
}

async function ensurePlan(options: MeasureOptions, facts: HostFacts): Promise<Plan> {
  const { run, node, registry } = options;
  if (await run.has(runPaths.plan)) return run.readDocument(Plan, runPaths.plan);
  const plan = createPlan({
    run: run.header.id,
    node,
    profile: await run.readDocument(Profile, `${runPaths.inputs}/${inputNames.profile(run.header.profile)}`),
    suite: await run.readDocument(Suite, `${runPaths.inputs}/${inputNames.suite}`),
    facts,
    registry,
  });
  await run.write(runPaths.plan, toJson(plan));
  return plan;
}
