import type { StepResult } from '../../agents/protocol/step.ts';
import type { Inventory } from '../../harness/config/inventory.ts';
import { Profile } from '../../harness/config/profile.ts';
import { createCoverage } from '../../harness/plan/coverage.ts';
import type { Plan, PlannedStep } from '../../harness/plan/plan.ts';
import { listSubjects } from '../../harness/plan/subjects.ts';
import type { EndedStep, NodeMaterial, RunMaterial } from '../../harness/store/run-material.ts';
import type { Said } from '../../reports/verdict/said.ts';
import type { HostFacts } from '../../workloads/kit/facts/host-facts.ts';
import { Limit } from '../../workloads/kit/limit.ts';
import type { Requirement } from '../../workloads/kit/requirement.ts';
import type { Sample } from '../../workloads/kit/sample.ts';
import type { DeclaredMetric, Metric } from '../../workloads/kit/workload.ts';
import type { FactChanges } from './constructed/facts.ts';
import { mergeFacts } from './constructed/facts.ts';

/** Metrics of two invented workloads and of those that shipped profiles name. */
export const constructedMetrics: ReadonlyMap<string, DeclaredMetric> = declareMetrics([
  ['copy.speed', { unit: 'B/s', better: 'higher', domain: 'positive', title: 'Copy speed' }],
  ['copy.latency', { unit: 's', better: 'lower', domain: 'positive', title: 'Copy latency' }],
  [
    'copy.wrong',
    { unit: 'count', better: 'lower', domain: 'count', title: 'Wrong copies', correctness: true },
  ],
  [
    'sha256.wrongDigests',
    { unit: 'count', better: 'lower', domain: 'count', title: 'Wrong digests', correctness: true },
  ],
  [
    'matmul.wrongElements',
    { unit: 'count', better: 'lower', domain: 'count', title: 'Wrong elements', correctness: true },
  ],
  [
    'nvme.verifyErrors',
    { unit: 'count', better: 'lower', domain: 'count', title: 'Verify errors', correctness: true },
  ],
  ['allreduce.busBandwidth', { unit: 'B/s', better: 'higher', domain: 'positive', title: 'All-reduce' }],
  [
    'allreduce.wrongValues',
    { unit: 'count', better: 'lower', domain: 'count', title: 'Wrong values', correctness: true },
  ],
  ['nvme.randomReadRate', { unit: 'IOPS', better: 'higher', domain: 'positive', title: 'Random read' }],
  [
    'nvme.sequentialReadThroughput',
    { unit: 'B/s', better: 'higher', domain: 'positive', title: 'Sequential read' },
  ],
]);

/** Metrics by full name, each with the workload that its name begins with. */
export function declareMetrics(
  metrics: readonly (readonly [string, Metric])[],
): ReadonlyMap<string, DeclaredMetric> {
  return new Map(
    metrics.map(([name, metric]) => [name, { ...metric, workload: name.replace(/\..*/, '') }] as const),
  );
}

/** A limit with the parts that a test cares about. */
export function constructLimit(
  changes: Partial<Limit> & Pick<Limit, 'id' | 'metric' | 'value' | 'unit'>,
): Limit {
  return Limit.parse({
    where: {},
    comparator: 'atLeast',
    hardware: { class: 'any' },
    rule: 'constructed',
    evidence: [
      { title: 'Test', locator: 'test', retrieved: '2026-11-23', kind: 'definition', says: 'constructed' },
    ],
    ...changes,
  });
}

/** A requirement with the parts that a test cares about. */
export function constructRequirement(
  changes: Partial<Requirement> & Pick<Requirement, 'id' | 'rule'>,
): Requirement {
  return {
    title: `Title of ${changes.id}`,
    dimension: 'D1',
    level: 'required',
    owner: 'hardware',
    gate: false,
    scope: 'node',
    sampling: 'exact',
    action: `Repair ${changes.id}.`,
    ...changes,
  };
}

/** A profile of these requirements. */
export function constructProfile(
  requirements: readonly Requirement[],
  changes: Partial<Profile> = {},
): Profile {
  return Profile.parse({
    schema: 'assay/profile',
    schemaVersion: 2,
    id: 'constructed',
    version: '1.0',
    title: 'Constructed purpose',
    purpose: 'A test.',
    rank: 1,
    family: 'ai',
    requirements,
    ...changes,
  });
}

/** One repetition that was planned, and what it left behind. */
export interface ConstructedStep {
  readonly entry: string;
  readonly workload: string;
  readonly tool?: string;
  readonly repetition?: number;
  /** Absent: completed. `none`: planned, and no evidence of it. */
  readonly execution?: StepResult['execution'] | 'none';
  readonly reason?: string;
  readonly unreadable?: string;
  /** False: ran without being planned. */
  readonly planned?: boolean;
  readonly samples?: readonly (Pick<Sample, 'metric' | 'value'> &
    Partial<Sample> & { readonly device?: string })[];
}

export interface ConstructedNode {
  readonly id: string;
  readonly class?: string;
  readonly claims?: Inventory['nodes'][number]['claims'];
  readonly rack?: string;
  readonly slot?: string;
  /** Absent: nobody could log in. */
  readonly facts?: HostFacts | FactChanges;
  /** Facts that a restarted keeper took. */
  readonly later?: FactChanges;
  /** Another name of this one: nothing of it counts. */
  readonly sameAs?: string;
  readonly why?: string;
  readonly steps?: readonly ConstructedStep[];
  readonly unplanned?: readonly {
    readonly entry: string;
    readonly workload: string;
    readonly reason: string;
  }[];
}

