import { describe, expect, it } from 'vitest';
import type { BuiltIn } from '../../../../harness/config/built-in.ts';
import { loadBuiltIn } from '../../../../harness/config/built-in.ts';
import { candidateLimits } from '../../../../harness/config/candidate-limits.ts';
import type { Limit } from '../../../../workloads/kit/limit.ts';
import { loadRegistry } from '../../../../workloads/registry.ts';

const registry = await loadRegistry();

/** Ids of the limits that each requirement on a metric selects. */
const selectionsOf = ({
  profiles,
  limits,
}: Pick<BuiltIn, 'profiles' | 'limits'>): Readonly<Record<string, readonly string[]>> =>
  Object.fromEntries(
    profiles.flatMap(({ id, requirements }) =>
      requirements.flatMap(({ id: requirement, rule }) =>
        rule.kind === 'metric'
          ? [[`${id}/${requirement}`, candidateLimits(rule, limits).map((limit) => limit.id)] as const]
          : [],
      ),
    ),
  );

describe('shipped limits', () => {
  it('holds every requirement on a metric against these limits, whatever the hardware', async () => {
    const { profiles, limits } = await loadBuiltIn(registry);
    const randomRead = [
      'nvme.oci-random-read.ssdpf2kx038t1s',
      'nvme.oci-random-read.mzwlr3t8hbls',
      'nvme.oci-random-read.mzwlr3t8hcls',
      'nvme.oci-random-read.mzwlj7t6hala',
      'nvme.oci-random-read.7361456-icrpc2dd2ora6.4t',
    ];
    const alone = profiles.filter(({ id }) => id === 'ai-training-singlenode');
    const others = profiles.filter((profile) => !alone.includes(profile));
    // What a machine is asked for alone, it is asked for in a block.
    const ofBlock = Object.entries(selectionsOf({ profiles: others, limits }));
    for (const [place, selected] of Object.entries(selectionsOf({ profiles: alone, limits })))
      expect(ofBlock).toContainEqual([place.replace('singlenode', 'multinode'), selected]);
    expect(Object.fromEntries(ofBlock)).toEqual({
      'ai-training-multinode/nvme-read': randomRead,
      'ai-training-multinode/nvme-health': ['nvme.verify-errors'],
      'ai-training-multinode/new-errors': ['accelerator-health.new-errors'],
      'ai-inference/new-errors': ['accelerator-health.new-errors'],
      'ai-training-multinode/dcgm': ['diagnostics.failures'],
      'ai-training-multinode/memtest': ['memory.pattern-errors'],
      'ai-training-multinode/allreduce-node': [
        'collective.busbw.hgx-a100-8',
        'collective.busbw.hgx-h100-8',
        'collective.busbw.hgx-h200-8',
      ],
      'ai-training-multinode/allreduce-exact': ['collective.wrong-elements'],
      'ai-training-multinode/allreduce-transport': [
        'collective.sockets.hgx-a100-8',
        'collective.sockets.hgx-h100-8',
        'collective.sockets.hgx-h200-8',
      ],
      'ai-inference/tensor-parallel': ['collective.wrong-elements'],
      'ai-training-multinode/hbm': [],
      'ai-training-multinode/h2d': [],
      'ai-training-multinode/d2h': [],
      'ai-training-multinode/p2p': [],
      'ai-inference/memtest': ['memory.pattern-errors'],
      'ai-inference/hbm-served': [],
      'ai-inference/host-link-loaded': [],
      'ai-training-multinode/nvme-smart': ['drive-health.warnings'],
      'ai-training-multinode/drive-media-errors': ['drive-health.new-media-errors'],
      'ai-training-multinode/drive-wear': ['drive-health.wear'],
      'ai-inference/nvme-read': randomRead,
      'ai-inference/nvme-health': ['nvme.verify-errors'],
      'ai-inference/nvme-smart': ['drive-health.warnings'],
      'ai-inference/drive-media-errors': ['drive-health.new-media-errors'],
      'ai-inference/drive-wear': ['drive-health.wear'],
      'ai-inference/model-load': ['nvme.superpod-good-read'],
      'storage/proven-nvme': randomRead,
      'storage/verify': ['nvme.verify-errors'],
      'storage/smart': ['drive-health.warnings'],
      'storage/drive-media-errors': ['drive-health.new-media-errors'],
      'storage/drive-wear': ['drive-health.wear'],
      'storage/steady-write': [],
      'storage/sequential-read': ['nvme.superpod-good-read'],
      'cpu-cluster/sha256-exact': ['sha256.wrong-digests'],
      'cpu-cluster/matmul-exact': ['matmul.wrong-elements'],
      'cpu-cluster/memory-exact': ['memory.wrong-words'],
      'cpu-cluster/memory-errors': ['memory.uncorrected-errors'],
      'cpu-cluster/machine-checks': ['memory.machine-checks'],
      'cpu-cluster/memory-speed': [],
      'cpu-cluster/storage-exact': ['nvme.verify-errors'],
      'cpu-cluster/pair-exact': ['allreduce.wrong-values'],
      'cpu-cluster/pair-speed': ['allreduce.pair-above-gigabit'],
      'cpu-cluster/group-exact': ['allreduce.wrong-values'],
      'survey/sha256-exact': ['sha256.wrong-digests'],
      'survey/matmul-exact': ['matmul.wrong-elements'],
      'survey/memtest': ['memory.pattern-errors'],
      'survey/nvme-exact': ['nvme.verify-errors'],
      'survey/drive-health': ['drive-health.warnings'],
    });
  });

  it.each([
    ['a rate of a new drive', 'nvme.randomReadRate', { blockBytes: 4096, queueDepth: 32 }, 4],
    ['a rate of other reads', 'nvme.randomReadRate', { blockBytes: 512 }, 0],
    ['a speed that a purpose states by itself', 'nvme.sequentialReadThroughput', {}, 0],
    ['a speed between nodes of a new class', 'allreduce.busBandwidth', { nodes: 2 }, 0],
  ])('takes up %s without an edit of a profile', async (_, metric, where, requirements) => {
    const { profiles, limits } = await loadBuiltIn(registry);
    const [like] = limits.filter((limit) => limit.metric === metric && limit.statistic === undefined);
    if (like === undefined) throw new Error(`no limit of ${metric}`);
    const fresh: Limit = { ...like, id: 'new', where, hardware: { class: 'hgx-b200-8', models: ['NEW'] } };
    const selected = Object.values(selectionsOf({ profiles, limits: [...limits, fresh] })).flat();
    expect(selected.filter((id) => id === 'new')).toHaveLength(requirements);
  });
});
