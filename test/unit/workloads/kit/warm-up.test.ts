import { expect, it } from 'vitest';
import type { WarmUp } from '../../../../workloads/kit/warm-up.ts';
import { whyNotSteady } from '../../../../workloads/kit/warm-up.ts';

type Window = WarmUp['windows'][number];

/** Fourteen windows of ten seconds at 100 a second and 70 °C, of which the last ones are changed: the last, the one before … */
const warmUp = (...last: readonly Partial<Window>[]): WarmUp => {
  const plain: Window = { seconds: 10, done: 1000, busySeconds: 10, celsius: 70 };
  const windows = Array.from({ length: 14 }, (_, index) => ({ ...plain, ...last[13 - index] }));
  return { thermometer: 'nvml', windows };
};

/** Ten seconds were timed behind them. */
const life = { elapsedSeconds: 10, livedSeconds: 161 };

const all = (changes: Partial<Window>): WarmUp => ({
  ...warmUp(),
  windows: warmUp().windows.map((window) => ({ ...window, ...changes })),
});

it.each([
  ['all alike', warmUp()],
  ['within 1 %, and cooler', warmUp({ done: 1010, celsius: 69 })],
  ['warmed until three windows ago', warmUp({}, {}, {}, {}, { celsius: 40, done: 1200 })],
  ['fewer launches, each as fast', warmUp({ done: 800, busySeconds: 8 })],
  ['as hot as a card gets', all({ celsius: 110 })],
])('was steady: %s', (_, seen) => {
  expect(whyNotSteady(seen, life)).toBeUndefined();
});

it.each([
  [
    'slower than the two before by more than 1 %',
    warmUp({ done: 989 }),
    'its last three windows differ by 1.1 % (at most 1 %)',
  ],
  ['faster', warmUp({ done: 1011 }), 'its last three windows differ by 1.1 % (at most 1 %)'],
  [
    'warmer by a degree in half a minute',
    warmUp({ celsius: 71 }),
    'its temperature still rose by 1.0 °C in 30 s (less than 1)',
  ],
  [
    'warmer by a degree in half a minute, in longer windows',
    warmUp({ celsius: 72, seconds: 12 }, { seconds: 12 }, { seconds: 12 }),
    'its temperature still rose by 1.7 °C in 30 s (less than 1)',
  ],
  [
    'of no temperature at last',
    warmUp({ celsius: null }),
    'its temperature is not known for the last three windows',
  ],
  [
    'of no temperature at first',
    warmUp({}, {}, {}, { celsius: null }),
    'its temperature is not known for the last three windows',
  ],
  ['without a thermometer', { ...warmUp(), thermometer: null }, 'nothing tells its temperature'],
  [
    'not loaded for long: bad paste throttles after minutes',
    { ...warmUp(), windows: warmUp().windows.slice(3) },
    'it was loaded for 110 s before (at least 120 s)',
  ],
  [
    'told in two windows',
    { ...warmUp(), windows: [{ seconds: 130, done: 1, busySeconds: 1, celsius: 1 }] },
    'only 1 windows were told',
  ],
  [
    'idle in its windows',
    all({ busySeconds: 0.001 }),
    'it was at work for 0.0 % of a window (at least 80 %, at most all)',
  ],
  [
    'idle in its first window',
    warmUp(...Array.from({ length: 13 }, () => ({})), { busySeconds: 7.9 }),
    'it was at work for 79.0 % of a window (at least 80 %, at most all)',
  ],
  [
    'busy for longer than its windows',
    all({ busySeconds: 11 }),
    'it was at work for 110.0 % of a window (at least 80 %, at most all)',
  ],
  [
    'told by a sensor that is dead',
    all({ celsius: 0 }),
    'its sensor told 0 °C under load (from 5 to 120 °C is one that works)',
  ],
  [
    'told by a sensor that lies',
    all({ celsius: 255 }),
    'its sensor told 255 °C under load (from 5 to 120 °C is one that works)',
  ],
  [
    'loaded for longer than its command lived',
    { ...warmUp(), windows: [...warmUp().windows, ...warmUp().windows] },
    'it was loaded for 280 s and timed for 10 s by a command that lived 161 s',
  ],
  ['told in shorter windows', warmUp({ seconds: 9.9 }), 'a window is shorter than 10 s'],
  [
    'told to have done nothing',
    warmUp({ done: 0 }, { done: 0 }, { done: 0 }),
    'its last three windows differ by NaN % (at most 1 %)',
  ],
] satisfies [string, WarmUp, string][])('was not steady: %s', (_, seen, why) => {
  expect(whyNotSteady(seen, life)).toBe(`never steady: ${why}`);
});
