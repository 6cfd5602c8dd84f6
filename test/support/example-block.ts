import { listedUnder } from '../../reports/verdict/algebra.ts';
import type { Cell } from '../../reports/verdict/cell.ts';
import type { Block, Defect, Trial, Verdict } from '../../reports/verdict/verdict.ts';
import {
  exampleCell,
  exampleMeasurement,
  exampleSubject,
  exampleVerdict,
  quoted,
} from './example-verdict.ts';

/** Builders of verdicts on blocks: many nodes, of which some are blamed for what their groups could not do. */

const number = (place: number): string => String(place).padStart(3, '0');
const steps = (name: string): string[] => [1, 2, 3].map((run) => `${name}-${run}`);

/** A measured cell in one line: three runs around `median`. */
function measured(
  subject: string,
  requirement: string,
  {
    median,
    ...rest
  }: Pick<Cell, 'title' | 'dimension' | 'limit'> & Partial<Cell> & { readonly median: number },
): Cell {
  const expected = rest.limit?.expected as { readonly value: number; readonly unit: 'B/s' | 'FLOP/s' | 's' };
  const isFloor = rest.limit?.comparator === 'atLeast';
  return exampleCell({
    subject,
    requirement,
    verdict: (isFloor ? median >= expected.value : median <= expected.value) ? 'pass' : 'fail',
    reason: `expected ${isFloor ? 'at least' : 'at most'} ${expected.value} ${expected.unit}, found ${median}`,
    observed: {
      kind: 'samples',
      unit: expected.unit,
      n: 3,
      median,
      min: median * 0.994,
      max: median * 1.006,
      steps: steps(`${requirement}-${subject.replace('/', '-')}`),
    },
    ...rest,
  });
}

const gemmLimit: Cell['limit'] = {
  id: 'matmul.bf16.h100-sxm',
  comparator: 'atLeast',
  expected: { value: 6.9e14, unit: 'FLOP/s' },
  source: 'contract customer-2026-03, §4.2',
};
const pairLimit: Cell['limit'] = {
  id: 'allreduce.pair',
  comparator: 'atLeast',
  expected: { value: 1e10, unit: 'B/s' },
  source: 'contract customer-2026-03, §4.5',
};
const pair = {
  title: 'All-reduce in pairs, 64 MiB, bus bandwidth',
  dimension: 'D5',
  limit: pairLimit,
} as const;

/** Cells of one node: a count, a clock, eight GPUs, one drive, and that nothing was stored wrong. */
function nodeCells(node: string, place: number): Cell[] {
  return [
    exampleCell({
      subject: node,
      requirement: 'accelerator-count',
      title: 'Accelerator count',
      dimension: 'D1',
      gate: true,
      sampling: 'exact',
      verdict: 'pass',
      reason: 'expected 8, found 8',
      limit: { id: 'accelerator-count', comparator: 'equal', expected: 8, source: 'inventory su3.yaml' },
      observed: { kind: 'fact', path: 'accelerators.count', value: 8 },
    }),
    ...Array.from({ length: 8 }, (_, gpu) =>
      measured(`${node}/GPU-${place}${gpu}f21c8e`, 'gemm-bf16', {
        title: 'BF16 matrix multiplication, sustained',
        dimension: 'D1',
        limit: gemmLimit,
        median: node === 'gpu027' && gpu === 5 ? 6.12e14 : 7.41e14 + ((place * 7 + gpu * 3) % 11) * 1.9e12,
      }),
    ),
    measured(node, 'clock', {
      title: 'Clock offset',
      dimension: 'D10',
      owner: 'configuration',
      limit: {
        id: 'clock',
        comparator: 'atMost',
        expected: { value: 0.05, unit: 's' },
        source: 'node-exporter and Ceph alert rules',
      },
      median: 0.0009 + (place % 5) * 0.0004,
    }),
    measured(`${node}/S6XN${number(place)}`, 'nvme-read', {
      title: 'Sequential read',
      dimension: 'D6',
      limit: {
        id: 'nvme.read',
        comparator: 'atLeast',
        expected: { value: 6e9, unit: 'B/s' },
        source: 'data sheet PM9A3',
      },
      median: 6.71e9 + (place % 7) * 2.2e7,
    }),
    exampleCell({
      subject: `${node}/S6XN${number(place)}`,
      requirement: 'nvme-wrong',
      title: 'Blocks that were read back otherwise than they were written',
      dimension: 'D6',
      verdict: 'pass',
      sampling: 'exact',
      reason: 'expected 0, found 0',
      limit: {
        id: 'nvme.wrong',
        comparator: 'atMost',
        expected: { value: 0, unit: 'count' },
        source: 'profile ai-training-multinode 1.4',
      },
      observed: {
        kind: 'samples',
        unit: 'count',
        n: 3,
        median: 0,
        min: 0,
        max: 0,
        steps: steps('nvme-verify'),
      },
    }),
  ];
}

