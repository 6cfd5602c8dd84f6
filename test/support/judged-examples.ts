import { sha256 } from '../../agents/protocol/chain.ts';
import { judge } from '../../harness/judge/judge.ts';
import type { Verdict } from '../../reports/verdict/verdict.ts';
import { known } from '../../workloads/kit/facts/fact.ts';
import type { Requirement } from '../../workloads/kit/requirement.ts';
import { withTrials } from './constructed/block.ts';
import type { FactChanges } from './constructed/facts.ts';
import { h100, mergeFacts, nvmeDrive } from './constructed/facts.ts';
import type { ConstructedNode, ConstructedRun, ConstructedStep } from './constructed-run.ts';
import {
  constructedMetrics,
  constructLimit,
  constructProfile,
  constructRequirement,
  constructRun,
  declareMetrics,
} from './constructed-run.ts';

/** Verdicts for tests of everything that reads one, as the judge makes them of machines that never were. */

const metrics = new Map([
  ...constructedMetrics,
  ...declareMetrics([
    [
      'matmul.throughput',
      { unit: 'FLOP/s', better: 'higher', domain: 'positive', title: 'Matrix multiplication' },
    ],
    ['sha256.throughput', { unit: 'B/s', better: 'higher', domain: 'positive', title: 'SHA-256' }],
    ['ring.busBandwidth', { unit: 'B/s', better: 'higher', domain: 'positive', title: 'All-reduce' }],
    ['clock.offset', { unit: 's', better: 'lower', domain: 'nonNegative', title: 'Clock offset' }],
  ]),
]);

const limits = [
  constructLimit({ id: 'matmul.bf16', metric: 'matmul.throughput', value: 6.9e14, unit: 'FLOP/s' }),
  constructLimit({ id: 'sha256.floor', metric: 'sha256.throughput', value: 2e8, unit: 'B/s' }),
  constructLimit({ id: 'ring.node', metric: 'ring.busBandwidth', value: 4.6e11, unit: 'B/s' }),
  constructLimit({
    id: 'clock.offset',
    metric: 'clock.offset',
    comparator: 'atMost',
    value: 0.05,
    unit: 's',
  }),
  constructLimit({ id: 'nvme.random', metric: 'nvme.randomReadRate', value: 400_000, unit: 'IOPS' }),
  constructLimit({ id: 'nvme.read', metric: 'nvme.sequentialReadThroughput', value: 6e9, unit: 'B/s' }),
  constructLimit({
    id: 'copy.pair',
    metric: 'copy.speed',
    value: 1e10,
    unit: 'B/s',
    where: { nodes: 2 },
  }),
];

type Asked = Partial<Requirement> & Pick<Requirement, 'title'>;
/** A requirement on a metric, screened unless it says otherwise. */
const onMetric = (id: string, metric: string, asked: Asked): Requirement =>
  constructRequirement({ id, rule: { kind: 'metric', metric }, sampling: 'screening', ...asked });

const gemm = onMetric('gemm-bf16', 'matmul.throughput', {
  title: 'BF16 matrix multiplication, sustained',
  scope: 'accelerator',
});
const clock = onMetric('clock', 'clock.offset', {
  title: 'Clock offset',
  dimension: 'D10',
  owner: 'environment',
  action: 'Let the clock settle for ten minutes and survey again.',
});

/** Whoever gives a speed says that its results were right. */
const right = { metric: 'copy.wrong', value: 0 };

/** One reading of each repetition. */
const runsOf = (
  entry: string,
  metric: string,
  values: readonly number[],
  { sample = {}, ...step }: Partial<ConstructedStep> & { readonly sample?: object } = {},
): ConstructedStep[] =>
  values.map((value, index) => ({
    entry,
    workload: metric.replace(/\..*/, ''),
    tool: 'native',
    repetition: index + 1,
    ...step,
    samples: [{ metric, value, toolVersion: '3.5.1', ...sample }, right],
  }));

const once = (build: () => Verdict): (() => Verdict) => {
  let built: Verdict | undefined;
  return () => (built ??= build());
};
const judged = (run: Omit<ConstructedRun, 'metrics' | 'limits'>): Verdict =>
  judge(constructRun({ metrics, limits, ladder: [run.profile], ...run }));

