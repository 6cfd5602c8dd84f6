import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { StepOutputs } from '../../../../workloads/kit/tool.ts';
import { fio } from '../../../../workloads/nvme/tools/fio.ts';
import { altered, recorded } from './recorded.ts';

const { outputs, params } = recorded('fio-3.33-random-read');
const original = 36755.122439;
const unit = fc.double({ min: 0, max: 0.999999, noNaN: true });

function damage(text: string, at: number, removed: number, inserted: string): string {
  const place = Math.floor(at * text.length);
  return text.slice(0, place) + inserted + text.slice(place + removed);
}

describe('fio.parse', () => {
  test('never throws, whatever the outputs are', () => {
    const output = fc.record({
      stdout: fc.oneof(fc.string(), fc.json()),
      stderr: fc.string(),
      exitCode: fc.option(fc.integer({ min: 0, max: 255 }), { nil: undefined }),
      artifacts: fc.dictionary(fc.constantFrom('run.json', 'layout.json'), fc.oneof(fc.string(), fc.json())),
      durationMs: fc.nat(),
    });
    const step = fc.dictionary(
      fc.constantFrom('version', 'mount', 'drives', 'sysfs', 'layout', 'run'),
      output,
    );
    fc.assert(fc.property(step, (it) => !fio.parse(it, params).ok));
  });

  test('a report that is cut short is never a number', () => {
    const report = outputs['run']?.artifacts['run.json'] ?? '';
    const end = report.trimEnd().length - 1;
    fc.assert(
      fc.property(fc.integer({ min: 0, max: end }), (length) => {
        const cut = altered(outputs, 'run', () => ({ artifacts: { 'run.json': report.slice(0, length) } }));
        expect(fio.parse(cut, params).ok).toBe(false);
      }),
      { numRuns: 300 },
    );
  });

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

  test('damage to what proves the drive never changes the number', () => {
    const ids = ['mount', 'drives', 'sysfs'] as const;
    fc.assert(
      fc.property(
        fc.constantFrom(...ids),
        unit,
        fc.nat({ max: 5 }),
        fc.string({ maxLength: 4 }),
        (id, at, removed, inserted) => {
          const broken: StepOutputs = altered(outputs, id, ({ stdout }) => ({
            stdout: damage(stdout, at, removed, inserted),
          }));
          const parsed = fio.parse(broken, params);
          expect(parsed.ok && parsed.value.readings[0]?.value).toBe(original);
        },
      ),
      { numRuns: 300 },
    );
  });
});
