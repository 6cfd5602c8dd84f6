import { describe, expect, it } from 'vitest';
import { matchesPatterns } from '../../../../harness/transport/host-pattern.ts';

describe('matchesPatterns', () => {
  it.each([
    ['gpu1', ['gpu1'], true],
    ['gpu1', ['gpu'], false],
    ['gpu1', ['gpu?'], true],
    ['gpu12', ['gpu?'], false],
    ['gpu1.hall.example', ['*.example'], true],
    ['gpu1.hall.example', ['*.hall.*'], true],
    ['example', ['*.example'], false],
    ['a.b', ['a+b'], false],
    ['', ['*'], true],
    ['gpu1', ['*', '!gpu1'], false],
    ['gpu2', ['*', '!gpu1'], true],
    ['gpu1', ['!gpu2'], false],
    ['[10.0.0.7]:2222', ['[10.0.0.*]:2222'], true],
    ['[10.0.0.7]:22', ['[10.0.0.*]:2222'], false],
  ])('%s against %j is %s', (name, patterns, expected) => {
    expect(matchesPatterns(name, patterns)).toBe(expected);
  });

  it('is not slow with many stars', () => {
    expect(matchesPatterns('a'.repeat(5000), [`${'*a'.repeat(50)}b`])).toBe(false);
  });
});