/** A virtual machine without any accelerator: of no use for AI, and honest about what it can do. */
export const vmVerdict = once(() => {
  const drive = nvmeDrive({ name: 'vda', identity: 'vda', transport: known('virtio') });
  const overlay = { device: 'vda', invalid: 'the scratch directory is on overlay' };
  return judged({
    purpose: 'survey',
    profile: constructProfile([
      constructRequirement({
        id: 'accelerator-present',
        title: 'Accelerator on the bus',
        rule: { kind: 'fact', path: 'accelerators.length', atLeast: 1 },
        gate: true,
      }),
      gemm,
      constructRequirement({
        id: 'host-ram',
        title: 'Host memory',
        dimension: 'D10',
        rule: { kind: 'fact', path: 'memory.totalBytes', atLeast: 8 * 2 ** 30 },
      }),
      clock,
      onMetric('nvme-read', 'nvme.randomReadRate', {
        title: 'Random read, 4 KiB',
        dimension: 'D6',
        scope: 'drive',
        level: 'advisory',
      }),
      onMetric('sha256', 'sha256.throughput', { title: 'SHA-256, one core', level: 'advisory' }),
    ]),
    nodes: [
      {
        id: 'vm-1',
        facts: mergeFacts({
          memoryBytes: 16_787_243_008,
          product: 'KVM Virtual Machine',
          drives: known([drive]),
          scratchDrive: known('vda'),
        }),
        steps: [
          ...runsOf('clock', 'clock.offset', [0.0511, 0.0528, 0.0549]),
          ...runsOf('sha256', 'sha256.throughput', [1.384e9, 1.3702e9, 1.3911e9], {
            tool: 'openssl',
            sample: { dimensions: { cores: 1 } },
          }),
          ...runsOf('product', 'matmul.throughput', [4.4e10], {
            tool: 'embedded',
            sample: { origin: 'embedded' },
          }),
          {
            ...runsOf('product', 'matmul.throughput', [0])[0]!,
            repetition: 2,
            execution: 'timeout',
            reason: 'no end after 60 s',
            samples: [],
          },
          ...runsOf('read', 'nvme.randomReadRate', [447_829, 431_007, 452_616], {
            tool: 'fio',
            sample: overlay,
          }),
        ],
      },
    ],
  });
});

/** A machine that was measured as often as an acceptance asks, so that there are intervals; of one metric only thrice. */
export const acceptedVerdict = once(() => {
  const often = (id: string, metric: string, title: string): Requirement =>
    onMetric(id, metric, { title, sampling: 'typical' });
  const drive = nvmeDrive({ name: 'nvme0n1', identity: 'S64HNE0R123456' });
  return judged({
    profile: constructProfile([
      often('sha256', 'sha256.throughput', 'SHA-256, one core'),
      { ...often('nvme-read', 'nvme.randomReadRate', 'Random read, 4 KiB'), dimension: 'D6', scope: 'drive' },
      often('clock', 'clock.offset', 'Clock offset'),
    ]),
    nodes: [
      {
        id: 'store-1',
        facts: mergeFacts({ drives: known([drive]) }),
        steps: [
          ...runsOf(
            'sha256',
            'sha256.throughput',
            [384, 370, 391, 377, 380, 388, 382, 379, 385, 376, 390, 382].map((more) => 1e9 + more * 1e6),
            { tool: 'openssl', sample: { dimensions: { cores: 1 } } },
          ),
          ...runsOf(
            'read',
            'nvme.randomReadRate',
            [447, 431, 452, 449, 450, 448, 446, 451, 445].map((thousands) => thousands * 1000),
            { tool: 'fio', sample: { device: 'S64HNE0R123456' } },
          ),
          ...runsOf('clock', 'clock.offset', [4.1e-5, 5.2e-5, 4.4e-5, 4.9e-5, 4.6e-5, 4.5e-5]),
          ...runsOf('product', 'matmul.throughput', [1.512e12, 1.531e12, 1.524e12]),
        ],
      },
    ],
  });
});

/** Ids of a machine that is no other one. */
const ownIds = (node: string): Pick<FactChanges, 'bootId' | 'machineId'> => ({
  bootId: `6f9d1c1e-0000-4000-8000-${sha256(node).slice(0, 12)}`,
  machineId: sha256(node).slice(0, 32),
});

