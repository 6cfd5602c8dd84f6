import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { LimitFile } from '../../../../workloads/kit/limit.ts';
import type { StepOutputs } from '../../../../workloads/kit/tool.ts';
import { Sha256Params, sha256 } from '../../../../workloads/sha256/spec.ts';
import any from '../../../../workloads/sha256/thresholds/any.json' with { type: 'json' };
import { embedded } from '../../../../workloads/sha256/tools/embedded.ts';
import { headerHash } from '../../../../workloads/sha256/tools/header-hash.ts';
import { openssl } from '../../../../workloads/sha256/tools/openssl.ts';
import { damaged, recorded } from './recorded.ts';

const bulk = { mode: 'bulk', blockBytes: 16384, cores: 'one', seconds: 2 } as const;
const header = { mode: 'header', algorithm: 'single', cores: 'one', seconds: 2 } as const;
const cases = [
  { tool: openssl, params: bulk, fixture: 'openssl-3.0.19', ids: ['version', 'digest', 'speed'] },
  { tool: headerHash, params: header, fixture: 'header-hash-gcc12.2.0-single', ids: ['build', 'run'] },
  { tool: embedded, params: { ...bulk, cores: 'all' }, fixture: 'embedded-node24.21.0', ids: ['run'] },
] as const;

/** Whatever a parser accepts has values of the metric's domain. */
function expectSound(tool: (typeof cases)[number]['tool'], outputs: StepOutputs, params: Sha256Params): void {
  const parsed = tool.parse(outputs, params);
  if (!parsed.ok) {
    expect(parsed.error).not.toBe('');
    return;
  }
  for (const { metric, value } of parsed.value.readings) {
    expect(Number.isFinite(value)).toBe(true);
    if (sha256.metrics[metric].domain === 'count') expect(Number.isInteger(value) && value >= 0).toBe(true);
    else expect(value).toBeGreaterThan(0);
  }
}

describe.each(cases)('$tool.id: parse', ({ tool, params, fixture, ids }) => {
  it('never throws on any text', () => {
    const output = fc.record({
      stdout: fc.string({ unit: 'binary' }),
      stderr: fc.string(),
      exitCode: fc.constantFrom(0, 0, 1, undefined),
    });
    fc.assert(
      fc.property(fc.array(output, { minLength: 3, maxLength: 3 }), (texts) => {
        const outputs = Object.fromEntries(
          ids.map((id, index) => [id, { ...texts[index]!, artifacts: {}, durationMs: 1 }]),
        );
        expectSound(tool, outputs, params);
      }),
    );
  });

  it('accepts no damaged output with an impossible value', () => {
    fc.assert(
      fc.property(damaged([recorded('sha256', fixture)]), (outputs) => {
        expectSound(tool, outputs, params);
      }),
      { numRuns: 500 },
    );
  });
});

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
