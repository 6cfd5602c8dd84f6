import { describe, expect, it } from 'vitest';
import any from '../../../../workloads/allreduce/thresholds/any.json' with { type: 'json' };
import { openmpi } from '../../../../workloads/allreduce/tools/openmpi.ts';
import { LimitFile } from '../../../../workloads/kit/limit.ts';
import { recording } from './seats.ts';

describe('allreduce: limits', () => {
  it('are those of their sources', () => {
    const { limits } = LimitFile.parse(any);
    expect(limits.map(({ id, comparator, value, unit }) => [id, comparator, value, unit])).toEqual([
      ['allreduce.wrong-values', 'equal', 0, 'count'],
      ['allreduce.pair-above-gigabit', 'atLeast', 125_000_000, 'B/s'],
    ]);
  });

  it('tell a gigabit link from a faster one, as recorded', () => {
    const limit = LimitFile.parse(any).limits[1];
    const bandwidthOf = (fixture: string): number | undefined => {
      const { outputs, params, seat } = recording(fixture);
      const parsed = openmpi.parse(outputs, params, seat);
      if (!parsed.ok || limit === undefined) return undefined;
      const selecting = Object.entries({ ...limit.where, ...limit.proof });
      return parsed.value.readings.find(
        ({ metric, dimensions }) =>
          metric === 'busBandwidth' && selecting.every(([key, value]) => dimensions[key] === value),
      )?.value;
    };
    expect(bandwidthOf('openmpi-4.1.4-float32-shaped')).toBeLessThan(limit?.value ?? 0);
    expect(bandwidthOf('openmpi-4.1.4-float32')).toBeGreaterThan(limit?.value ?? 0);
    expect(bandwidthOf('openmpi-4.1.4-alone')).toBeUndefined();
  });
});
