import { loadBuiltIn } from '../../../harness/config/built-in.ts';
import type { Inventory } from '../../../harness/config/inventory.ts';
import type { SuiteEntry } from '../../../harness/config/suite.ts';
import { createPlan } from '../../../harness/plan/create-plan.ts';
import type { PlannedStep } from '../../../harness/plan/plan.ts';
import { createRun } from '../../../harness/store/create-run.ts';
import type { ProbeDocument } from '../../../workloads/kit/facts/probe-output.ts';
import { readHostFacts } from '../../../workloads/kit/facts/read-host-facts.ts';
import type { StepOutputs } from '../../../workloads/kit/tool.ts';
import { loadRegistry } from '../../../workloads/registry.ts';
import { constructed } from '../../unit/workloads/kit/facts/documents.ts';
import type { EvidenceStep } from '../constructed-run-directory.ts';
import { writeNodeEvidence, writePlan } from './node-evidence.ts';
import { recordedStep } from './recorded-step.ts';
import { hgxBuses, hgxClaims, hgxServer, serverChanges } from './six-evidence.ts';

type Changes = Parameters<typeof constructed>[0];
type Node = Inventory['nodes'][number];

const recorded = {
  sha256: recordedStep('sha256', 'openssl-3.0.19-multi'),
  sha256One: recordedStep('sha256', 'openssl-3.0.19'),
  sha256Small: recordedStep('sha256', 'openssl-3.0.19-80-bytes'),
  matmul: recordedStep('matmul', 'openblas-0.3.21-fp32-all'),
  memory: recordedStep('memory', 'triad-gcc12.2.0-all'),
  errors: recordedStep('memory', 'edac-gcc12.2.0-clean'),
  verify: recordedStep('nvme', 'fio-3.33-verify'),
  randomRead: recordedStep('nvme', 'fio-3.33-random-read'),
  sequentialRead: recordedStep('nvme', 'fio-3.33-sequential-read'),
  allreduce: recordedStep('allreduce', 'openmpi-4.1.4-float32'),
};

/** Suite entries, each with the recorded step whose outputs stand for all of its repetitions. */
interface Entry extends Pick<SuiteEntry, 'id' | 'repetitions'> {
  readonly step: EvidenceStep;
  readonly across?: 'pairs' | 'all';
}

const matmulOf = (size: number): EvidenceStep => ({
  ...recorded.matmul,
  params: { ...recorded.matmul.params, size },
});
const hash: Entry = { id: 'sha256', repetitions: 3, step: recorded.sha256 };
const verify: Entry = { id: 'storage-verify', repetitions: 3, step: recorded.verify };
const pairs: Entry = { id: 'allreduce-pairs', repetitions: 3, step: recorded.allreduce, across: 'pairs' };
const memory: readonly Entry[] = [
  { id: 'memory-host', repetitions: 3, step: recorded.memory },
  { id: 'memory-errors', repetitions: 3, step: recorded.errors },
];
const cluster = [
  hash,
  { id: 'matmul-fp32', repetitions: 3, step: recorded.matmul },
  ...memory,
  verify,
  pairs,
];
const wrongMatmul: ReadonlySet<string> = new Set(['matmul-fp32', 'mm-512', 'mm-64']);

/** Runs that differ in what grows with their nodes: readings, cells of eight accelerators, or steps. */
export const scaleKinds = {
  /** The shipped suite `cluster` without its second entry over all nodes. */
  c: {
    profile: 'cpu-cluster',
    entries: [
      ...cluster,
      { id: 'allreduce-all', repetitions: 1, step: recorded.allreduce, across: 'all' } satisfies Entry,
    ],
  },
  /** The same without what all nodes run together: a step there names every member, for every member. */
  pairs: { profile: 'cpu-cluster', entries: cluster },
  /** Eight accelerators on each node: 250 cells. */
  g: {
    profile: 'ai-training-multinode',
    entries: [
      { id: 'sha256-all', repetitions: 3, step: recorded.sha256 },
      { id: 'sha256-one', repetitions: 3, step: recorded.sha256One },
      { id: 'sha256-80', repetitions: 3, step: recorded.sha256Small },
      ...[512, 1024, 2048, 4096].map((size) => ({ id: `mm-${size}`, repetitions: 3, step: matmulOf(size) })),
      verify,
      { id: 'random-read', repetitions: 3, step: recorded.randomRead },
      { id: 'sequential-read', repetitions: 3, step: recorded.sequentialRead },
    ],
  },
  /** A thousand steps on each node. */
  h: {
    profile: 'cpu-cluster',
    entries: [
      hash,
      ...memory,
      verify,
      pairs,
      ...Array.from({ length: 100 }, (_, index) => 64 * (index + 1)).map((size) => ({
        id: `mm-${size}`,
        repetitions: 10,
        step: matmulOf(size),
      })),
    ],
  },
} as const satisfies Record<string, { readonly profile: string; readonly entries: readonly Entry[] }>;
export type ScaleKind = keyof typeof scaleKinds;

