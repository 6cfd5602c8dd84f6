import { readdirSync, readFileSync } from 'node:fs';
import type { SharedRequirements } from '../../../harness/config/check-profile.ts';
import type { Declared } from '../../../harness/config/check-requirement.ts';
import { readProfile, readShared } from '../../../harness/config/load-profile.ts';
import type { Profile } from '../../../harness/config/profile.ts';
import { readConfig } from '../../../harness/config/read-config.ts';
import type { Source } from '../../../harness/config/read-yaml.ts';
import { Vocabulary } from '../../../harness/config/vocabulary.ts';
import { constructedMetrics, constructLimit } from '../constructed-run.ts';

const profiles = new URL('../../../harness/profiles/', import.meta.url);
const read = (file: string): Source => ({ file, text: readFileSync(new URL(file, profiles), 'utf8') });

/** Stand-ins for the limits that the shipped profiles ask about, with values that only tests believe in. */
const constructedLimits = [
  constructLimit({
    id: 'sha256.wrong-digests',
    metric: 'sha256.wrongDigests',
    comparator: 'equal',
    value: 0,
    unit: 'count',
  }),
  constructLimit({
    id: 'matmul.wrong-elements',
    metric: 'matmul.wrongElements',
    comparator: 'equal',
    value: 0,
    unit: 'count',
  }),
  ...(['bf16', 'fp8'] as const).map((dtype) =>
    constructLimit({
      id: `matmul.wrong-matrix-elements-${dtype}`,
      metric: 'matmul.wrongMatrixElements',
      comparator: 'atMost',
      value: 0,
      unit: 'count',
      where: { 'device.kind': 'gpu', dtype },
    }),
  ),
  constructLimit({
    id: 'matmul.repeat-differences',
    metric: 'matmul.repeatDifferences',
    comparator: 'atMost',
    value: 0,
    unit: 'count',
  }),
  constructLimit({
    id: 'matmul.result-digest-siblings',
    metric: 'matmul.resultDigest',
    statistic: 'siblings',
    comparator: 'equal',
    value: 1,
    unit: 'ratio',
  }),
  ...(
    [
      ['bf16', 0.9],
      ['fp8', 0.95],
    ] as const
  ).map(([dtype, value]) =>
    constructLimit({
      id: `matmul.throughput-siblings-${dtype}`,
      metric: 'matmul.throughput',
      statistic: 'siblings',
      value,
      unit: 'ratio',
      where: { dtype },
    }),
  ),
  ...(['bf16', 'fp8'] as const).map((dtype) =>
    constructLimit({
      id: `matmul.${dtype}`,
      metric: 'matmul.throughput',
      value: 1.3e15,
      unit: 'FLOP/s',
      where: { 'device.kind': 'gpu', dtype, size: 16384 },
      hardware: { class: 'h100', models: ['H100-SXM5-80GB'] },
    }),
  ),
  constructLimit({
    id: 'matmul.power-draw',
    metric: 'matmul.powerDraw',
    value: 525,
    unit: 'W',
    where: { 'device.kind': 'gpu', measuredBy: 'energy counter' },
    hardware: { class: 'h100', models: ['H100-SXM5-80GB'] },
  }),
  ...(['triad', 'hostToDevice', 'deviceToHost', 'peerCopy'] as const).map((name) =>
    constructLimit({
      id: `memory.${name.toLowerCase()}`,
      metric: `memory.${name}`,
      value: 48e9,
      unit: 'B/s',
      where: { 'device.kind': 'gpu' },
      hardware: { class: 'h100', models: ['H100-SXM5-80GB'] },
    }),
  ),
  constructLimit({
    id: 'memory.wrong-words',
    metric: 'memory.wrongWords',
    comparator: 'atMost',
    value: 0,
    unit: 'count',
  }),
  constructLimit({
    id: 'memory.pattern-errors',
    metric: 'memory.patternErrors',
    comparator: 'atMost',
    value: 0,
    unit: 'count',
  }),
  constructLimit({
    id: 'memory.uncorrected-errors',
    metric: 'memory.uncorrectedErrors',
    comparator: 'atMost',
    value: 0,
    unit: 'count',
  }),
  constructLimit({
    id: 'memory.machine-checks',
    metric: 'memory.machineChecks',
    comparator: 'atMost',
    value: 0,
    unit: 'count',
  }),
  constructLimit({
    id: 'drive-health.warnings',
    metric: 'drive-health.warnings',
    comparator: 'atMost',
    value: 0,
    unit: 'count',
  }),
  constructLimit({
    id: 'drive-health.new-media-errors',
    metric: 'drive-health.mediaErrors',
    statistic: 'growth',
    comparator: 'atMost',
    value: 0,
    unit: 'count',
  }),
  constructLimit({
    id: 'accelerator-health.new-errors',
    metric: 'accelerator-health.uncorrectedErrors',
    statistic: 'growth',
    comparator: 'atMost',
    value: 0,
    unit: 'count',
  }),
  ...(
    [
      ['fatalXids', 'count'],
      ['newFaults', 'count'],
      ['sramThreshold', 'count'],
      ['recoveryAction', 'count'],
      ['inactiveNvlinks', 'count'],
      ['nvlinkErrors', 'count'],
      ['throttledSeconds', 's'],
    ] as const
  ).map(([metric, unit]) =>
    constructLimit({
      id: `accelerator-health.${metric.toLowerCase()}`,
      metric: `accelerator-health.${metric}`,
      comparator: 'atMost',
      value: 0,
      unit,
    }),
  ),
  ...(
    [
      ['thermalMargin', 'Cel'],
      ['hostLink', 'ratio'],
    ] as const
  ).map(([metric, unit]) =>
    constructLimit({
      id: `accelerator-health.${metric.toLowerCase()}`,
      metric: `accelerator-health.${metric}`,
      value: 1,
      unit,
    }),
  ),
  constructLimit({
    id: 'accelerator-health.nvlinks',
    metric: 'accelerator-health.activeNvlinks',
    value: 18,
    unit: 'count',
    hardware: { class: 'hgx-h100-8' },
  }),
  constructLimit({
    id: 'diagnostics.failures',
    metric: 'diagnostics.failures',
    comparator: 'atMost',
    value: 0,
    unit: 'count',
  }),
  constructLimit({
    id: 'ports.new-errors',
    metric: 'ports.errors',
    statistic: 'growth',
    comparator: 'atMost',
    value: 0,
    unit: 'count',
  }),
  constructLimit({
    id: 'accelerator-health.switch-errors',
    metric: 'accelerator-health.switchErrors',
    comparator: 'atMost',
    value: 0,
    unit: 'count',
  }),
  constructLimit({ id: 'rdma.rail', metric: 'rdma.efficiency', value: 0.96, unit: 'ratio' }),
  constructLimit({
    id: 'rdma.rail-latency',
    metric: 'rdma.latency',
    comparator: 'atMost',
    value: 5e-6,
    unit: 's',
  }),
  constructLimit({
    id: 'rdma.port-errors',
    metric: 'rdma.portErrors',
    comparator: 'equal',
    value: 0,
    unit: 'count',
  }),
  constructLimit({
    id: 'drive-health.wear',
    metric: 'drive-health.wear',
    comparator: 'atMost',
    value: 0.8,
    unit: 'ratio',
  }),
  constructLimit({
    id: 'nvme.verify-errors',
    metric: 'nvme.verifyErrors',
    comparator: 'equal',
    value: 0,
    unit: 'count',
  }),
  constructLimit({
    id: 'allreduce.wrong-values',
    metric: 'allreduce.wrongValues',
    comparator: 'equal',
    value: 0,
    unit: 'count',
  }),
  constructLimit({
    id: 'allreduce.pair-above-gigabit',
    metric: 'allreduce.busBandwidth',
    value: 125e6,
    unit: 'B/s',
    where: { nodes: 2 },
  }),
  constructLimit({
    id: 'collective.busbw',
    metric: 'collective.busbw',
    value: 400e9,
    unit: 'B/s',
    where: { nodes: 1 },
    hardware: { class: 'hgx-h100-8' },
  }),
  constructLimit({
    id: 'collective.wrong-elements',
    metric: 'collective.wrongElements',
    comparator: 'equal',
    value: 0,
    unit: 'count',
  }),
  constructLimit({
    id: 'collective.sockets',
    metric: 'collective.socketConnections',
    comparator: 'equal',
    value: 0,
    unit: 'count',
    where: { nodes: 1 },
    hardware: { class: 'hgx-h100-8' },
  }),
  constructLimit({
    id: 'collective.sockets-beside-rdma',
    metric: 'collective.socketConnections',
    comparator: 'equal',
    value: 0,
    unit: 'count',
    where: { rdma: true },
  }),
  constructLimit({
    id: 'collective.pair-ring',
    metric: 'collective.railEfficiency',
    value: 0.92,
    unit: 'ratio',
    where: { nodes: 2, algorithm: 'ring' },
  }),
  constructLimit({ id: 'collective.wire-share', metric: 'collective.wireShare', value: 0.95, unit: 'ratio' }),
  constructLimit({
    id: 'collective.rail-spread',
    metric: 'collective.railSpread',
    comparator: 'atMost',
    value: 0.15,
    unit: 'ratio',
  }),
  constructLimit({
    id: 'nvme.random-read',
    metric: 'nvme.randomReadRate',
    value: 1_000_000,
    unit: 'IOPS',
    where: { blockBytes: 4096 },
    proof: { transport: 'nvme' },
    hardware: { class: 'nvme', models: ['a proven model'] },
  }),
  constructLimit({
    id: 'nvme.superpod-good-read',
    metric: 'nvme.sequentialReadThroughput',
    value: 4e9,
    unit: 'B/s',
  }),
];

/** The names that the shipped profiles may use, without loading a workload. */
export function constructedDeclared(): Declared {
  const vocabulary = readConfig(Vocabulary, read('vocabulary.yaml'));
  return {
    metrics: constructedMetrics,
    limits: constructedLimits,
    vocabulary: new Set(Object.keys(vocabulary.subjectMatters)),
  };
}

/** The requirements that shipped profiles share. */
export const sharedRequirements = (declared: Declared): SharedRequirements =>
  readShared(
    readdirSync(new URL('requirements/', profiles)).map((name) => read(`requirements/${name}`)),
    declared,
  );

/** A shipped profile as a run would load it. */
export function shippedProfile(id: string, declared: Declared = constructedDeclared()): Profile {
  return readProfile(read(`${id}.yaml`), declared, sharedRequirements(declared));
}