const unreachedCell = (cell: Cell): Cell => ({
  ...exampleCell({
    subject: listedUnder(cell),
    requirement: cell.requirement,
    title: cell.title,
    dimension: cell.dimension,
    verdict: 'missing',
    missing: 'not-run',
    reason: 'the node was not reached: connection refused by gpu030:22',
  }),
});

const facts = (node: string, place: number): Verdict['nodes'][number]['facts'] => [
  { group: 'identity', name: 'hostName', value: node },
  { group: 'identity', name: 'product', value: 'HGX-H100-8' },
  { group: 'identity', name: 'serial', value: `S5X${place}0${place * 7}` },
  { group: 'cpu', name: 'model', value: 'Intel(R) Xeon(R) Platinum 8480C' },
  { group: 'memory', name: 'totalBytes', value: place === 9 ? 1030792151040 : 2164663517184, unit: 'B' },
  { group: 'os', name: 'kernel', value: place % 16 === 4 ? '6.8.0-57-generic' : '6.8.0-60-generic' },
  { group: 'driver', name: 'nvidia', value: '570.86.15' },
];

/** A scalable unit: 32 nodes in 8 racks, one with a bad rail, one with a hot GPU, one that could not be reached. */
export function blockVerdict(): Verdict {
  const ids = Array.from({ length: 32 }, (_, place) => `gpu${number(place + 1)}`);
  const isOpen = (id: string): boolean => id === 'gpu030';
  const own = ids.flatMap((id, place) => {
    const cells = nodeCells(id, place + 1);
    // Nobody knows which devices a node has that was never reached: one cell for each requirement.
    const first = cells.filter(
      ({ requirement }, at) => cells.findIndex((each) => each.requirement === requirement) === at,
    );
    return isOpen(id) ? first.map(unreachedCell) : cells;
  });
  const pairs = Array.from({ length: 16 }, (_, place) => ids.slice(place * 2, place * 2 + 2));
  const pairCells = pairs.map((members, place) => {
    const subject = members.join('+');
    const cell = measured(subject, 'allreduce-pair', {
      ...pair,
      median: subject === 'gpu013+gpu014' ? 5.21e9 : 1.117e10 + (place % 6) * 4.4e7,
    });
    if (subject === 'gpu013+gpu014')
      return { ...cell, blamedOn: ['gpu014'], reason: quoted('expected at least 10 GB/s, found 5.210 GB/s') };
    if (!members.some(isOpen)) return cell;
    const { observed: _, ...rest } = cell;
    return {
      ...rest,
      verdict: 'missing' as const,
      missing: 'not-run' as const,
      reason: quoted('not run: gpu030 was not reached'),
      action: quoted('Reach gpu030, then measure the pair.'),
    };
  });
  const cells = [
    ...own,
    ...pairCells,
    exampleCell({
      subject: { kind: 'group', name: 'gpu[001-032]' },
      requirement: 'allreduce-group',
      title: 'All-reduce, all nodes, 64 MiB, bus bandwidth',
      dimension: 'D5',
      verdict: 'missing',
      missing: 'not-run',
      reason: 'not run: gpu014 and gpu030 are out, and a group of 30 does not stand for 32',
    }),
  ].map((cell) =>
    cell.verdict === 'fail' && cell.requirement === 'gemm-bf16'
      ? { ...cell, reason: quoted('expected at least 690 TFLOPS, found 612.0 TFLOPS') }
      : cell,
  );
  const gpu = 'gpu027/GPU-275f21c8e';
  return exampleVerdict({
    cells,
    profile: {
      id: 'ai-training-multinode',
      version: '1.4',
      title: 'AI training, several nodes',
      digest: '9ac1f0'.padEnd(64, '7'),
    },
    suite: { id: 'acceptance', version: '1.4' },
    kind: 'test report',
    headline: quoted(
      `Decided by BF16 matrix multiplication, sustained on ${gpu}: expected at least 690 TFLOPS, found 612.0 TFLOPS.`,
    ),
    nodes: ids.map((id, place) =>
      isOpen(id)
        ? {
            id,
            reached: false,
            why: { say: 'quoted' as const, text: 'connection refused by gpu030:22' },
            facts: [],
          }
        : { id, reached: true, facts: facts(id, place + 1) },
    ),
    block: {
      nodes: ids.map((id, place) => ({
        id,
        ...standing(id),
        rack: `R${31 + Math.floor(place / 4)}`,
        slot: `U${34 - (place % 4) * 8}`,
      })),
      trials: [...pairs.map(plannedTrial), ...extraTrials],
      blames: [
        {
          node: 'gpu014',
          members: ['gpu013', 'gpu014'],
          reason: quoted(
            'gpu014 is as slow with gpu003, gpu021 and gpu032, which all reach 11 GB/s with others: its cable, transceiver or switch port, not the partner.',
          ),
          steps: ['allreduce-pair-7', 'extra-1', 'extra-2', 'extra-3', 'extra-4'],
        },
      ],
    },
    defects: defects(gpu),
    assets: ids.map((node) => ({
      node,
      class: { id: 'hgx-h100-8', how: 'claimed' as const },
      ...(standing(node).conclusion === 'pass'
        ? {
            verdict: 'A' as const,
            meaning: quoted('fit for the intended purpose'),
            reason: quoted('all required cells of ai-training-multinode pass'),
          }
        : { verdict: 'U' as const, meaning: quoted('undecided'), reason: standing(node).reason }),
      ladder: [],
    })),
    measurements: pairCells.flatMap((cell) =>
      cell.observed?.kind === 'samples'
        ? [
            exampleMeasurement([cell.observed.min, cell.observed.median, cell.observed.max], {
              metric: 'allreduce.busBandwidth',
              title: 'All-reduce, bus bandwidth (MPI over TCP)',
              unit: 'B/s',
              subject: cell.subject,
              tool: 'openmpi',
              toolVersion: '4.1.4',
              dimensions: { bytes: 64 * 2 ** 20, dtype: 'float32' },
            }),
          ]
        : [],
    ),
    attempts: [...ids.flatMap(nodeAttempts), ...pairs.map(pairAttempt)],
    notShown: [
      { what: quoted('node gpu030'), about: ['gpu030'], reason: quoted('connection refused by gpu030:22') },
      {
        what: quoted('All-reduce over all 32 nodes'),
        reason: quoted('gpu014 and gpu030 are out; the result of 30 nodes does not stand for it'),
      },
      { what: quoted('Steady-state writes'), reason: quoted('not in the contract') },
      { what: quoted('Loss of the A feed'), reason: quoted('Assay does not measure the facility yet') },
      { what: quoted('Shared storage'), reason: quoted('Assay does not measure the facility yet') },
    ],
    evidence: {
      inputs: [{ path: 'inputs/inventory.json', sha256: 'ab'.repeat(32) }],
      samples: ids.map((node) => ({ node, path: `samples/${node}.json`, sha256: '5d'.repeat(32) })),
      journals: ids
        .filter((id) => !isOpen(id))
        .map((node, place) => ({ node, records: 300 + place, head: number(place).repeat(22).slice(0, 64) })),
    },
  });
}

