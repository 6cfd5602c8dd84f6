import { describe, expect, it } from 'vitest';
import { concludeNight, counts } from '../../../../harness/history/conclude-night.ts';

const machine = (state: string, isOverdue = false) => ({ node: 'a', state, nights: 0, isOverdue });
const quiet = {
  isReached: true,
  failed: 0,
  undecided: 0,
  fresh: 0,
  machines: [machine('measured'), machine('in use')],
};

describe('the exit code of a night', () => {
  it.each([
    [0, 'nothing is new', {}],
    [1, 'a required cell fails', { failed: 1, undecided: 3 }],
    [1, 'an event was confirmed', { fresh: 1 }],
    [2, 'a required cell is undecided', { undecided: 1 }],
    [
      2,
      'a machine was not measured for too long',
      { machines: [machine('measured'), machine('in use', true)] },
    ],
    [2, 'the only one was not for too long', { machines: [machine('in use', true)] }],
    [3, 'nobody was reached, whatever else', { isReached: false, undecided: 9 }],
    [
      3,
      'all are in use: a busy fleet is no green one',
      { machines: [machine('in use'), machine('not held')] },
    ],
  ])('is %i when %s', (exitCode, _, changes) => {
    expect(concludeNight({ ...quiet, ...changes })).toBe(exitCode);
  });

  it('counts no undecided cell of machines of which one has an excuse', () => {
    const states = new Map([
      ['a', 'measured'],
      ['b', 'a tenant came'],
      ['c', 'not reached'],
    ]);
    const cell = (...nodes: string[]) => counts({ verdict: 'missing', nodes }, states);
    expect([cell('a'), cell('c'), cell('a', 'c'), cell('b'), cell('a', 'b'), cell()]).toEqual([
      true,
      true,
      true,
      false,
      false,
      true,
    ]);
  });
});
