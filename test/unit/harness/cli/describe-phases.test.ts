import { expect, it } from 'vitest';
import { describePhases } from '../../../../harness/cli/describe-phases.ts';
import { planSoak, soakSuite } from '../../../support/constructed/soak-plan.ts';

const lines = describePhases(planSoak(['n1', 'n2'], 12 * 3600), 2, soakSuite(12 * 3600));

/** The last duration of a line, in minutes. */
function minutesOf(line: string): number {
  const [, hours = '0', minutes = '0', seconds = '0'] =
    /at most (?:(\d+) h )?(?:(\d+) min ?)?(?:([\d.]+) s)?/.exec(line) ?? [];
  return Number(hours) * 60 + Number(minutes) + Number(seconds) / 60;
}

it('names a soak and the session behind it in a line each', () => {
  expect(lines.filter((line) => /^\d+\. soak:/.test(line))).toEqual([
    expect.stringMatching(/: 12 windows of 1 h 0 min with .*soak-matmul.* at once, at most 13 h 0 min$/),
  ]);
  expect(lines.filter((line) => line.includes('session after-soak'))).toEqual([
    expect.stringMatching(
      /^\d+\. session after-soak, the first once more: \d+ steps on nodes alone, \d+ rounds/,
    ),
  ]);
});

it('takes as long in all as its parts', () => {
  const parts = lines.slice(0, -1).map(minutesOf);
  expect(parts.length).toBeGreaterThan(3);
  const whole = minutesOf(lines.at(-1) ?? '');
  expect(Math.abs(parts.reduce((sum, each) => sum + each, 0) - whole)).toBeLessThan(2);
});