export interface ConstructedRun {
  readonly profile: Profile;
  readonly nodes: readonly ConstructedNode[];
  readonly ladder?: readonly Profile[];
  readonly limits?: readonly Limit[];
  readonly purpose?: 'survey' | 'certify';
  readonly metrics?: ReadonlyMap<string, DeclaredMetric>;
  /** False: the run ended before anything was planned. */
  readonly planned?: boolean;
}

/** Builds what `judge` takes from facts and samples that no machine ever had. */
export function constructRun(run: ConstructedRun): RunMaterial {
  const metrics = run.metrics ?? constructedMetrics;
  const nodes = run.nodes.map((node) => constructNode(node, metrics));
  const subjects = nodes.flatMap(({ id, facts }) => listSubjects(id, facts));
  const plan: Plan = {
    schema: 'assay/plan',
    schemaVersion: 1,
    run: 'constructed',
    profile: run.profile.id,
    subjects,
    cells: createCoverage(run.profile, subjects).map(({ cell }) => cell),
    steps: run.nodes.flatMap((node) =>
      (node.steps ?? []).filter(({ planned }) => planned !== false).map((step) => planStep(node.id, step)),
    ),
    unplanned: run.nodes.flatMap((node) =>
      (node.unplanned ?? []).map((each) => ({ node: node.id, ...each, reason: quote(each.reason) })),
    ),
    budgetSeconds: 0,
  };
  return {
    plannedProfile: run.profile,
    skips: new Map(),
    distinct: [],
    broken: new Map(),
    assay: '0.1.0',
    header: {
      schema: 'assay/run',
      schemaVersion: 1,
      id: 'constructed',
      nonce: '0123456789abcdef',
      assay: '0.1.0',
      purpose: run.purpose ?? 'certify',
      startedAt: '2026-11-23T00:00:00Z',
      profile: run.profile.id,
      inputs: [],
    },
    inventory: {
      schema: 'assay/inventory',
      schemaVersion: 1,
      nodes: run.nodes.map((node) => ({
        name: node.id,
        ...(node.class === undefined ? {} : { class: node.class }),
        claims: node.claims ?? {},
        ...(node.rack === undefined ? {} : { rack: node.rack }),
        ...(node.slot === undefined ? {} : { slot: node.slot }),
      })),
    },
    suite: {
      schema: 'assay/suite',
      schemaVersion: 1,
      id: 'constructed',
      version: '1.0',
      title: 'Constructed',
      entries: [{ id: 'copy', workload: 'copy', params: {}, repetitions: 3, budgetSeconds: 60 }],
    },
    profile: run.profile,
    profileDigest: '0'.repeat(64),
    ladder: run.ladder ?? [],
    limits: run.limits ?? [],
    metrics,
    plan: run.planned === false ? undefined : plan,
    inputs: [{ path: 'inputs/suite.json', sha256: '1'.repeat(64) }],
    nodes,
  };
}

const quote = (text: string): Said => ({ say: 'quoted', text });

const stepId = ({ repetition = 1, entry }: ConstructedStep): string => `r${repetition}-${entry}`;

function constructNode(node: ConstructedNode, metrics: ReadonlyMap<string, Metric>): NodeMaterial {
  if (node.facts === undefined) {
    return {
      id: node.id,
      reached: false,
      why: quote(node.why ?? 'login refused'),
      ...(node.sameAs === undefined ? {} : { sameAs: node.sameAs }),
      steps: [],
      samples: [],
      unreadable: [],
    };
  }
  const steps = node.steps ?? [];
  const facts = 'identity' in node.facts && 'programs' in node.facts ? node.facts : mergeFacts(node.facts);
  return {
    id: node.id,
    reached: true,
    facts,
    ...(node.later === undefined
      ? {}
      : {
          documents: [
            { step: 'facts', facts },
            { step: 'facts-2', facts: mergeFacts(node.later) },
          ],
        }),
    steps: steps.filter(({ execution }) => execution !== 'none').map(endStep),
    samples: steps.flatMap((step) =>
      (step.samples ?? []).map((sample) => takeSample(node.id, step, sample, metrics)),
    ),
    unreadable: steps.flatMap((step) =>
      step.unreadable === undefined ? [] : [{ step: stepId(step), reason: quote(step.unreadable) }],
    ),
    journal: { records: 3, head: '2'.repeat(64) },
  };
}

const planStep = (node: string, step: ConstructedStep): PlannedStep => ({
  step: stepId(step),
  node,
  entry: step.entry,
  workload: step.workload,
  tool: step.tool ?? 'tool',
  params: {},
  repetition: step.repetition ?? 1,
  session: 1,
  budgetMs: 60_000,
});

const endStep = (step: ConstructedStep): EndedStep => ({
  step: stepId(step),
  workload: step.workload,
  tool: step.tool ?? 'tool',
  repetition: step.repetition ?? 1,
  execution: step.execution === undefined || step.execution === 'none' ? 'completed' : step.execution,
  reason: step.reason,
  durationMs: 1000,
  group: undefined,
  commands: 0,
});

function takeSample(
  node: string,
  step: ConstructedStep,
  { device, ...sample }: NonNullable<ConstructedStep['samples']>[number],
  metrics: ReadonlyMap<string, Metric>,
): Sample {
  return {
    unit: metrics.get(sample.metric)?.unit ?? 'count',
    dimensions: {},
    subject: device === undefined ? { kind: 'node', node } : { kind: 'device', node, device },
    tool: step.tool ?? 'tool',
    step: stepId(step),
    session: 1,
    origin: 'native',
    at: [{ command: 'run', output: 'stdout', line: 1 }],
    ...sample,
  };
}
