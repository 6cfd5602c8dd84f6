import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { compareSessions } from '../../../../harness/compare/compare-sessions.ts';
import { createNoise } from '../../../support/seeded-noise.ts';

const higher = { better: 'higher', margin: 0.05 } as const;

describe('compareSessions', () => {
  it('proves neither from one session a side, and says so', () => {
    expect(compareSessions([100], [50], higher)).toEqual({
      outcome: 'undecided',
      reason: { say: 'few-sessions', before: 1, after: 1, needed: 3 },
    });
    expect(compareSessions([100, 101, 99], [100, 100], higher).outcome).toBe('undecided');
  });
  it('takes the degrees of freedom of the side with fewer sessions', () => {
    // Both sides 9, 10, 11: s²/n = 1/3, t(0.95, 2) = 2.919986, t²/3 = 2.842105: 100 (1 − ρ)² = 2.842105 (1 + ρ²).
    const { ratio } = compareSessions([9, 10, 11], [9, 10, 11], higher);
    expect(ratio?.lower).toBeCloseTo(0.785612, 5);
    expect(ratio?.upper).toBeCloseTo(1.272893, 5);
  });
  it('is not inferior, inferior or undecided by where the interval lies', () => {
    expect(compareSessions([100, 101, 99], [100, 101, 99], higher).outcome).toBe('non-inferior');
    expect(compareSessions([100, 101, 99], [80, 81, 79], higher).outcome).toBe('inferior');
    expect(compareSessions([100, 101, 99], [95, 96, 94], higher).outcome).toBe('undecided');
    expect(compareSessions([100, 101, 99], [95, 96, 94], { ...higher, margin: 0.2 }).outcome).toBe(
      'non-inferior',
    );
  });
  it('turns the ratio over where less is better', () => {
    const lower = { better: 'lower', margin: 0.05 } as const;
    const worse = compareSessions([1, 1.01, 0.99], [1.25, 1.26, 1.24], lower);
    expect(worse.outcome).toBe('inferior');
    expect(worse.ratio?.value).toBeCloseTo(0.8, 9);
    expect(compareSessions([1.25, 1.26, 1.24], [1, 1.01, 0.99], lower).outcome).toBe('non-inferior');
  });
  it('takes a stated spread where sessions are too few', () => {
    const stated = { spread: 0.01, sessions: 21 };
    // t(0.95, 20) = 1.724718; 1.724718 × 0.01 × √2 = 0.024391.
    const { ratio, outcome } = compareSessions([100], [80], { ...higher, stated });
    expect(outcome).toBe('inferior');
    expect(ratio?.by).toBe('stated');
    expect(ratio?.lower).toBeCloseTo(0.8 * Math.exp(-0.024391), 5);
  });
  it('has no ratio of what is not above zero, and none of what is lost in its spread', () => {
    expect(compareSessions([100, 0, 99], [100, 101, 99], higher).reason).toEqual({
      say: 'not-positive',
      side: 'before',
    });
    expect(compareSessions([1, 1000, 1], [1, 1, 1], higher).reason).toEqual({ say: 'unbounded' });
    expect(compareSessions([], [1, 1, 1], higher).outcome).toBe('undecided');
  });
  it('never shows a thing to be inferior to itself, and mirrors', () => {
    const side = fc.array(fc.double({ min: 90, max: 110, noNaN: true }), { minLength: 3, maxLength: 6 });
    fc.assert(
      fc.property(side, side, (a, b) => {
        expect(compareSessions(a, a, higher).outcome).not.toBe('inferior');
        const there = compareSessions(a, b, higher).ratio;
        const back = compareSessions(b, a, higher).ratio;
        expect(back?.lower).toBeCloseTo(1 / (there?.upper ?? Number.NaN), 9);
      }),
      { numRuns: 50 },
    );
  });
  it('calls a machine at the margin non-inferior in no more than 5 of 100 cases, sessions as unlike as runs', () => {
    // The full count, with other noises, is `node bench/compare.ts rates`.
    const noise = createNoise(15);
    const session = () => 100 * (1 + 0.007 * noise.normal()) * (1 + 0.004 * noise.normal());
    const side = () => [session(), session(), session()];
    let wrong = 0;
    for (let trial = 0; trial < 1000; trial += 1)
      if (
        compareSessions(
          side(),
          side().map((value) => value * 0.95),
          higher,
        ).outcome === 'non-inferior'
      )
        wrong += 1;
    expect(wrong).toBeLessThanOrEqual(50);
  });
});
