import { expect, it } from 'vitest';
import { readTicks } from '../../../../workloads/kit/cpu-ticks.ts';

const own = '7 (a) b) S 1 1 1 0 -1 0 0 0 0 0 5 6 7 8 20 0';

it('reads the ticks of a kernel, whatever the agent calls itself', () => {
  expect(readTicks('cpu  1 2 3 4 5 6 7 8 9 9\ncpu0 1 1 1 1\n', own)).toEqual({ total: 36, busy: 6, own: 26 });
});

// Of a line that a pattern divides in two ways these took minutes.
it.each([
  ['blanks', `cpu ${' '.repeat(1_000_000)}x`, own],
  ['digits', `cpu  ${'1 '.repeat(1_000_000)}x`, `7 (a) ${' 1'.repeat(1_000_000)}`],
  ['nothing', '', own],
  ['no numbers', 'cpu  a b c d', own],
  ['no process', 'cpu  1 2 3 4', '7 a'],
])('reads no ticks, and at once, of %s', { timeout: 60_000 }, (_, stat, process) => {
  const ticks = readTicks(stat, process);
  expect(ticks === undefined || Number.isFinite(ticks.total)).toBe(true);
});
