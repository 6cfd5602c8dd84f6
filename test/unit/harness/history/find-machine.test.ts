import { describe, expect, it } from 'vitest';
import type { Attendance } from '../../../../harness/history/attendance.ts';
import { findMachine, gapsOf } from '../../../../harness/history/find-machine.ts';
import { refusal } from '../../../support/constructed/refusal.ts';

const row = (night: number, node: string, machine = node): Attendance => ({
  ...{ run: `r${night}`, night, node, machine, rack: null, state: null },
  reason: machine === node ? 'not reached' : null,
});
/** S1 was gpu1 until night 13, and is gpu9 since night 15; S2 is gpu1 since. */
const all = [
  ...[10, 11].map((night) => row(night, 'gpu1', 'S1')),
  row(12, 'gpu1'),
  row(13, 'gpu1', 'S1'),
  row(15, 'gpu1', 'S2'),
  row(15, 'gpu9', 'S1'),
  row(16, 'gpu1'),
  row(16, 'bare'),
];
const nights = (given: string, from: number, to: number) => {
  const { machine, rows } = findMachine(given, all, { from, to });
  return [machine, rows.map(({ night }) => night)];
};

describe('a machine of the index', () => {
  it('is found by its serial number and by its name, with the nights on which it was not reached', () => {
    expect(nights('S1', 10, 16)).toEqual(['S1', [10, 11, 12, 13, 15]]);
    expect(nights('gpu9', 10, 16)).toEqual(['S1', [10, 11, 12, 13, 15]]);
    expect(nights('gpu1', 10, 13)).toEqual(['S1', [10, 11, 12, 13]]);
    expect(nights('gpu1', 15, 16)).toEqual(['S2', [15, 16]]);
    expect(nights('bare', 10, 16)).toEqual(['bare', [16]]);
    expect(findMachine('S1', all, { from: 10, to: 16 }).names).toEqual(['gpu1', 'gpu9']);
  });

  it('is not guessed', () => {
    expect(refusal(() => nights('gpu1', 10, 16))).toEqual({
      code: 'USAGE',
      message: 'expected one machine, found that 2 were called gpu1 from 1970-01-11 to 1970-01-17',
      hint: 'Name it by its serial number: S1, S2.',
    });
    expect(refusal(() => nights('gpu8', 10, 16)).message).toContain('none called `gpu8`');
  });
});

it('nights without a run are told as spans', () => {
  expect(gapsOf({ from: 1, to: 7 }, new Set([3, 4, 6]))).toEqual([
    { from: 1, to: 2 },
    { from: 5, to: 5 },
    { from: 7, to: 7 },
  ]);
  expect(gapsOf({ from: 1, to: 1 }, new Set([1]))).toEqual([]);
});
