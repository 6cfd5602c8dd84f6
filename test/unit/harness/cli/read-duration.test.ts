import { expect, it } from 'vitest';
import { readDuration } from '../../../../harness/cli/read-duration.ts';

it('reads seconds, minutes and hours', () => {
  const read = (text: string) => readDuration('--soak', text, 30, 1e6);
  expect(['90s', '10m', '24h', ' 30s '].map(read)).toEqual([90, 600, 86_400, 30]);
});

it.each([
  '',
  '10',
  '10 m',
  '1.5h',
  '-5m',
  '0s',
  '29s',
  '999999h',
  '10d',
  '10m0s',
])('refuses %j with what it takes instead', (text) => {
  expect(() => readDuration('--soak', text, 30, 3600)).toThrow(
    `expected --soak to be from 30 s to 1 h, got \`${text}\``,
  );
});
