import type { Dimensions } from '../../workloads/kit/sample.ts';
import type { Unit } from '../../workloads/kit/unit.ts';
import type { Reason } from './reasons.ts';

/** What published tables tell of, and which metric of ours holds it. */
export interface Quantity {
  readonly title: string;
  /** The metric with its unit, and the dimensions that make it this quantity. */
  readonly target?: { readonly metric: string; readonly unit: Unit; readonly where: Dimensions };
  /** Quantities whose ceiling its peak is; without it, its own. */
  readonly bounds?: readonly string[];
  /** Why it gives no limit, whatever the row. */
  readonly reason?: Reason;
}

const product = (title: string, metric: string, unit: Unit, dtype: string): Quantity => ({
  title,
  target: { metric, unit, where: { 'device.kind': 'gpu', dtype } },
});
const matrix = (title: string, dtype: string): Quantity =>
  product(title, 'matmul.throughput', 'FLOP/s', dtype);
const onDevice = { 'device.kind': 'gpu' };
const collective = (title: string): Quantity => ({
  title,
  target: { metric: 'collective.busbw', unit: 'B/s', where: {} },
});
const drive = (title: string, metric: string, unit: Unit, pattern: string): Quantity => ({
  title,
  target: { metric: `nvme.${metric}`, unit, where: { pattern } },
});
const without = (title: string, reason: Reason): Quantity => ({ title, reason });

export const quantities: Readonly<Record<string, Quantity>> = {
  fp64: matrix('FP64, matrix units', 'fp64'),
  'fp64-vector': product('FP64, vector units', 'matmul.vectorThroughput', 'FLOP/s', 'fp64'),
  'fp32-matrix': matrix('FP32, matrix units', 'fp32'),
  'fp32-vector': product('FP32, vector units', 'matmul.vectorThroughput', 'FLOP/s', 'fp32'),
  tf32: matrix('TF32', 'tf32'),
  fp16: matrix('FP16', 'fp16'),
  bf16: matrix('BF16', 'bf16'),
  fp8: matrix('FP8', 'fp8'),
  fp4: matrix('FP4', 'fp4'),
  int8: product('INT8', 'matmul.integerThroughput', 'OP/s', 'int8'),
  'device-memory': {
    title: 'Device memory',
    target: { metric: 'memory.triad', unit: 'B/s', where: onDevice },
  },
  'host-to-device': {
    title: 'Host to device',
    target: { metric: 'memory.hostToDevice', unit: 'B/s', where: onDevice },
  },
  'device-to-host': {
    title: 'Device to host',
    target: { metric: 'memory.deviceToHost', unit: 'B/s', where: onDevice },
  },
  'host-link': { title: 'Host link', bounds: ['host-to-device', 'device-to-host'] },
  'peer-copy': {
    title: 'Copy between accelerators',
    target: { metric: 'memory.peerCopy', unit: 'B/s', where: onDevice },
  },
  'host-memory': {
    title: 'Host memory',
    target: { metric: 'memory.triad', unit: 'B/s', where: { 'device.kind': 'cpu' } },
  },
  // What rings give is less than what NCCL gives by its own choice, and has rows of its own.
  'all-reduce': {
    title: 'All-reduce in a node',
    target: { metric: 'collective.busbw', unit: 'B/s', where: { algorithm: 'auto' } },
  },
  'all-reduce-nodes': collective('All-reduce across nodes'),
  'all-gather-nodes': collective('All-gather across nodes'),
  'all-to-all-nodes': collective('All-to-all across nodes'),
  'reduce-scatter-nodes': collective('Reduce-scatter across nodes'),
  'send-receive-nodes': collective('Send and receive across nodes'),
  'broadcast-nodes': collective('Broadcast across nodes'),
  rail: { title: 'RDMA write', target: { metric: 'rdma.bandwidth', unit: 'bit/s', where: {} } },
  'rail-loop': {
    title: 'All-reduce over one rail, looped back',
    target: { metric: 'collective.busbw', unit: 'B/s', where: {} },
  },
  'rail-both-ways': {
    title: 'RDMA write, both ways',
    target: { metric: 'rdma.bandwidth', unit: 'bit/s', where: {} },
  },
  'rail-share': without('Share of a collective over one card', 'other-procedure'),
  'rail-latency': without('RDMA write latency', 'metric-not-declared'),
  'random-read': drive('Random read', 'randomReadRate', 'IOPS', 'randomRead'),
  'random-write': drive('Random write', 'randomWriteRate', 'IOPS', 'randomWrite'),
  'sequential-read': drive('Sequential read', 'sequentialReadThroughput', 'B/s', 'sequentialRead'),
  'sequential-write': drive('Sequential write', 'sequentialWriteThroughput', 'B/s', 'sequentialWrite'),
  'sequential-read-rate': without('Sequential read, requests', 'other-procedure'),
  'sequential-write-rate': without('Sequential write, requests', 'other-procedure'),
  wear: {
    title: 'Endurance used',
    target: { metric: 'drive-health.wear', unit: 'ratio', where: {} },
  },
  // DCGM asks that the highest power of its matrix products reaches this: a mean that does is the harder thing to show.
  'power-draw': {
    title: 'Power drawn under load',
    target: {
      metric: 'matmul.powerDraw',
      unit: 'W',
      where: { 'device.kind': 'gpu', dtype: 'bf16', size: 16384, measuredBy: 'energy counter' },
    },
  },
  'power-limit': without('Power limit', 'read-from-the-machine'),
  temperature: without('Temperatures', 'read-from-the-machine'),
  'memory-size': without('Memory size', 'read-from-the-machine'),
  'link-count': without('Links', 'read-from-the-machine'),
  'link-speed': without('Speed of a link', 'read-from-the-machine'),
  'link-generation': without('Generation of the host link', 'read-from-the-machine'),
  'fabric-sum': without('Sum of the links of a card', 'other-procedure'),
  'dcgm-stress': without("Products of DCGM's stress test", 'other-procedure'),
  'hash-rate': without('Hash rate of hashcat -m 1400', 'other-procedure'),
  'int32-vector': without('INT32, vector units', 'other-procedure'),
  supported: without('Whether DCGM tests the card', 'no-value'),
};

/** Published units in base units; 10^9, since every tool in these tables prints decimal gigabytes. */
const inBase: Readonly<Record<string, Readonly<Partial<Record<Unit, number>>>>> = {
  TFLOPS: { 'FLOP/s': 1e12 },
  GFLOPS: { 'FLOP/s': 1e9 },
  TOPS: { 'OP/s': 1e12 },
  'GB/s': { 'B/s': 1e9, 'bit/s': 8e9 },
  'MB/s': { 'B/s': 1e6, 'bit/s': 8e6 },
  'Gb/s': { 'bit/s': 1e9, 'B/s': 125e6 },
  IOPS: { IOPS: 1 },
  W: { W: 1 },
  '%': { ratio: 0.01 },
};

/** How many base units one published unit is; `undefined` when it is a unit of something else. */
export const factorOf = (published: string, base: Unit): number | undefined => inBase[published]?.[base];
