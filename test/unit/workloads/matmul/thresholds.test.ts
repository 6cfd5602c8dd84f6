import { describe, expect, it } from 'vitest';
import { LimitFile } from '../../../../workloads/kit/limit.ts';
import any from '../../../../workloads/matmul/thresholds/any.json' with { type: 'json' };
import h100 from '../../../../workloads/matmul/thresholds/h100-sxm5.json' with { type: 'json' };
import { MatmulParams } from '../../../../workloads/matmul/workload.ts';

const fp32 = { dtype: 'fp32', size: 1024, cores: 'one', seconds: 1 } as const;

describe('matmul: parameters and limits', () => {
  it.each([
    { ...fp32, dtype: 'fp8' },
    { ...fp32, size: 63 },
    { ...fp32, size: 100.5 },
    { ...fp32, seconds: 0 },
    { ...fp32, cores: 4 },
    { ...fp32, extra: 1 },
  ])('refuses %j', (params) => {
    expect(MatmulParams.safeParse(params).success).toBe(false);
  });

  it('limits only metrics that it has, in their units or as a share, below the ceiling', () => {
    const limits = [any, h100].flatMap((file) => LimitFile.parse(file).limits);
    expect(limits.map(({ id, unit, value, ceiling }) => ({ id, unit, value, ceiling }))).toEqual([
      { id: 'matmul.wrong-elements', unit: 'count', value: 0, ceiling: undefined },
      { id: 'matmul.result-digest-same', unit: 'count', value: 0, ceiling: undefined },
      { id: 'matmul.throughput-kept', unit: 'ratio', value: 0.98, ceiling: undefined },
      { id: 'matmul.integer-throughput-kept', unit: 'ratio', value: 0.98, ceiling: undefined },
      { id: 'matmul.vector-throughput-kept', unit: 'ratio', value: 0.98, ceiling: undefined },
      { id: 'matmul.wrong-matrix-elements-bf16', unit: 'count', value: 0, ceiling: undefined },
      { id: 'matmul.wrong-matrix-elements-fp8', unit: 'count', value: 0, ceiling: undefined },
      { id: 'matmul.repeat-differences', unit: 'count', value: 0, ceiling: undefined },
      { id: 'matmul.result-digest-siblings', unit: 'ratio', value: 1, ceiling: undefined },
      { id: 'matmul.throughput-siblings', unit: 'ratio', value: 0.9, ceiling: undefined },
      { id: 'matmul.throughput-spread', unit: 'ratio', value: 0.95, ceiling: undefined },
      { id: 'matmul.h100-sxm5-fp8-16384', unit: 'FLOP/s', value: 1.308e15, ceiling: 1.979e15 },
    ]);
  });
});
