import { describe, expect, it } from 'vitest';
import {
  matchesHostList,
  matchesPattern,
  matchesPatternList,
} from '../../../../../harness/transport/openssh/pattern.ts';

describe('matchesPatternList', () => {
  it.each([
    ['gpu1', 'gpu1', true],
    ['gpu1', 'gpu', false],
    ['gpu1', 'gpu?', true],
    ['gpu12', 'gpu?', false],
    ['gpu1.hall.example', '*.example', true],
    ['gpu1.hall.example', '*.hall.*', true],
    ['example', '*.example', false],
    ['a.b', 'a+b', false],
    ['gpu1', '*,!gpu1', false],
    ['gpu1', '!gpu1,*', false],
    ['gpu2', '*,!gpu1', true],
    ['gpu1', '!gpu2', false],
    ['gpu1', 'gpu1,', true],
    ['gpu1', 'GPU1', false],
    ['[10.0.0.7]:2222', '[10.0.0.*]:2222', true],
    ['[10.0.0.7]:22', '[10.0.0.*]:2222', false],
    // match.c gives up at a pattern that is too long for its buffer.
    ['gpu1', `gpu1,${'a'.repeat(1023)}`, false],
    ['gpu1', `gpu1,${'a'.repeat(1022)}`, true],
  ])('%s against %s is %s', (name, list, expected) => {
    expect(matchesPatternList(name, list)).toBe(expected);
  });

  it('does not look at the case of hosts', () => {
    expect(matchesHostList('Gpu1.Hall', 'gPU1.*')).toBe(true);
  });

  it('is not slow with many stars', () => {
    expect(matchesPattern('a'.repeat(5000), `${'*a'.repeat(50)}b`)).toBe(false);
  });
});
