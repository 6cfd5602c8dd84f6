import { describe, expect, it } from 'vitest';
import type { Attendance } from '../../../../harness/history/attendance.ts';
import {
  covered,
  excuses,
  isExcused,
  nightMachines,
  orderByNeed,
} from '../../../../harness/history/night-machines.ts';

const at = (night: number, node: string, reason: string | null = null): Attendance => ({
  run: `run-${night}`,
  node,
  machine: node,
  night,
  rack: null,
  state: null,
  reason,
});
const all = [at(1, 'a'), at(1, 'b'), at(1, 'c', 'in use'), at(5, 'a'), at(5, 'b', 'in use'), at(8, 'a')];
const states = new Map([
  ['a', 'measured'],
  ['b', 'in use'],
  ['c', 'in use'],
  ['d', 'not reached'],
]);
const machines = nightMachines(states, all, { night: 8, maxGap: 7 });

describe('the machines of a night', () => {
  it('each have the last night on which they were measured, and for how many they were not', () => {
    expect(machines).toEqual([
      { node: 'a', state: 'measured', last: 8, nights: 0, isOverdue: false },
      { node: 'b', state: 'in use', last: 1, nights: 7, isOverdue: false },
      { node: 'c', state: 'in use', last: undefined, nights: 8, isOverdue: true },
      { node: 'd', state: 'not reached', last: undefined, nights: 1, isOverdue: false },
    ]);
  });

  it('are overdue the night after', () => {
    const later = nightMachines(states, all, { night: 9, maxGap: 7 });
    expect(later.map(({ isOverdue }) => isOverdue)).toEqual([false, true, true, false]);
  });

  it('say nothing by nights that come later', () => {
    const earlier = nightMachines(states, all, { night: 4, maxGap: 7 });
    expect(earlier.map(({ last }) => last)).toEqual([1, 1, undefined, undefined]);
  });

  it('are covered when they were measured within the last nights, tonight included', () => {
    expect([1, 7, 8].map((nights) => covered(machines, nights))).toEqual([1, 1, 2]);
  });

  it('are measured in the order of need: never, longest ago, then as they stand', () => {
    expect(orderByNeed(['a', 'b', 'c', 'd'], all)).toEqual(['c', 'd', 'b', 'a']);
    expect(orderByNeed(['b', 'a'], [])).toEqual(['b', 'a']);
  });

  it('are excused for what is nobody’s fault, and for nothing else', () => {
    expect(Object.values(excuses).every(isExcused)).toBe(true);
    expect(['measured', 'not reached', 'nothing measured', 'not planned', ''].some(isExcused)).toBe(false);
  });
});