function standing(id: string): Pick<Block['nodes'][number], 'conclusion' | 'reason'> {
  if (id === 'gpu014')
    return {
      conclusion: 'fail',
      reason: quoted(
        'All-reduce in pairs, 64 MiB, bus bandwidth: expected at least 10 GB/s, found 5.210 GB/s',
      ),
    };
  if (id === 'gpu027')
    return {
      conclusion: 'fail',
      reason: quoted(
        'BF16 matrix multiplication, sustained: expected at least 690 TFLOPS, found 612.0 TFLOPS',
      ),
    };
  if (id === 'gpu030') return { conclusion: 'unreached', reason: quoted('connection refused by gpu030:22') };
  return { conclusion: 'pass', reason: quoted('all 12 required cells pass') };
}

function plannedTrial(members: readonly string[], place: number): Trial {
  const group = members.join('+');
  const base = { step: `allreduce-pair-${place + 1}`, group, members: [...members], isExtra: false };
  if (members.includes('gpu014'))
    return { ...base, outcome: 'bad', reason: quoted('expected at least 10 GB/s, found 5.210 GB/s') };
  if (members.includes('gpu030'))
    return { ...base, outcome: 'unknown', reason: quoted('not run: gpu030 was not reached') };
  return { ...base, outcome: 'good', reason: quoted('expected at least 10 GB/s, found 11.2 GB/s') };
}

