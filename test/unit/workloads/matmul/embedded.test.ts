import { describe, expect, it } from 'vitest';
import { run } from '../../../../workloads/matmul/kernel.ts';
import { embedded } from '../../../../workloads/matmul/tools/embedded.ts';
import { fillFacts, loadCase } from '../../../support/case.ts';
import { withText } from '../altered.ts';

const params = { dtype: 'fp32', size: 512, cores: 'all', seconds: 1 } as const;
const good = loadCase('matmul', 'embedded-node24.21.0').outputs;

describe('embedded matmul', () => {
  it('serves FP32 of sizes that JavaScript can multiply', () => {
    const facts = fillFacts({ 'limits.allowedCpus': 2 });
    expect(embedded.needs(params, facts).ok).toBe(true);
    expect(embedded.needs({ ...params, dtype: 'fp16' }, facts).ok).toBe(false);
    expect(embedded.needs({ ...params, size: 2048 }, facts).ok).toBe(false);
    expect(embedded.needs({ ...params, size: 510 }, facts).ok).toBe(false);
  });

  it.each([
    ['a worker is missing', withText(good, ['run'], '"threads":2', '"threads":3')],
    ['another size', withText(good, ['run'], '"size":512', '"size":256')],
    ['a worker stopped early', withText(good, ['run'], '1018.5024470000001', '500.5')],
    ['a worker ran longer than the pool', withText(good, ['run'], '1018.5024470000001', '9000.5')],
    ['nothing checked', withText(good, ['run'], '"checked":8192', '"checked":0')],
  ])('refuses: %s', (_, outputs) => {
    expect(embedded.parse(outputs, params).ok).toBe(false);
  });

  it('refuses two threads where one core was asked for', () => {
    expect(embedded.parse(good, { ...params, cores: 'one' }).ok).toBe(false);
  });

  it.each([64, 132])('multiplies matrices of %i right', (size) => {
    expect(run({ threads: 1, size, seconds: 0.02, seed: 1 })).toMatchObject({
      size,
      checked: 16 * size,
      wrong: 0,
    });
  });
});