const eight = [0, 1, 2, 3, 4, 5, 6, 7];

/** An HGX node with these of its eight modules, each as fast as `speedOf` says in three runs. */
const hgx = (
  id: string,
  present: readonly number[],
  speedOf: (gpu: number, run: number) => number,
): ConstructedNode & { readonly steps: readonly ConstructedStep[] } => {
  const accelerators = present.map((gpu) => h100(gpu, { uuid: known(`GPU-${id}-${gpu}`) }));
  return {
    id,
    class: 'hgx-h100-8',
    claims: { 'accelerators.length': 8 },
    facts: mergeFacts({
      ...ownIds(id),
      accelerators: known(accelerators),
      // One has half of the memory.
      memoryBytes: id === 'gpu009' ? 1_030_792_151_040 : 2_164_663_517_184,
    }),
    steps: [1, 2, 3].map((run) => ({
      entry: 'gemm',
      workload: 'matmul',
      tool: 'cublas',
      repetition: run,
      samples: [
        ...present.map((gpu) => ({
          metric: 'matmul.throughput',
          value: speedOf(gpu, run),
          device: `GPU-${id}-${gpu}`,
        })),
        right,
      ],
    })),
  };
};

const gpuCount = constructRequirement({
  id: 'accelerator-count',
  title: 'Accelerator count',
  rule: { kind: 'fact', path: 'accelerators.length', equalClaim: 'accelerators.length' },
  gate: true,
});

const inference = constructProfile([gemm], { id: 'ai-inference', title: 'AI inference', rank: 2 });

/** Two HGX H100 nodes, or these of them; gpu-b has lost a GPU and is fit for a lesser purpose. */
function judgeCluster(present: Readonly<Record<string, readonly number[]>>): Verdict {
  const training = constructProfile(
    [
      gpuCount,
      gemm,
      constructRequirement({
        id: 'row-remap',
        title: 'No failed row remapping',
        dimension: 'D3',
        scope: 'accelerator',
        rule: { kind: 'fact', path: 'rowRemapFailure', equal: false },
      }),
      onMetric('allreduce-node', 'ring.busBandwidth', {
        title: 'All-reduce, 8 GPUs, 16 GiB',
        dimension: 'D4',
      }),
      constructRequirement({
        id: 'rdma',
        title: 'RDMA write per rail',
        dimension: 'D5',
        level: 'advisory',
        rule: { kind: 'not-covered', subjectMatter: 'rdma-rails' },
      }),
    ],
    { title: 'AI training on one node' },
  );
  return judged({
    profile: training,
    ladder: [training, inference],
    nodes: Object.entries(present).map(([id, gpus]) => {
      const node = hgx(id, gpus, (gpu, run) => 7.41e14 + ((gpu + run) % 7) * 2e12);
      const ring = runsOf('ring', 'ring.busBandwidth', [4.782e11, 4.711e11, 4.813e11]);
      return gpus.length < 8 ? node : { ...node, steps: [...node.steps, ...ring] };
    }),
  });
}
export const clusterVerdict = once(() => judgeCluster({ 'gpu-a': eight, 'gpu-b': eight.slice(1) }));

/** One node that conforms: what the best report looks like. */
export const conformingVerdict = once(() => judgeCluster({ 'gpu-a': eight }));

/** Nothing answered: no renderer may look clean. */
export const unreachedVerdict = once(() =>
  judged({
    profile: constructProfile([gpuCount]),
    nodes: [{ id: 'gpu-x', class: 'hgx-h100-8', why: 'connection refused by gpu-x:22' }],
  }),
);

