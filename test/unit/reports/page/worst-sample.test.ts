import { describe, expect, it } from 'vitest';
import { formatMargin, worstSample } from '../../../../reports/page/worst-sample.ts';
import { formatLimit } from '../../../../reports/verdict/words/format-limit.ts';
import { exampleCell } from '../../../support/example-verdict.ts';

describe('a limit and the sample nearest to it', () => {
  const base = {
    subject: 'n',
    requirement: 'r',
    title: 't',
    dimension: 'D1',
    verdict: 'pass',
    reason: 'x',
  } as const;
  const observed = {
    kind: 'samples',
    unit: 'B/s',
    n: 3,
    median: 4.78e11,
    min: 4.71e11,
    max: 4.81e11,
    steps: [],
  } as const;
  const limit = { id: 'l', source: 's', expected: { value: 4.6e11, unit: 'B/s' } } as const;
  const floor = exampleCell({
    ...base,
    limit: { ...limit, comparator: 'atLeast' },
    observed: { ...observed, steps: [] },
  });
  const ceiling = exampleCell({
    ...base,
    limit: { ...limit, comparator: 'atMost' },
    observed: { ...observed, steps: [] },
  });

  it('is the lowest beside a floor and the highest beside a ceiling', () => {
    expect(formatLimit(floor)).toBe('≥ 460 GB/s');
    expect(worstSample(floor)).toMatchObject({ value: 4.71e11, end: 'lowest' });
    expect(worstSample(ceiling)).toMatchObject({ value: 4.81e11, end: 'highest' });
    expect(formatMargin(worstSample(floor)?.margin)).toBe('+2.4 %');
    expect(formatMargin(worstSample(ceiling)?.margin)).toBe('−4.6 %');
  });

  it('has no margin beside another unit or a limit of 0', () => {
    expect(
      worstSample(
        exampleCell({
          ...base,
          limit: { ...limit, comparator: 'atLeast', expected: { value: 4.6e11, unit: 'bit/s' } },
          observed: { ...observed, steps: [] },
        }),
      ),
    ).toBeUndefined();
    expect(
      formatMargin(
        worstSample(
          exampleCell({
            ...base,
            limit: { ...limit, comparator: 'atMost', expected: { value: 0, unit: 'B/s' } },
            observed: { ...observed, steps: [] },
          }),
        )?.margin,
      ),
    ).toBe('–');
  });

  it.each([
    [-0.0004, '−0.04 %'],
    [0, '+0 %'],
    [0.0551, '+5.5 %'],
    [5.851, '+585.1 %'],
  ])('writes the margin %d as %s', (margin, text) => {
    expect(formatMargin(margin)).toBe(text);
  });
});
