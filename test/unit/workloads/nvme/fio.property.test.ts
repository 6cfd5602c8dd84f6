import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { fio } from '../../../../workloads/nvme/tools/fio.ts';
import { altered } from '../altered.ts';
import { recorded } from './recorded.ts';

const { outputs, params } = recorded('fio-3.33-random-read');
const original = 36755.122439;
const unit = fc.double({ min: 0, max: 0.999999, noNaN: true });

function damage(text: string, at: number, removed: number, inserted: string): string {
  const place = Math.floor(at * text.length);
  return text.slice(0, place) + inserted + text.slice(place + removed);
}

describe('fio.parse', () => {
  test('a damaged report is an error, an invalid number or (nearly) the same rate', () => {
    fc.assert(
      fc.property(
        unit,
        fc.nat({ max: 3 }),
        fc.oneof(fc.string({ maxLength: 3 }), fc.constantFrom('0', '9', 'e3', '.')),
        (at, removed, inserted) => {
          const broken = altered(outputs, 'run', ({ artifacts }) => ({
            artifacts: { 'run.json': damage(artifacts['run.json'] ?? '', at, removed, inserted) },
          }));
          const parsed = fio.parse(broken, params);
          const rate = parsed.ok ? parsed.value.readings[0] : undefined;
          if (rate === undefined || rate.invalid !== undefined) return;
          // fio's own rate follows from its totals, so that a lost digit contradicts them.
          expect(Math.abs(rate.value / original - 1)).toBeLessThan(0.03);
        },
      ),
      { numRuns: 600 },
    );
  });
});