/** Four nodes without racks: node3 makes every group slow that it is in. */
export const smallBlockVerdict = once(() => {
  const profile = constructProfile(
    [
      onMetric('sha256', 'sha256.throughput', { title: 'SHA-256, 16 KiB blocks' }),
      onMetric('allreduce', 'copy.speed', {
        title: 'All-reduce, bus bandwidth',
        dimension: 'D5',
        scope: 'pair',
        action: 'Recable it.',
      }),
    ],
    { family: 'cluster' },
  );
  const run = constructRun({
    metrics,
    limits: limits.map((limit) => (limit.id === 'copy.pair' ? { ...limit, value: 125e6 } : limit)),
    ladder: [profile],
    profile,
    nodes: [1, 2, 3, 4].map((place) => ({
      id: `node${place}`,
      facts: mergeFacts(ownIds(`node${place}`)),
      steps: runsOf(
        'hash',
        'sha256.throughput',
        [0.994, 1, 1.006].map((factor) => factor * (1.379e9 + place * 1e6)),
      ),
    })),
  });
  return judge(
    withTrials(run, [
      { members: ['node1', 'node2'], speed: 141e6 },
      { members: ['node3', 'node4'], speed: 98e6 },
      { members: ['node1', 'node3'], speed: 97e6, isExtra: true },
      // Planned, so that node4 has met somebody else than node3.
      { members: ['node1', 'node4'], speed: 140e6 },
    ]),
  );
});

/** A scalable unit: 32 nodes in 8 racks, one with a bad rail, one with a hot GPU, one that could not be reached. */
export const blockVerdict = once(() => {
  const ids = Array.from({ length: 32 }, (_, index) => `gpu${String(index + 1).padStart(3, '0')}`);
  const profile = constructProfile(
    [
      gpuCount,
      gemm,
      clock,
      onMetric('nvme-read', 'nvme.sequentialReadThroughput', {
        title: 'Sequential read',
        dimension: 'D6',
        scope: 'drive',
      }),
      onMetric('allreduce-pair', 'copy.speed', {
        title: 'All-reduce in pairs, 64 MiB, bus bandwidth',
        dimension: 'D5',
        scope: 'pair',
        action: 'Recable: first swap the transceiver.',
      }),
      constructRequirement({
        id: 'steady',
        title: 'Steady-state writes',
        level: 'advisory',
        rule: { kind: 'not-covered', subjectMatter: 'steady-writes' },
      }),
    ],
    { family: 'cluster', title: 'AI training, several nodes' },
  );
  const nodes = ids.map((id, index): ConstructedNode => {
    const where = { rack: `R${31 + Math.floor(index / 4)}`, slot: `U${34 - (index % 4) * 8}` };
    if (id === 'gpu030') return { id, ...where, why: 'connection refused by gpu030:22' };
    const node = hgx(id, eight, (gpu, run) =>
      id === 'gpu027' && gpu === 5 ? 6.12e14 : 7.41e14 + ((index * 7 + gpu * 3 + run) % 11) * 1.9e12,
    );
    const stopped = {
      execution: 'cancelled',
      reason: 'stopped by the operator at 03:12',
      samples: [],
    } as const;
    const steps = [
      ...node.steps,
      ...(id === 'gpu008'
        ? runsOf('hash', 'sha256.throughput', [1]).map((it) => ({ ...it, ...stopped }))
        : []),
      ...runsOf(
        'clock',
        'clock.offset',
        [1, 2, 3].map((run) => 0.0009 + run * 1e-5 + (index % 5) * 0.0004),
      ),
      ...runsOf('read', 'nvme.sequentialReadThroughput', [6.71e9, 6.72e9, 6.73e9], {
        sample: { device: 'S64HNE0R123456' },
      }),
    ];
    return { ...node, ...where, steps };
  });
  const run = constructRun({ metrics, limits, ladder: [profile], profile, nodes });
  const pairs = Array.from({ length: 16 }, (_, place) => ids.slice(place * 2, place * 2 + 2));
  const partners = ['gpu003', 'gpu021', 'gpu032'];
  return judge(
    withTrials(run, [
      ...pairs.map((members, place) => ({
        members,
        speed: members.includes('gpu014') ? 5.21e9 : 1.117e10 + (place % 6) * 4.4e7,
        ...(members.includes('gpu030') ? { execution: 'none' as const } : {}),
      })),
      // A second round for those whose partner of the first one was no good.
      { members: ['gpu013', 'gpu029'], speed: 1.121e10 },
      ...partners.map((partner) => ({
        members: [partner, 'gpu014'].toSorted(),
        speed: 5.2e9,
        isExtra: true,
      })),
    ]),
  );
});
