import { describe, expect, it } from 'vitest';
import { headerHash } from '../../../../workloads/sha256/tools/header-hash.ts';
import type { Sha256Params } from '../../../../workloads/sha256/workload.ts';
import { fillFacts, loadCase } from '../../../support/case.ts';
import { withText } from '../altered.ts';

const header = (algorithm: 'single' | 'double', cores: 'one' | 'all') =>
  ({ mode: 'header', algorithm, cores, seconds: 2 }) as const satisfies Sha256Params;
const good = loadCase('sha256', 'header-hash-gcc12.2.0-single').outputs;
const single = header('single', 'one');

describe('header-hash: needs', () => {
  it('does not serve bulk hashing', () => {
    expect(
      headerHash.needs(
        { mode: 'bulk', blockBytes: 80, cores: 'one', seconds: 1 },
        fillFacts({ 'cpu.logicalCpus': 2 }),
      ).ok,
    ).toBe(false);
    expect(headerHash.needs(single, fillFacts({})).ok).toBe(true);
  });
});

describe('header-hash: parse', () => {
  it.each([
    ['a window that is too short', withText(good, ['run'], '2.000003', '1.900000')],
    ['no hashes', withText(good, ['run'], '42831872', '0')],
    ['negative hashes', withText(good, ['run'], '42831872', '-5')],
    ['nothing checked', withText(good, ['run'], '"checked":4', '"checked":0')],
    ['more wrong than checked', withText(good, ['run'], '"wrong":0', '"wrong":9')],
    ['two threads instead of one', withText(good, ['run'], '"threads":1', '"threads":2')],
    ['another algorithm', withText(good, ['run'], '"single"', '"double"')],
    [
      'another number of compressions',
      withText(good, ['run'], '"compressionsPerHash":1', '"compressionsPerHash":2'),
    ],
    ['an unknown key', withText(good, ['run'], '"wrong":0', '"wrong":0,"extra":1')],
  ])('refuses: %s', (_, outputs) => {
    expect(headerHash.parse(outputs, single).ok).toBe(false);
  });
});
