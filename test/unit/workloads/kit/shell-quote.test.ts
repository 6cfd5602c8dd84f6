import { execFileSync } from 'node:child_process';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { shellQuote, shellWord } from '../../../../workloads/kit/shell-quote.ts';

/** What a shell makes of these words. */
const wordsOf = (line: string): readonly string[] =>
  execFileSync('sh', ['-c', `printf '%s\\0' ${line}`], { encoding: 'utf8' })
    .split('\0')
    .slice(0, -1);
const texts = fc.array(
  fc
    .oneof(
      fc.string({ unit: 'binary' }),
      fc.string({ unit: fc.constantFrom(...Array.from('\'"$`\\!*?[]{}()<>|&;#~=-/. \n'), 'a') }),
    )
    .map((text) => text.replaceAll('\0', '')),
  { minLength: 1, maxLength: 50 },
);

describe.each([
  ['shellQuote', shellQuote],
  ['shellWord', (text: string) => shellWord(text)],
])('%s', (_, quote) => {
  it('makes one word that a shell gives back as it was', () => {
    fc.assert(
      fc.property(texts, (all) => {
        expect(wordsOf(all.map((text) => quote(text)).join(' '))).toEqual(all);
      }),
      { numRuns: 30 },
    );
  });
});

describe('shellWord', () => {
  it.each([
    '--size=64M',
    '/usr/bin/openssl',
    'user@node7:22',
    'a_b',
    '50%',
    '1,2',
  ])('leaves %s as it is', (text) => {
    expect(shellWord(text)).toBe(text);
  });
  it.each([
    ['', "''"],
    ['two words', "'two words'"],
    ['~/.ssh/config', "'~/.ssh/config'"],
    ["it's", String.raw`'it'\''s'`],
  ])('quotes `%s`', (text, quoted) => {
    expect(shellWord(text)).toBe(quoted);
  });
  it('leaves what is meant for the shell, and only where nothing else has to be quoted', () => {
    expect(shellWord('~/.ssh/config', '~')).toBe('~/.ssh/config');
    expect(shellWord('{build}/gemm', '{}')).toBe('{build}/gemm');
    expect(shellWord('{build}/a b', '{}')).toBe("'{build}/a b'");
    expect(shellWord('$HOME', '~')).toBe("'$HOME'");
  });
});
