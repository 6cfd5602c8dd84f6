import { describe, expect, it } from 'vitest';
import { findSuite } from '../../../../harness/config/built-in.ts';
import { loadRegistry } from '../../../../workloads/registry.ts';

const registry = await loadRegistry();

describe('findSuite', () => {
  it.each([
    [
      'survey',
      [
        'sha256-one-core',
        'sha256-all-cores',
        'sha256-software-path',
        'header-single',
        'header-double',
        'device-headers',
        'matmul-fp32',
        'matmul-fp32-small',
        'matmul-fp16',
        'matmul-bf16',
        'matmul-int8',
        'device-matmul-fp32',
        'device-memory',
        'device-triad',
        'device-host-to-device',
        'device-to-host',
        'nvme-sequential-read',
        'nvme-random-read',
        'nvme-random-write',
        'nvme-verify',
        'drive-health',
      ],
    ],
    [
      'cluster',
      [
        'sha256',
        'matmul-fp32',
        'memory-host',
        'memory-errors',
        'memory-checks',
        'storage-verify',
        'allreduce-pairs',
        'allreduce-all',
        'allreduce-all-bfloat16',
      ],
    ],
  ])('puts %s together from what the workloads give, in their order', async (id, entries) => {
    const suite = await findSuite(id, registry, '.');
    expect(suite.entries.map((entry) => entry.id)).toEqual(entries);
  });

  it('refuses what a workload gives for a suite that is not there', async () => {
    const sha256 = registry.get('sha256')!;
    const odd = new Map([...registry, ['sha256', { ...sha256, suites: ['surwey.yaml'] }]]);
    await expect(findSuite('survey', odd, '.')).rejects.toMatchObject({
      code: 'CONFIG_INVALID',
      message: expect.stringMatching(
        /sha256\/suites\/surwey.yaml: expected the name of a suite, got `surwey`$/,
      ) as string,
      hint: 'Did you mean `survey`?',
    });
  });
});
