import { expect, it } from 'vitest';
import { shareOfOthers } from '../../../../harness/store/other-work.ts';
import type { StepOutputs } from '../../../../workloads/kit/tool.ts';

/** Ticks of all CPUs (user, idle, waiting, stolen), and of the agent with its children. */
type Look = readonly [user: number, idle: number, waiting: number, stolen: number, own: number];

const texts = ([user, idle, waiting, stolen, own]: Look) => ({
  '/proc/stat': `cpu  ${user} 0 0 ${idle} ${waiting} 0 0 ${stolen} 0 0\n`,
  '/proc/self/stat': `17 (node) x) S 1 17 17 0 -1 0 0 0 0 0 ${own} 0 0 0 20 0 11 0 55 0\n`,
});
const outputs = (...looks: readonly (readonly [Look, Look])[]): StepOutputs =>
  Object.fromEntries(
    looks.map(([before, after], index) => [
      `command${index}`,
      {
        stdout: '',
        stderr: '',
        exitCode: 0,
        artifacts: {},
        durationMs: 1000,
        counters: { before: texts(before), after: texts(after) },
      },
    ]),
  );

it.each<[string, Look, number]>([
  ['nobody', [100, 100, 0, 0, 100], 0],
  ['half of the machine', [200, 0, 0, 0, 100], 0.5],
  ['a tenth', [120, 80, 0, 0, 100], 0.1],
  ['nobody, who waits for a drive', [0, 100, 100, 0, 0], 0],
  ['nobody on this machine', [100, 0, 0, 100, 100], 0],
  ['less than nobody: ticks are rounded', [100, 100, 0, 0, 103], 0],
])('%s worked beside the step', (_, after, share) => {
  expect(shareOfOthers(outputs([[0, 0, 0, 0, 0], after]))).toBeCloseTo(share, 10);
});

it('is that of the command beside which it was most: a long quiet one hides none', () => {
  const none: Look = [0, 0, 0, 0, 0];
  const quiet = [none, [3000, 0, 0, 0, 3000]] as const;
  expect(shareOfOthers(outputs(quiet, [none, [100, 100, 0, 0, 12]]))).toBeCloseTo(0.44, 10);
});

it('says nothing where too little was counted, or nothing', () => {
  const none: Look = [0, 0, 0, 0, 0];
  expect(shareOfOthers(outputs([none, [10, 9, 0, 0, 0]]))).toBeUndefined();
  expect(shareOfOthers({})).toBeUndefined();
});

it('is not known where the ticks could not be read', () => {
  const none: Look = [0, 0, 0, 0, 0];
  const [command] = Object.values(outputs([none, none]));
  if (command === undefined) throw new Error('expected a command');
  for (const text of ['', 'cpu  x y\n', 'intr 1 2 3\n'])
    expect(
      shareOfOthers({
        run: { ...command, counters: { before: { '/proc/stat': text }, after: texts([200, 200, 0, 0, 0]) } },
      }),
    ).toBe('unknown');
});