/** Two nodes in a hundred are bad: nobody can log in, one computes wrong, one is slow in its pairs. */
const badKinds = ['unreached', 'wrong', 'slow'] as const;
const badKindOf = (index: number) => (index % 50 === 7 ? badKinds[Math.floor(index / 50) % 3] : undefined);

/** Writes the run of a block of machines that were never there: recorded outputs, the numbers different on each. */
export async function writeScaleRun(
  path: string,
  kind: ScaleKind,
  size: number,
  /** One run among others of the same machines. */
  which: { readonly id?: string; readonly startedAt?: string } = {},
): Promise<void> {
  const { profile: profileId, entries } = scaleKinds[kind] as { profile: string; entries: readonly Entry[] };
  const registry = await loadRegistry();
  const builtIn = await loadBuiltIn(registry);
  const profile = builtIn.profiles.find(({ id }) => id === profileId);
  if (profile === undefined) throw new Error(`no profile ${profileId}`);
  const id = which.id ?? `scale-${kind}-${size}`;
  const nodes = Array.from({ length: size }, (_, index) => describeNode(kind, index));
  const inventory: Inventory = {
    schema: 'assay/inventory',
    schemaVersion: 1,
    ...(kind === 'g' ? {} : { fabric: { interface: 'ib0' } }),
    nodes: nodes.map(({ node }) => node),
  };
  const suite = {
    schema: 'assay/suite' as const,
    schemaVersion: 1 as const,
    id: 'scale',
    version: '1.0',
    title: 'Scale',
    entries: entries.map(({ step, ...entry }) => ({
      ...entry,
      workload: step.workload,
      params: step.params,
      budgetSeconds: 8,
    })),
  };
  const startedAt = new Date(which.startedAt ?? '2026-11-23T00:00:00Z');
  const run = await createRun({
    path,
    id,
    purpose: 'certify',
    startedAt,
    profile: profileId,
    builtIn,
    suite,
    inventory,
  });
  const reached = nodes.flatMap(({ node, probes, bad }) =>
    bad === 'unreached' ? [] : [{ node: node.name, facts: readHostFacts(probes) }],
  );
  const plan = createPlan({ run: id, nodes: reached, profile, suite, inventory, registry });
  const noRoute = 'ssh: connect to host: no route to host';
  const unreached = nodes.flatMap(({ node, bad }) =>
    bad === 'unreached' ? [[node.name, noRoute] as const] : [],
  );
  const head = await writePlan(run, plan, new Map(unreached));
  const planned = Map.groupBy(plan.steps, ({ node }) => node);
  const slow = new Set(nodes.flatMap(({ node, bad }) => (bad === 'slow' ? [node.name] : [])));
  const jitter = createJitter();
  const recordedOf = new Map(entries.map(({ id: entry, step }) => [entry, step.outputs]));
  for (const { node, probes, bad } of nodes) {
    if (bad === 'unreached') continue;
    const steps = planned.get(node.name) ?? [];
    await writeNodeEvidence(run, head, {
      id: node.name,
      probes,
      planned: steps.map(({ step }) => step),
      steps: steps.map((step) => {
        const { node: _, entry, budgetMs: __, ...request } = step;
        const isWrong = bad === 'wrong' && step.repetition === 1 && wrongMatmul.has(entry);
        const outputs = vary(step, recordedOf.get(entry) ?? {}, { jitter, slow, isWrong });
        return { request, outputs, how: { execution: 'completed' } };
      }),
    });
  }
}

/** A node of its own name, place, address and identities. */
function describeNode(kind: ScaleKind, index: number) {
  const name = `n${String(index + 1).padStart(4, '0')}`;
  const node: Node = {
    name,
    ...(kind === 'g' ? { class: 'hgx-h100-8', claims: { ...hgxClaims } } : { claims: {} }),
    rack: `R${String(Math.floor(index / 32) + 1).padStart(2, '0')}`,
    slot: `U${String(32 - (index % 32)).padStart(2, '0')}`,
  };
  return { node, probes: probesOf(kind, name, index), bad: badKindOf(index) };
}

