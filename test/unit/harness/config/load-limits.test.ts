import { describe, expect, it } from 'vitest';
import { parseLimitFile } from '../../../../harness/config/load-limits.ts';
import type { Limit } from '../../../../workloads/kit/limit.ts';
import { refusal } from '../../../support/constructed/refusal.ts';
import { constructedMetrics, constructLimit } from '../../../support/constructed-run.ts';

const good = constructLimit({
  id: 'nvme.floor',
  metric: 'nvme.randomReadRate',
  value: 1000,
  unit: 'IOPS',
  ceiling: 2000,
});
const file = (...limits: readonly object[]) => ({
  file: 'thresholds/nvme.json',
  text: JSON.stringify({ schema: 'assay/limits', schemaVersion: 1, limits }),
});
const read = (...limits: readonly object[]) => parseLimitFile([file(...limits)], constructedMetrics);

describe('readLimits', () => {
  it('reads the limits of all files', () => {
    const other: Limit = { ...good, id: 'other', where: { bytes: 4096 } };
    expect(parseLimitFile([file(good), file(other)], constructedMetrics).map(({ id }) => id)).toEqual([
      'nvme.floor',
      'other',
    ]);
  });
  it.each([
    [
      'an undeclared metric',
      { ...good, metric: 'nvme.randomReadRat' },
      'limits[0].metric: expected a declared metric, got `nvme.randomReadRat`',
      'Did you mean `nvme.randomReadRate`?',
    ],
    [
      'another unit',
      { ...good, unit: 'B/s' },
      'limits[0].unit: expected `IOPS`, the unit of nvme.randomReadRate, got `B/s`',
      undefined,
    ],
    [
      'a share of siblings in the unit of its metric',
      { ...good, statistic: 'siblings', ceiling: undefined },
      'limits[0].unit: expected `ratio`, the unit of `siblings` of nvme.randomReadRate, got `IOPS`',
      undefined,
    ],
    [
      'siblings that are to be equal by half',
      { ...good, statistic: 'siblings', ceiling: undefined, unit: 'ratio', comparator: 'equal', value: 0.5 },
      'limits[0].value: expected 1 with `equal` of `siblings`, got 0.5',
      undefined,
    ],
    [
      'a floor above its ceiling',
      { ...good, value: 2001 },
      'limits[0].value: expected at most the ceiling 2000, got 2001',
      undefined,
    ],
    [
      'a floor that nothing can miss',
      { ...good, value: 0 },
      'limits[0].value: expected a floor that something could miss, got 0',
      undefined,
    ],
    [
      'a speed that fails when it is faster than expected',
      { ...good, comparator: 'atMost' },
      'limits[0].comparator: expected `atLeast`, more of nvme.randomReadRate is better, got `atMost`',
      'What is faster than expected does not fail: say `ceiling` for what cannot be, or `decides: false`.',
    ],
    [
      'a speed that has to be exactly as expected',
      { ...good, comparator: 'equal' },
      'limits[0].comparator: expected `atLeast`, more of nvme.randomReadRate is better, got `equal`',
      undefined,
    ],
    [
      'a negative value',
      { ...good, value: -1 },
      'limits[0].value: expected a positive value, got -1',
      undefined,
    ],
    [
      'a typo in a key',
      { ...good, vlaue: 1 },
      'limits[0]: expected a known key, got `vlaue`',
      'Did you mean `value`?',
    ],
    [
      'no evidence',
      { ...good, evidence: [] },
      'limits[0].evidence: expected a length ≥ 1, got `[]`',
      undefined,
    ],
  ])('refuses %s', (_, limit, message, hint) => {
    const found = refusal(() => read(limit));
    expect(found.code).toBe('LIMIT_REFUSED');
    expect(found.message).toBe(`thresholds/nvme.json: ${message}`);
    if (hint !== undefined) expect(found.hint).toBe(hint);
  });
  it('refuses an id that another file has', () => {
    expect(
      refusal(() => parseLimitFile([file(good), file({ ...good, where: { bytes: 1 } })], constructedMetrics))
        .message,
    ).toMatch(/expected the id `nvme.floor` once/);
  });
  it('refuses two limits for the same metric, dimensions and hardware', () => {
    expect(refusal(() => read(good, { ...good, id: 'again', value: 900 })).message).toMatch(
      /^thresholds\/nvme.json: limits\[1\]: expected one limit for the same metric/,
    );
  });
  it('takes two models as two kinds of hardware, and one model named twice as one', () => {
    const forModels = (id: string, models: string[]) => ({
      ...good,
      id,
      hardware: { class: 'drive', models },
    });
    expect(read(forModels('a', ['X']), forModels('b', ['Y']))).toHaveLength(2);
    expect(refusal(() => read(forModels('a', ['X', 'Z']), forModels('b', ['z']))).code).toBe('LIMIT_REFUSED');
  });
});
