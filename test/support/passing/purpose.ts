import { parse, stringify } from 'yaml';

/** What a requirement asks of played nodes in place of what the shipped one asks: smaller, shorter, and by limits of their class. */
type Changes = Readonly<Record<string, object>>;

const gpu = { 'device.kind': 'gpu' };
const once = { sampling: 'screening', sessions: ['start'] };
const metric = (name: string, where: object) => ({ rule: { kind: 'metric', metric: name, where } });

/** Shapes that a processor computes in no time, one product for each way of asking. */
export const shape = { bf16: 64, fp8: 64 } as const;

const changes: Changes = {
  'host-ram': { rule: { kind: 'fact', path: 'memory.totalBytes', atLeast: 1 } },
  'memory-size': { rule: { kind: 'fact', path: 'memoryBytes', atLeast: 1 } },
  'limits-memlock': { rule: { kind: 'fact', path: 'limits.memlockBytes', atLeast: 1 } },
  'limits-shared-memory': { rule: { kind: 'fact', path: 'limits.sharedMemoryFreeBytes', atLeast: 1 } },
  'gemm-bf16': { ...metric('matmul.throughput', { ...gpu, dtype: 'bf16', size: shape.bf16 }), ...once },
  'gemm-fp8': { ...metric('matmul.throughput', { ...gpu, dtype: 'fp8', size: shape.fp8 }), ...once },
  'gemm-straggler': {
    rule: { kind: 'siblings', metric: 'matmul.throughput', where: { thermal: 'cold' } },
    ...once,
  },
  'power-draw': metric('matmul.powerDraw', { ...gpu, size: shape.bf16, measuredBy: 'energy counter' }),
  hbm: { ...metric('memory.triad', { ...gpu, thermal: 'cold' }), ...once },
  h2d: { ...metric('memory.hostToDevice', { ...gpu, concurrency: 'together' }), ...once },
  d2h: { ...metric('memory.deviceToHost', { ...gpu, concurrency: 'together' }), ...once },
  p2p: { ...metric('memory.peerCopy', { ...gpu, concurrency: 'together' }), ...once },
  'allreduce-node': { ...metric('collective.busbw', { nodes: 1, bytes: 16384 }), ...once },
  'nvme-read': metric('nvme.randomReadRate', { blockBytes: 4096, queueDepth: 8 }),
  // A virtual machine's disk tells nobody of its health: that it is there has to do.
  ...Object.fromEntries(
    ['nvme-smart', 'drive-media-errors', 'drive-wear'].map((id) => [
      id,
      { rule: { kind: 'fact', path: 'sizeBytes', atLeast: 1 } },
    ]),
  ),
  boots: { rule: { kind: 'boots', atLeast: 1 } },
  // Sums that processors play are a thousandth as fast as the wire.
  'allreduce-pair': metric('collective.railEfficiency', { nodes: 2, algorithm: 'ring', bytes: 16384 }),
  'allreduce-rails-used': metric('collective.railsUsed', {}),
  'allreduce-group': metric('collective.busbw', { nodes: 2, algorithm: 'ring', bytes: 16384 }),
};

interface Written {
  readonly requirements: readonly (string | { readonly like?: string; readonly id?: string })[];
}
const idOf = (entry: Written['requirements'][number]): string =>
  typeof entry === 'string' ? entry : (entry.id ?? entry.like ?? '');

/** The ids of the requirements of a profile, in its order. */
export const requirementIds = (profile: string): readonly string[] =>
  (parse(profile) as Written).requirements.map(idOf);

/** The shipped purpose with the same requirements, each `like` its own, for nodes that are played. */
export function playedPurpose(
  shipped: string,
  { id, rank }: { readonly id: string; readonly rank: number },
): string {
  const profile = parse(shipped) as Written;
  return stringify({
    ...profile,
    id,
    rank,
    title: 'Training, of nodes that are played',
    requirements: profile.requirements.map((entry) => {
      const change = changes[idOf(entry)];
      if (change === undefined) return entry;
      return typeof entry === 'string' ? { like: entry, ...change } : { ...entry, ...change };
    }),
  });
}