function probesOf(kind: ScaleKind, name: string, index: number): ProbeDocument {
  const hex = (digits: number): string => index.toString(16).padStart(digits, '0');
  const program = (names: readonly string[], folder: string) =>
    Object.fromEntries(names.map((each) => [each, `${folder}/${each}`]));
  const own: Changes = {
    '/proc/sys/kernel/random/boot_id': `${hex(8)}-1111-4222-8333-${hex(12)}\n`,
    '/etc/machine-id': `${hex(32)}\n`,
    '/proc/sys/kernel/hostname': `${name}\n`,
    addresses: {
      ib0: [{ family: 'IPv4', cidr: `${addressOf(index)}/16`, internal: false }],
    },
    programs: program(
      ['fio', 'lsblk', 'findmnt', 'find', 'grep', 'gcc', 'openssl', 'mpirun', 'mpicc', 'orted'],
      '/usr/bin',
    ),
    headers: program(['cblas.h', 'stdio.h', 'zlib.h', 'pthread.h'], '/usr/include'),
    'sysfs net': serverChanges['sysfs net'] ?? {},
  };
  if (kind !== 'g') return constructed(own);
  const server = hgxServer(hgxBuses, own);
  const tell = (id: string, text: string): string =>
    id === 'nvidia-smi -q -x'
      ? text
          .replaceAll('GPU-00000000-', `GPU-${hex(8)}-`)
          .replaceAll('<serial>165422301187', `<serial>${1_650_000_000 + index}`)
      : id === 'sysfs block'
        ? text.replaceAll('S64HNE0R123456', `S64HNE0R${String(index).padStart(6, '0')}`)
        : text;
  return {
    ...server,
    probes: server.probes.map((probe) => ({ ...probe, text: tell(probe.id, probe.text) })),
  };
}

const addressOf = (index: number): string => `10.77.${Math.floor(index / 250)}.${(index % 250) + 1}`;

/** Factors of 0.98 to 1.02, the same ones in every run. */
function createJitter(): () => number {
  let seed = 12_345;
  return () => {
    seed = (seed * 1_103_515_245 + 12_345) & 0x7fffffff;
    return 0.98 + (seed / 0x7fffffff) * 0.04;
  };
}

interface Variation {
  readonly jitter: () => number;
  readonly slow: ReadonlySet<string>;
  readonly isWrong: boolean;
}

/** The outputs of one step: what was recorded, with numbers and names of its own. */
function vary(step: PlannedStep, outputs: StepOutputs, { jitter, slow, isWrong }: Variation): StepOutputs {
  const { seat } = step;
  if (seat !== undefined && seat.rank > 0)
    return { daemon: { stdout: '', stderr: '', exitCode: 0, durationMs: 900, artifacts: {} } };
  const withStdout = (command: string, change: (text: string) => string): StepOutputs => {
    const found = outputs[command];
    if (found === undefined) throw new Error(`no command ${command}`);
    return { ...outputs, [command]: { ...found, stdout: change(found.stdout) } };
  };
  if (step.workload === 'sha256')
    return withStdout('speed', (text) => {
      const factor = jitter();
      let sum = 0;
      return text
        .replace(/(?<=^Got: \+F:\d+:sha256:)[\d.]+/gm, (rate) => {
          const own = (Number(rate) * factor).toFixed(2);
          sum += Number(own);
          return own;
        })
        .replace(/(?<=^\+F:\d+:sha256:)[\d.]+$/m, (rate) =>
          (sum === 0 ? Number(rate) * factor : sum).toFixed(2),
        );
    });
  if (step.workload === 'matmul')
    return withStdout('run', (text) => {
      const told = JSON.parse(text) as object;
      const elapsedSeconds = Number((1.05 * jitter()).toFixed(6));
      const { size } = step.params;
      return `${JSON.stringify({ ...told, size, elapsedSeconds, ...(isWrong ? { wrong: 3 } : {}) })}\n`;
    });
  if (seat === undefined) return outputs;
  const factor = seat.members.some(({ node }) => slow.has(node)) ? 20 : 1;
  return withStdout('run', (text) =>
    text
      .split('\n')
      .map((line) => (line.startsWith('{') ? varyAllreduce(line, seat, jitter() * factor) : line))
      .join('\n'),
  );
}

interface AllreduceLine {
  readonly hosts?: readonly object[];
  readonly bytes?: number;
  readonly warmUps: number;
  readonly iterations: number;
  readonly [name: string]: unknown;
}

/** One line of our all-reduce: its header names the members, and every other one the seconds of a size. */
function varyAllreduce(line: string, seat: NonNullable<PlannedStep['seat']>, factor: number): string {
  const told = JSON.parse(line) as AllreduceLine;
  const { network, members } = seat;
  const [host] = told.hosts ?? [];
  if (host !== undefined)
    return JSON.stringify({
      ...told,
      network,
      ranks: members.length,
      hosts: members.map(({ node, address }, rank) => ({
        ...host,
        rank,
        name: node,
        interfaces: [{ name: 'ib0', address }],
      })),
    });
  if (told.bytes === undefined) return line;
  const seconds = ['medianSeconds', 'minSeconds', 'maxSeconds', 'meanSeconds'].map((name) => [
    name,
    Number((Number(told[name]) * factor).toFixed(9)),
  ]);
  const checked = ((members.length * told.bytes) / 4) * (told.warmUps + told.iterations);
  return JSON.stringify({ ...told, ...Object.fromEntries(seconds), checked });
}
