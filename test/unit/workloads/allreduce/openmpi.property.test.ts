import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { allreduce } from '../../../../workloads/allreduce/spec.ts';
import any from '../../../../workloads/allreduce/thresholds/any.json' with { type: 'json' };
import { openmpi } from '../../../../workloads/allreduce/tools/openmpi.ts';
import { LimitFile } from '../../../../workloads/kit/limit.ts';
import type { Seat } from '../../../../workloads/kit/seat.ts';
import type { StepOutputs } from '../../../../workloads/kit/tool.ts';
import { damaged, recorded } from '../sha256/recorded.ts';
import { recording, seatOf } from './seats.ts';

const name = 'openmpi-4.1.4-float32-three';
const made = recording(name);

/** Whatever the parser accepts has every size, and values of the metric's domain. */
function expectSound(outputs: StepOutputs, seat?: Seat): void {
  const parsed = openmpi.parse(outputs, made.params, seat);
  if (!parsed.ok) {
    expect(parsed.error).not.toBe('');
    return;
  }
  expect(parsed.value.readings).toHaveLength(12);
  for (const { metric, value } of parsed.value.readings) {
    expect(Number.isFinite(value)).toBe(true);
    if (allreduce.metrics[metric].domain === 'count')
      expect(Number.isInteger(value) && value >= 0).toBe(true);
    else expect(value).toBeGreaterThan(0);
  }
}

describe('openmpi: parse', () => {
  it('never throws on any text', () => {
    const output = fc.record({
      stdout: fc.oneof(
        fc.string({ unit: 'binary' }),
        fc.array(fc.json()).map((lines) => lines.map((line) => `${line}\n`).join('')),
      ),
      stderr: fc.string(),
      exitCode: fc.constantFrom(0, 0, 1, undefined),
      artifacts: fc.constant({}),
      durationMs: fc.constant(1),
    });
    const good = recorded('allreduce', name);
    fc.assert(
      fc.property(
        output,
        fc.constantFrom('version', 'build', 'run'),
        fc.integer({ min: 1, max: 4 }),
        (each, id, count) => {
          expectSound({ [id]: each }, seatOf(count));
          expectSound({ ...good, [id]: each }, seatOf(count));
          expectSound({ ...good, [id]: each });
        },
      ),
    );
  });

  it('accepts no damaged output with a size less or an impossible value', () => {
    fc.assert(
      fc.property(damaged([recorded('allreduce', name)]), (outputs) => {
        expectSound(outputs, made.seat);
      }),
      { numRuns: 500 },
    );
  });
});

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
      const { params, seat } = recording(fixture);
      const parsed = openmpi.parse(recorded('allreduce', fixture), params, seat);
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
