import { describe, expect, it } from 'vitest';
import { LimitFile } from '../../../../workloads/kit/limit.ts';
import any from '../../../../workloads/sha256/thresholds/any.json' with { type: 'json' };
import { Sha256Params } from '../../../../workloads/sha256/workload.ts';

const bulk = { mode: 'bulk', blockBytes: 16384, cores: 'one', seconds: 2 } as const;
const header = { mode: 'header', algorithm: 'single', cores: 'one', seconds: 2 } as const;

describe('sha256: parameters and limits', () => {
  it.each([
    { ...bulk, blockBytes: 1024 },
    { ...bulk, seconds: 1.5 },
    { ...bulk, seconds: 0 },
    { ...bulk, algorithm: 'single' },
    { ...header, cores: 2 },
    { mode: 'other' },
  ])('refuses %j', (params) => {
    expect(Sha256Params.safeParse(params).success).toBe(false);
  });

  it('limits only metrics that it has, in their units', () => {
    expect(
      LimitFile.parse(any).limits.map(({ id, metric, unit, value }) => ({ id, metric, unit, value })),
    ).toEqual([{ id: 'sha256.wrong-digests', metric: 'sha256.wrongDigests', unit: 'count', value: 0 }]);
  });
});
