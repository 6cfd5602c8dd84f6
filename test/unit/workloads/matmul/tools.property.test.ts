import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { LimitFile } from '../../../../workloads/kit/limit.ts';
import type { StepOutputs } from '../../../../workloads/kit/tool.ts';
import { MatmulParams, matmul } from '../../../../workloads/matmul/spec.ts';
import any from '../../../../workloads/matmul/thresholds/any.json' with { type: 'json' };
import h100 from '../../../../workloads/matmul/thresholds/h100-sxm5.json' with { type: 'json' };
import { embedded } from '../../../../workloads/matmul/tools/embedded.ts';
import { onednn } from '../../../../workloads/matmul/tools/onednn.ts';
import { openblas } from '../../../../workloads/matmul/tools/openblas.ts';
import { own } from '../../../../workloads/matmul/tools/own.ts';
import { damaged, recorded } from '../sha256/recorded.ts';

const fp32 = { dtype: 'fp32', size: 1024, cores: 'one', seconds: 1 } as const;
const cases = [
  { tool: openblas, params: fp32, fixture: 'openblas-0.3.21-fp32', ids: ['build', 'run'] },
  { tool: onednn, params: { ...fp32, dtype: 'bf16' }, fixture: 'onednn-2.6.3-bf16', ids: ['build', 'run'] },
  { tool: own, params: fp32, fixture: 'own-gcc12.2.0-fp32', ids: ['build', 'run'] },
  {
    tool: embedded,
    params: { ...fp32, size: 512, cores: 'all' },
    fixture: 'embedded-node24.21.0',
    ids: ['run'],
  },
] as const;

/** Whatever a parser accepts has values of the metric's domain. */
function expectSound(tool: (typeof cases)[number]['tool'], outputs: StepOutputs, params: MatmulParams): void {
  const parsed = tool.parse(outputs, params);
  if (!parsed.ok) {
    expect(parsed.error).not.toBe('');
    return;
  }
  for (const { metric, value } of parsed.value.readings) {
    expect(Number.isFinite(value)).toBe(true);
    if (matmul.metrics[metric].domain === 'count') expect(Number.isInteger(value) && value >= 0).toBe(true);
    else expect(value).toBeGreaterThan(0);
  }
}

describe.each(cases)('$tool.id: parse', ({ tool, params, fixture, ids }) => {
  it('never throws on any text', () => {
    const output = fc.record({
      stdout: fc.oneof(fc.string({ unit: 'binary' }), fc.json()),
      stderr: fc.string(),
      exitCode: fc.constantFrom(0, 0, 1, undefined),
    });
    fc.assert(
      fc.property(fc.array(output, { minLength: 2, maxLength: 2 }), (texts) => {
        const step = ids.map((id, index) => [id, { ...texts[index]!, artifacts: {}, durationMs: 1 }]);
        expectSound(tool, Object.fromEntries(step) as StepOutputs, params);
      }),
    );
  });

  it('accepts no damaged output with an impossible value', () => {
    fc.assert(
      fc.property(damaged([recorded('matmul', fixture)]), (outputs) => {
        expectSound(tool, outputs, params);
      }),
      { numRuns: 500 },
    );
  });
});

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

  it('limits only metrics that it has, in their units, below the ceiling', () => {
    const limits = [any, h100].flatMap((file) => LimitFile.parse(file).limits);
    expect(limits.map(({ id, unit, value, ceiling }) => ({ id, unit, value, ceiling }))).toEqual([
      { id: 'matmul.wrong-elements', unit: 'count', value: 0, ceiling: undefined },
      { id: 'matmul.h100-sxm5-fp8-16384', unit: 'FLOP/s', value: 1.308e15, ceiling: 1.979e15 },
    ]);
  });
});
