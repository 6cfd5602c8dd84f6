import { describe, expect, it } from 'vitest';
import { run } from '../../../../workloads/sha256/kernel.ts';
import { embedded } from '../../../../workloads/sha256/tools/embedded.ts';
import { fillFacts, loadCase } from '../../../support/case.ts';
import { withText } from '../altered.ts';

const bulk = { mode: 'bulk', blockBytes: 16384, cores: 'all', seconds: 2 } as const;
const good = loadCase('sha256', 'embedded-node24.21.0').outputs;

describe('embedded sha256', () => {
  it('offers no procedure that it does not share with a native tool', () => {
    const facts = fillFacts({ 'limits.allowedCpus': 2 });
    expect(embedded.needs(bulk, facts).ok).toBe(true);
    expect(embedded.needs({ ...bulk, blockBytes: 80 }, facts).ok).toBe(false);
    expect(embedded.needs({ mode: 'header', algorithm: 'single', cores: 'one', seconds: 1 }, facts).ok).toBe(
      false,
    );
  });

  it.each([
    ['a worker is missing', withText(good, ['run'], '"threads":2', '"threads":3')],
    ['a worker hashed nothing', withText(good, ['run'], '"bytes":2688548864', '"bytes":0')],
    ['a worker stopped early', withText(good, ['run'], '2000.1616869999998', '1200.5')],
    ['a worker ran longer than the pool', withText(good, ['run'], '2000.1616869999998', '9000.5')],
    ['nothing checked', withText(good, ['run'], '"checked":2', '"checked":0')],
    ['another kernel', withText(good, ['run'], '"kernel":"sha256"', '"kernel":"matmul"')],
  ])('refuses: %s', (_, outputs) => {
    expect(embedded.parse(outputs, bulk).ok).toBe(false);
  });

  it('refuses two threads where one core was asked for', () => {
    expect(embedded.parse(good, { ...bulk, cores: 'one' }).ok).toBe(false);
  });

  it('hashes for the whole window and finds nothing wrong', () => {
    const result = run({ threads: 1, blockBytes: 16384, seconds: 0.05 });
    expect(result).toMatchObject({ checked: 2, wrong: 0 });
    expect(result['elapsedMs']).toBeGreaterThanOrEqual(50);
    expect(result['bytes']).toBeGreaterThan(16384);
  });
});