const extraTrials: readonly Trial[] = [
  ['gpu003', 'gpu014', 'bad', '5.190 GB/s'],
  ['gpu014', 'gpu021', 'bad', '5.230 GB/s'],
  ['gpu014', 'gpu032', 'bad', '5.202 GB/s'],
  ['gpu003', 'gpu013', 'good', '11.21 GB/s'],
].map(([one = '', other = '', outcome, found], place) => ({
  step: `extra-${place + 1}`,
  group: `${one}+${other}`,
  members: [one, other],
  outcome: outcome === 'bad' ? 'bad' : 'good',
  reason: quoted(`expected at least 10 GB/s, found ${found}`),
  isExtra: true,
}));

const defects = (gpu: string): Defect[] => [
  {
    id: 'd1',
    nodes: ['gpu027'],
    subject: exampleSubject(gpu),
    part: 'SN 1654223011877, PCI 0000:ba:00.0',
    owner: 'hardware',
    verdict: 'fail',
    symptom: quoted(
      'BF16 matrix multiplication, sustained: expected at least 690 TFLOPS, found 612.0 TFLOPS; the siblings reach 741 to 760.',
    ),
    action: quoted('Replace the heat sink, then the GPU.'),
    retest: quoted('this GPU and the node, about 25 min'),
    cells: [`${gpu}:gemm-bf16`],
    evidence: ['nodes/gpu027/steps/gemm-bf16-5-1', 'nodes/gpu027/steps/gemm-bf16-5-2'],
  },
  {
    id: 'd2',
    nodes: ['gpu014'],
    subject: exampleSubject('gpu013+gpu014'),
    part: 'mlx5_5, SN MT2412X09117',
    owner: 'hardware',
    verdict: 'fail',
    symptom: quoted(
      'All-reduce in pairs, 64 MiB, bus bandwidth: expected at least 10 GB/s, found 5.210 GB/s.',
    ),
    action: quoted('Recable: first swap the transceiver.'),
    retest: quoted('three pairs and the group, about 10 min'),
    cells: ['gpu013+gpu014:allreduce-pair'],
    evidence: ['groups/allreduce-pair-7'],
  },
  {
    id: 'd3',
    nodes: ['gpu030'],
    subject: exampleSubject('gpu030'),
    owner: 'environment',
    verdict: 'missing',
    symptom: quoted('The node was not reached: connection refused by gpu030:22 (decides 5 cells).'),
    action: quoted('Switch the node on, or start its sshd; then measure it.'),
    cells: ['accelerator-count', 'gemm-bf16', 'clock', 'nvme-read', 'nvme-wrong'].map(
      (name) => `gpu030:${name}`,
    ),
    evidence: ['nodes/gpu030/unreached.json'],
  },
];

