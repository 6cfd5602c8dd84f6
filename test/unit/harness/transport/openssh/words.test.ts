import { describe, expect, it } from 'vitest';
import { splitWords, takeWord } from '../../../../../harness/transport/openssh/words.ts';

// Expected values are what ssh -G of OpenSSH 9.2 printed for such lines.
describe('splitWords', () => {
  it.each([
    ['a b\tc', ['a', 'b', 'c']],
    ['be#nch # note', ['be#nch']],
    ['"my key" \'other key\'', ['my key', 'other key']],
    ['my\\ key', ['my key']],
    ['"a \\"b\\" c"', ['a "b" c']],
    ["it\\'s", ["it's"]],
    ['a\\b \\\\', ['a\\b', '\\']],
    ['a"b c"d', ['ab cd']],
    ['"a\\ b"', ['a\\ b']],
    ['"" x', ['', 'x']],
    ['#x', []],
  ])('%s', (text, expected) => {
    expect(splitWords(text)).toEqual({ ok: true, value: expected });
  });

  it.each(['"open', "it's", 'a "b\\"'])('refuses a quote that is not closed: %s', (text) => {
    expect(splitWords(text)).toMatchObject({ ok: false });
  });
});

describe('takeWord', () => {
  it.each([
    ['Host gpu1', 'Host', 'gpu1'],
    ['Port = 22', 'Port', '22'],
    ['Port=22', 'Port', '22'],
    ['Port == 22', 'Port', '= 22'],
    ['"a b" c', 'a b', 'c'],
    ['x"a b" c', 'xa b', 'c'],
    ['last', 'last', undefined],
    ['"open', undefined, undefined],
  ])('%s', (text, word, rest) => {
    expect(takeWord(text)).toEqual({ word, rest });
  });
});
