import { Profile } from '../../harness/config/profile.ts';
import type { EndedStep, NodeMaterial, RunMaterial } from '../../harness/store/run-material.ts';
import type { Said } from '../../reports/verdict/said.ts';
import type { HostFacts } from '../../workloads/kit/facts/host-facts.ts';
import { Limit } from '../../workloads/kit/limit.ts';
import type { Requirement } from '../../workloads/kit/requirement.ts';
import type { Sample } from '../../workloads/kit/sample.ts';
import type { DeclaredMetric, Metric } from '../../workloads/kit/workload.ts';
import type { FactChanges } from './constructed/facts.ts';
import { mergeFacts } from './constructed/facts.ts';
import type { GivenNode, GivenStep } from './constructed/planned.ts';
import { endOf, planRun, requestOf } from './constructed/planned.ts';

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
    'sha256.deviceHeaderHashRate',
    { unit: 'H/s', better: 'higher', domain: 'positive', title: 'Hash rate of a card' },
  ],
  [
    'matmul.wrongElements',
    { unit: 'count', better: 'lower', domain: 'count', title: 'Wrong elements', correctness: true },
  ],
  [
    'matmul.wrongMatrixElements',
    {
      unit: 'count',
      better: 'lower',
      domain: 'count',
      title: 'Wrong elements of matrix units',
      correctness: true,
    },
  ],
  [
    'matmul.repeatDifferences',
    { unit: 'count', better: 'lower', domain: 'count', title: 'Other bits', correctness: true },
  ],
  ['matmul.throughput', { unit: 'FLOP/s', better: 'higher', domain: 'positive', title: 'Multiplication' }],
  ['matmul.powerDraw', { unit: 'W', better: 'higher', domain: 'positive', title: 'Power' }],
  [
    'matmul.resultDigest',
    { unit: 'count', better: 'lower', domain: 'count', title: 'Digest of the product', state: true },
  ],
  [
    'nvme.verifyErrors',
    { unit: 'count', better: 'lower', domain: 'count', title: 'Verify errors', correctness: true },
  ],
  [
    'memory.wrongWords',
    { unit: 'count', better: 'lower', domain: 'count', title: 'Wrong words', correctness: true },
  ],
  [
    'memory.patternErrors',
    { unit: 'count', better: 'lower', domain: 'count', title: 'Pattern errors', correctness: true },
  ],
  ['memory.hostToDevice', { unit: 'B/s', better: 'higher', domain: 'positive', title: 'Host to device' }],
  ['memory.deviceToHost', { unit: 'B/s', better: 'higher', domain: 'positive', title: 'Device to host' }],
  ['memory.peerCopy', { unit: 'B/s', better: 'higher', domain: 'positive', title: 'Device to device' }],
  ['memory.machineChecks', { unit: 'count', better: 'lower', domain: 'count', title: 'Machine checks' }],
  ['memory.uncorrectedErrors', { unit: 'count', better: 'lower', domain: 'count', title: 'Memory errors' }],
  ['drive-health.warnings', { unit: 'count', better: 'lower', domain: 'count', title: 'Drive warnings' }],
  ['drive-health.mediaErrors', { unit: 'count', better: 'lower', domain: 'count', title: 'Media errors' }],
  ['drive-health.wear', { unit: 'ratio', better: 'lower', domain: 'nonNegative', title: 'Drive wear' }],
  [
    'accelerator-health.uncorrectedErrors',
    { unit: 'count', better: 'lower', domain: 'count', title: 'Memory errors of accelerators', state: true },
  ],
  [
    'accelerator-health.activeNvlinks',
    { unit: 'count', better: 'higher', domain: 'count', title: 'Active NVLinks', state: true },
  ],
  [
    'diagnostics.failures',
    { unit: 'count', better: 'lower', domain: 'count', title: 'Failed tests', state: true },
  ],
  ...['fatalXids', 'newFaults', 'sramThreshold', 'recoveryAction', 'inactiveNvlinks', 'nvlinkErrors'].map(
    (name) =>
      [
        `accelerator-health.${name}`,
        { unit: 'count', better: 'lower', domain: 'count', title: name, state: true },
      ] as const,
  ),
  [
    'accelerator-health.throttledSeconds',
    { unit: 's', better: 'lower', domain: 'nonNegative', title: 'Slowed down', state: true },
  ],
  [
    'accelerator-health.thermalMargin',
    { unit: 'Cel', better: 'higher', domain: 'nonNegative', title: 'Margin', state: true },
  ],
  [
    'accelerator-health.hostLink',
    { unit: 'ratio', better: 'higher', domain: 'nonNegative', title: 'Host link', state: true },
  ],
  [
    'accelerator-health.switchErrors',
    { unit: 'count', better: 'lower', domain: 'count', title: 'SXids', state: true },
  ],
  ['rdma.efficiency', { unit: 'ratio', better: 'higher', domain: 'nonNegative', title: 'RDMA, of the port' }],
  ['rdma.latency', { unit: 's', better: 'lower', domain: 'positive', title: 'RDMA, latency' }],
  [
    'rdma.portErrors',
    { unit: 'count', better: 'lower', domain: 'count', title: 'Port errors under RDMA', state: true },
  ],
  ['ports.errors', { unit: 'count', better: 'lower', domain: 'count', title: 'Port errors', state: true }],
  ['memory.triad', { unit: 'B/s', better: 'higher', domain: 'positive', title: 'Memory triad' }],
  ['collective.busbw', { unit: 'B/s', better: 'higher', domain: 'positive', title: 'All-reduce in a node' }],
  [
    'collective.wrongElements',
    { unit: 'count', better: 'lower', domain: 'count', title: 'Wrong elements', correctness: true },
  ],
  [
    'collective.socketConnections',
    { unit: 'count', better: 'lower', domain: 'count', title: 'Sockets', state: true },
  ],
  ...['railEfficiency', 'wireShare'].map(
    (name) =>
      [
        `collective.${name}`,
        { unit: 'ratio', better: 'higher', domain: 'nonNegative', title: name },
      ] as const,
  ),
  [
    'collective.railSpread',
    { unit: 'ratio', better: 'lower', domain: 'nonNegative', title: 'Spread of rails', state: true },
  ],
  ['collective.railsUsed', { unit: 'count', better: 'higher', domain: 'count', title: 'Rails', state: true }],
  ['allreduce.busBandwidth', { unit: 'B/s', better: 'higher', domain: 'positive', title: 'All-reduce' }],
  [
    'allreduce.wrongValues',
    { unit: 'count', better: 'lower', domain: 'count', title: 'Wrong values', correctness: true },
  ],
  [
    'nvme.steadyWriteRate',
    { unit: 'IOPS', better: 'higher', domain: 'positive', title: 'Random write in steady state' },
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

/** One repetition and the samples that were read from it. */
export interface ConstructedStep extends GivenStep {
  readonly unreadable?: string;
  /** The boot that it was begun in; absent: another for each session. Every session is to leave `boot-1`. */
  readonly boot?: string;
  readonly samples?: readonly (Pick<Sample, 'metric' | 'value'> &
    Partial<Sample> & { readonly device?: string })[];
}

export interface ConstructedNode extends GivenNode<ConstructedStep> {
  /** Absent: nobody could log in. */
  readonly facts?: HostFacts | FactChanges;
  /** Facts that a restarted keeper took. */
  readonly later?: FactChanges;
  /** Facts behind each of its boots. */
  readonly boots?: readonly FactChanges[];
  /** Another name of this one: nothing of it counts. */
  readonly sameAs?: string;
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
  const { inventory, suite, plan } = planRun(run.profile, run.nodes, factsOf);
  return {
    plannedProfile: run.profile,
    skips: new Map(),
    idled: new Map(),
    late: new Set(),
    asics: new Map(),
    distinct: [],
    sessions: sessionsOf(run.nodes),
    repairs: [],
    looks: [],
    extensions: [],
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
    inventory,
    suite,
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

const factsOf = ({ facts }: ConstructedNode): HostFacts | undefined =>
  facts === undefined || ('identity' in facts && 'programs' in facts) ? facts : mergeFacts(facts);

function constructNode(node: ConstructedNode, metrics: ReadonlyMap<string, Metric>): NodeMaterial {
  const facts = factsOf(node);
  if (facts === undefined) {
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
    ...(node.boots === undefined
      ? {}
      : {
          documents: [
            { step: 'facts', facts },
            ...node.boots.map((each, index) => ({ step: `facts-${index + 2}`, facts: mergeFacts(each) })),
          ],
          restarts: node.boots.map(() => ({ rebooted: true })),
        }),
    boots: new Map(steps.map((step) => [requestOf(step).step, bootOf(step)])),
    steps: steps.flatMap(endStep),
    samples: steps.flatMap((step) =>
      (step.samples ?? []).map((sample) => takeSample(node.id, step, sample, metrics)),
    ),
    unreadable: steps.flatMap((step) =>
      step.unreadable === undefined ? [] : [{ step: requestOf(step).step, reason: quote(step.unreadable) }],
    ),
    journal: { records: 3, head: '2'.repeat(64) },
  };
}

const bootOf = (step: ConstructedStep): string => step.boot ?? `boot-${requestOf(step).session}`;

/** Each session behind a boot, with the first boot of every node. */
function sessionsOf(nodes: readonly ConstructedNode[]): RunMaterial['sessions'] {
  const all = nodes.flatMap(({ steps = [] }) => steps.map((step) => requestOf(step).session));
  const boots = Object.fromEntries(nodes.map(({ id }) => [id, 'boot-1']));
  return [...new Set(all)]
    .filter((session) => session >= 3)
    .map((session) => ({ why: 'session', session, boots }));
}

function endStep(given: ConstructedStep): EndedStep[] {
  const { step, workload, tool, repetition, together } = requestOf(given);
  // A window is an hour, and something was run in it.
  const [usual, commands] = together === undefined ? [1000, 0] : [3_600_000, 1];
  const { durationMs = usual } = given;
  const how = endOf(given);
  return how === undefined
    ? []
    : [{ step, workload, tool, repetition, ...how, durationMs, group: undefined, commands }];
}

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
    tool: requestOf(step).tool,
    step: requestOf(step).step,
    session: requestOf(step).session,
    origin: 'native',
    at: [{ command: 'run', output: 'stdout', line: 1 }],
    ...sample,
  };
}