function nodeAttempts(node: string): Verdict['attempts'] {
  return steps('matmul').map((step, place) => ({
    step: `${step}-${node}`,
    node,
    workload: 'matmul',
    tool: 'cublas',
    repetition: place + 1,
    ...(node === 'gpu030'
      ? { execution: 'skipped', reason: quoted('the node was not reached') }
      : node === 'gpu008' && place === 2
        ? { execution: 'cancelled', reason: quoted('stopped by the operator at 03:12') }
        : { execution: 'completed', durationMs: 21_000 + place * 400 }),
  }));
}

const pairAttempt = (members: readonly string[], place: number): Verdict['attempts'][number] => ({
  step: `allreduce-pair-${place + 1}`,
  node: members.join('+'),
  workload: 'allreduce',
  tool: 'openmpi',
  repetition: 1,
  ...(members.includes('gpu030')
    ? { execution: 'skipped', reason: quoted('gpu030 was not reached') }
    : { execution: 'completed', durationMs: 9_000 }),
});

/** Four nodes without racks: node3 makes every group slow that it is in. */
export function smallBlockVerdict(): Verdict {
  const ids = ['node1', 'node2', 'node3', 'node4'];
  const limit: Cell['limit'] = {
    id: 'allreduce.netns',
    comparator: 'atLeast',
    expected: { value: 1.25e8, unit: 'B/s' },
    source: 'profile cluster 1.0',
  };
  const group = { title: 'All-reduce, bus bandwidth', dimension: 'D5', limit } as const;
  const sha = (node: string, place: number): Cell =>
    measured(node, 'sha256', {
      title: 'SHA-256, 16 KiB blocks',
      dimension: 'D1',
      limit: { ...limit, id: 'sha256', expected: { value: 2e8, unit: 'B/s' } },
      median: 1.38e9 + place * 1e6,
    });
  const cells = [
    ...ids.map(sha),
    measured('node1+node2', 'allreduce', { ...group, median: 1.41e8 }),
    measured('node3+node4', 'allreduce', {
      ...group,
      blamedOn: ['node3'],
      median: 9.8e7,
      reason: quoted('expected at least 125 MB/s, found 98.00 MB/s'),
    }),
  ];
  const trial = (
    step: string,
    members: readonly string[],
    outcome: Trial['outcome'],
    found: string,
  ): Trial => ({
    step,
    group: members.join('+'),
    members: [...members],
    outcome,
    reason: quoted(`expected at least 125 MB/s, found ${found}`),
    isExtra: step.startsWith('extra'),
  });
  return exampleVerdict({
    cells,
    profile: { id: 'cluster', version: '1.0', title: 'A cluster of four', digest: '7'.repeat(64) },
    headline: quoted(
      'Decided by All-reduce, bus bandwidth on node3+node4: expected at least 125 MB/s, found 98.00 MB/s.',
    ),
    nodes: ids.map((id) => ({ id, reached: true, facts: [] })),
    block: {
      nodes: ids.map((id) =>
        id === 'node3'
          ? {
              id,
              conclusion: 'fail',
              reason: quoted('All-reduce, bus bandwidth: expected at least 125 MB/s, found 98.00 MB/s'),
            }
          : { id, conclusion: 'pass', reason: quoted('all 1 required cells pass') },
      ),
      trials: [
        trial('pair-1', ['node1', 'node2'], 'good', '141.0 MB/s'),
        trial('pair-2', ['node3', 'node4'], 'bad', '98.00 MB/s'),
        trial('extra-1', ['node1', 'node3'], 'bad', '97.00 MB/s'),
        trial('extra-2', ['node1', 'node4'], 'good', '140.0 MB/s'),
      ],
      blames: [
        {
          node: 'node3',
          members: ['node3', 'node4'],
          reason: quoted('node3 is slow with node1 and with node4, and those two are good with each other.'),
          steps: ['pair-2', 'extra-1', 'extra-2'],
        },
      ],
    },
    defects: [
      {
        id: 'd1',
        nodes: ['node3'],
        subject: exampleSubject('node3+node4'),
        owner: 'hardware',
        verdict: 'fail',
        symptom: quoted('All-reduce, bus bandwidth: expected at least 125 MB/s, found 98.00 MB/s'),
        action: quoted('Recable node3.'),
        cells: ['node3+node4:allreduce'],
        evidence: ['groups/pair-2'],
      },
    ],
  });
}
