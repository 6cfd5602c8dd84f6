import { spawnSync } from 'node:child_process';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { readShellWords } from '../../../../workloads/allreduce/read-shell-words.ts';

const value = (text: string) => {
  const read = readShellWords(text);
  return read.ok ? read.value : read.error;
};

describe('readShellWords', () => {
  it.each([
    ['', []],
    ['  \t ', []],
    [' orted -mca ess "env"', ['orted', '-mca', 'ess', 'env']],
    ['a"b c"d\'e f\'g', ['ab cde fg']],
    ['"" \'\'', ['', '']],
    ['"say \\"x\\" \\\\ \\n"', ['say "x" \\ \\n']],
    ["'\\ \"'", ['\\ "']],
    ['a\\ b \\"c \\$d', ['a b', '"c', '$d']],
    ['"^s1,s2" \'$HOME;`id`\'', ['^s1,s2', '$HOME;`id`']],
  ])('reads %j', (text, words) => {
    expect(value(text)).toEqual(words);
  });

  it.each([
    ['$HOME', 'expected plain words, got "$" at 0'],
    ['"$HOME"', 'expected plain words, got "$" at 1'],
    ['"`id`"', 'expected plain words, got "`" at 1'],
    ['a`id`', 'expected plain words, got "`" at 1'],
    ['a; b', 'expected plain words, got ";" at 1'],
    ['a & b', 'expected plain words, got "&" at 2'],
    ['a | b', 'expected plain words, got "|" at 2'],
    ['a < b', 'expected plain words, got "<" at 2'],
    ['a > b', 'expected plain words, got ">" at 2'],
    ['( a )', 'expected plain words, got "(" at 0'],
    ['a)', 'expected plain words, got ")" at 1'],
    ['a\nb', 'expected plain words, got "\\n" at 1'],
    ['a # b', 'expected plain words, got "#" at 2'],
    ['~ a', 'expected plain words, got "~" at 0'],
    ['a *', 'expected plain words, got "*" at 2'],
    ['a?', 'expected plain words, got "?" at 1'],
    ['a[1]', 'expected plain words, got "[" at 1'],
    ['"a\\\nb"', 'expected plain words, got "\\n" at 3'],
    ['a\\\nb', 'expected a character after the backslash at 1'],
    ['a\\', 'expected a character after the backslash at 1'],
    ["a'b", "expected the quote ' at 1 to be closed"],
    ['a "b', 'expected the quote " at 2 to be closed'],
    ['"a\\"', 'expected the quote " at 0 to be closed'],
  ])('refuses %j', (text, error) => {
    expect(value(text)).toBe(error);
  });

  it('gives back what was quoted in any of the three ways', () => {
    const quoted = fc
      .string({ unit: 'binary' })
      .chain((word) =>
        fc.constantFrom(
          { word, text: `'${word.replaceAll("'", `'\\''`)}'` },
          { word, text: `"${word.replaceAll(/["\\$`]/g, '\\$&')}"` },
        ),
      );
    fc.assert(
      fc.property(fc.array(quoted), (words) => {
        expect(value(words.map(({ text }) => text).join(' '))).toEqual(words.map(({ word }) => word));
      }),
    );
  });

  it('agrees with sh on whatever it accepts', () => {
    const text = fc.string({
      unit: fc.constantFrom(...Array.from('ab\'"\\ \t$`;&|<>()*?[]~#=!{}\n')),
      maxLength: 12,
    });
    const accepted = fc.sample(text, { numRuns: 3000, seed: 7 }).flatMap((each) => {
      const read = readShellWords(each);
      return read.ok ? [{ each, words: read.value }] : [];
    });
    expect(accepted.length).toBeGreaterThan(100);
    // One sh for all of them: each line says how many words it has, then the words.
    const script = accepted.map(({ each }) => `show ${each}\n`).join('');
    const { stdout } = spawnSync('sh', ['-f'], {
      input: `show() { printf '%d\\0' $#; [ $# = 0 ] || printf '%s\\0' "$@"; }\n${script}`,
      encoding: 'utf8',
    });
    expect(stdout).toBe(
      accepted.map(({ words }) => [words.length, ...words].map((each) => `${each}\0`).join('')).join(''),
    );
  });
});
