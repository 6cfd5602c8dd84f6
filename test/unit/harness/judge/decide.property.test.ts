import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Decision, DecisionRule } from '../../../../harness/judge/decide.ts';
import { decide } from '../../../../harness/judge/decide.ts';

/** Worse to better; `more` and `stop` are both neither. */
const merit: Record<Decision['decision'], number> = { fail: 0, more: 1, stop: 1, pass: 2 };

const sampling = fc.constantFrom('exact', 'screening', 'typical', 'windows', 'series');
const ordered = fc
  .record({
    comparator: fc.constantFrom('atLeast', 'atMost'),
    value: fc.integer({ min: 0, max: 40 }),
    sampling,
  })
  // What is usual lies on the side that the limit is about.
  .chain((rule) =>
    fc
      .option(fc.record({ middle: fc.integer({ min: 1, max: 40 }), scale: fc.constantFrom(0.003, 0.05) }))
      .map((known) => ({
        ...rule,
        ...(known === null
          ? {}
          : { usual: { ...known, nights: 9, better: rule.comparator === 'atLeast' ? 'higher' : 'lower' } }),
      })),
  );
const anyRule = fc.oneof(
  ordered,
  fc.record({
    comparator: fc.constant('equal'),
    value: fc.integer({ min: 0, max: 40 }),
    sampling: fc.constant('exact'),
  }),
) as fc.Arbitrary<DecisionRule>;
const values = fc.array(fc.integer({ min: 0, max: 40 }), { maxLength: 15 });

describe('decide', () => {
  it('never decides anything without a value', () => {
    fc.assert(
      fc.property(anyRule, (rule) => {
        expect(decide([], rule).decision).toBe('more');
      }),
    );
  });

  it('does not depend on the order of the values', () => {
    fc.assert(
      fc.property(
        values.chain((list) =>
          fc.tuple(fc.constant(list), fc.shuffledSubarray(list, { minLength: list.length })),
        ),
        anyRule,
        ([list, shuffled], rule) => {
          expect(decide(shuffled, rule).decision).toBe(decide(list, rule).decision);
        },
      ),
    );
  });

  it('never gets worse when one value gets better, and never better when one gets worse', () => {
    fc.assert(
      fc.property(
        values.filter((list) => list.length > 0),
        fc.nat(),
        fc.integer({ min: 1, max: 60 }),
        ordered,
        (list, at, by, rule) => {
          const index = at % list.length;
          const better = list.map((value, each) =>
            each === index ? value + (rule.comparator === 'atLeast' ? by : -by) : value,
          );
          const typed = rule as DecisionRule;
          // What is held against what is usual is a ratio, so it is positive: other readings are refused before.
          fc.pre(typed.usual === undefined || [...list, ...better].every((value) => value > 0));
          expect(merit[decide(better, typed).decision]).toBeGreaterThanOrEqual(
            merit[decide(list, typed).decision],
          );
        },
      ),
      { numRuns: 2000 },
    );
  });

  it('treats a ceiling as the mirror of a floor', () => {
    // Screening mirrors by reciprocals; powers of two keep them exact. 0.9 of a power of two is no power of two.
    const power = fc.integer({ min: -6, max: 6 }).map((exponent) => 2 ** exponent);
    const odd = fc.constantFrom(1, 3, 5, 9, 11);
    const list = odd.chain((length) => fc.array(power, { minLength: length, maxLength: length }));
    fc.assert(
      fc.property(list, power, sampling, (measured, limit, how) => {
        const floor = decide(measured, { comparator: 'atLeast', value: limit, sampling: how });
        const mirror = decide(
          measured.map((value) => 1 / value),
          { comparator: 'atMost', value: 1 / limit, sampling: how },
        );
        expect(mirror.decision).toBe(floor.decision);
      }),
    );
  });

  it('turns pass into fail when every run turns from hit to miss (typical, all counts to 15)', () => {
    for (let n = 1; n <= 15; n += 1) {
      for (let hits = 0; hits <= n; hits += 1) {
        const measured = Array.from({ length: n }, (_, index) => (index < hits ? 1 : -1));
        const mirrored = measured.map((value) => -value);
        const rule = { comparator: 'atLeast', value: 0, sampling: 'typical' } as const;
        expect(merit[decide(mirrored, rule).decision]).toBe(2 - merit[decide(measured, rule).decision]);
      }
    }
  });

  it('never turns a measured miss into a pass by more runs beyond the last look', () => {
    fc.assert(
      fc.property(fc.integer({ min: 3, max: 12 }), fc.integer({ min: 9, max: 60 }), (misses, hits) => {
        const measured = [...Array<number>(misses).fill(0), ...Array<number>(hits).fill(1)];
        expect(decide(measured, { comparator: 'atLeast', value: 1, sampling: 'typical' }).decision).not.toBe(
          'pass',
        );
      }),
    );
  });
});
