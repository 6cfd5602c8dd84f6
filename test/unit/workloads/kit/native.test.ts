import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { temporaryDirectory } from '../../../support/temporary.ts';

const root = fileURLToPath(new URL('../../../..', import.meta.url));

/** A compiler may be missing on a laptop, never in CI. */
const hasGcc = spawnSync('gcc', ['--version']).status === 0;
if (!hasGcc && process.env['CI'] === 'true') throw new Error('expected gcc in CI');
if (!hasGcc) console.warn('skipped: gcc is not installed');

/** Compiles a program and returns how to run it. */
function build(source: string) {
  const program = join(temporaryDirectory(), 'program');
  const strict = ['-std=gnu11', '-Wall', '-Wextra', '-Wconversion', '-Werror'];
  const args = [...strict, `-I${root}workloads`, '-o', program, '-x', 'c', '-'];
  const { stderr } = spawnSync('gcc', args, { input: source, encoding: 'utf8' });
  expect(stderr).toBe('');
  return (...words: readonly string[]): string => spawnSync(program, words, { encoding: 'utf8' }).stdout;
}

describe.skipIf(!hasGcc)('kit/native/assay.h', () => {
  it('writes any text as JSON, and no more than there is room for', () => {
    const print = build(`#include "kit/native/assay.h"
int main(int argc, char **argv) {
  char out[32];
  (void)argc;
  puts(assay_json(out, strtoul(argv[1], NULL, 10), argv[2]));
}`);
    for (const text of ['', 'plain 1.2', 'a "b" \\c', 'line\n\ttab\u0001', 'x'.repeat(100)])
      expect(JSON.parse(print('32', text))).toBe(text.slice(0, 29));
    // A name may be in any encoding: what comes out is JSON all the same.
    expect(print('32', 'ü')).toBe('"\\u00c3\\u00bc"\n');
    expect(print('8', 'a\n\n')).toBe('"a"\n');
    expect(print('9', 'a\nb')).toBe('"a"\n');
    expect(print('3', 'a')).toBe('""\n');
  });

  it('takes whole numbers and numbers for what they are, within their range', () => {
    const read = build(`#include "kit/native/assay.h"
int main(int argc, char **argv) {
  uint64_t count = 0;
  double number = 0;
  (void)argc;
  printf("%d %d\\n", assay_count(argv[1], 2, 65536, &count), assay_number(argv[1], 0.5, 1e6, &number));
}`);
    for (const [text, count, number] of [
      ['2', 1, 1],
      ['1', 0, 1],
      ['65537', 0, 1],
      ['18446744073709551618', 0, 0],
      ['-2', 0, 0],
      ['+2', 0, 1],
      ['2x', 0, 0],
      ['', 0, 0],
      ['2.5', 0, 1],
      ['nan', 0, 0],
      ['inf', 0, 0],
    ] as const)
      expect([text, read(text)]).toEqual([text, `${count} ${number}\n`]);
  });
});
