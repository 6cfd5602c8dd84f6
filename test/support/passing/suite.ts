import { shape } from './purpose.ts';

const entry = (id: string, workload: string, params: object, repetitions = 1) => ({
  id,
  workload,
  params,
  repetitions,
  budgetSeconds: 120,
});
const vendor = { target: 'vendor', seconds: 1 };
const soaked = { soak: true, repetitions: 1, budgetSeconds: 3900 };
const sum = {
  dtype: 'fp32',
  algorithm: 'auto',
  minBytes: 16384,
  maxBytes: 16384,
  factor: 2,
  iterations: 2,
  joinSeconds: 20,
  callSeconds: 20,
};

/** What of each shipped entry a node that is played can show in a second or two. */
export const entries: readonly object[] = [
  entry('accelerator-errors', 'accelerator-health', {}, 2),
  entry('accelerator-record', 'accelerator-health', { what: 'record', periodSeconds: 0.2 }),
  entry('diagnostics', 'diagnostics', { level: 2 }),
  entry('gemm-bf16', 'matmul', { ...vendor, dtype: 'bf16', size: shape.bf16 }),
  entry('gemm-fp8', 'matmul', { ...vendor, dtype: 'fp8', fastAccumulate: true, size: shape.fp8 }, 1),
  entry('memory-pattern', 'memory', { target: 'device', what: 'pattern', bytes: 1 << 20, seconds: 1.5 }),
  entry('triad', 'memory', { target: 'device', what: 'triad', bytes: 1 << 20, seconds: 1.5 }),
  entry('to-device', 'memory', { target: 'device', what: 'hostToDevice', bytes: 1 << 20, seconds: 1.5 }),
  entry('to-host', 'memory', { target: 'device', what: 'deviceToHost', bytes: 1 << 20, seconds: 1.5 }),
  entry('to-peers', 'memory', { target: 'peers', bytes: 1 << 20, seconds: 0.7 }),
  entry('all-reduce', 'collective', sum),
  entry('random-read', 'nvme', {
    pattern: 'randomRead',
    blockBytes: 4096,
    queueDepth: 8,
    jobs: 1,
    fileBytes: 16_777_216,
    seconds: 1,
  }),
  entry('verify', 'nvme', {
    pattern: 'verify',
    blockBytes: 65_536,
    queueDepth: 8,
    jobs: 1,
    fileBytes: 16_777_216,
    seconds: 1,
  }),
  { ...soaked, id: 'soak-accelerator-record', workload: 'accelerator-health', params: { what: 'record' } },
  {
    ...soaked,
    id: 'soak-gemm-bf16',
    workload: 'matmul',
    params: { ...vendor, dtype: 'bf16', size: shape.bf16, seconds: 900 },
  },
];

/** What two of them show together; of eight rails two are tested by themselves. */
const between = (id: string, workload: string, across: 'pairs' | 'all', params: object) => ({
  ...entry(id, workload, params),
  across,
});
const cards = ['mlx5_0', 'mlx5_7'];
const rings = { ...sum, algorithm: 'ring', span: 'nodes' };
export const entriesBetween: readonly object[] = [
  entry('ports', 'ports', { seconds: 0.1 }, 2),
  between('rdma-write', 'rdma', 'pairs', {
    what: 'bandwidth',
    bytes: 65536,
    queuePairs: 2,
    seconds: 1,
    joinSeconds: 60,
    cards,
  }),
  between('rdma-latency', 'rdma', 'pairs', {
    what: 'latency',
    bytes: 8,
    iterations: 1000,
    joinSeconds: 60,
    cards,
  }),
  between('all-reduce-pairs-ring', 'collective', 'pairs', rings),
  between('all-reduce-all-ring', 'collective', 'all', rings),
];
