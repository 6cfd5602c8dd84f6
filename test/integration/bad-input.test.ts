import { cpSync, readdirSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { badInputs, writeGoodInput } from '../support/bad-input.ts';
import { runAssay } from '../support/run-assay.ts';
import { temporaryDirectory } from '../support/temporary.ts';

/** Some of them; bench/bad-input.ts has all, with the time and memory that each takes. */
const some: readonly string[] = [
  'a statement of a gigabyte',
  'a trust file with a prototype',
  'a contract in another unit',
  'an output in no folder',
  'an empty run directory',
];

describe('what somebody may hand to a command', () => {
  it('ends with one error that says what is wrong, and nothing is written', {
    timeout: 120_000,
  }, async () => {
    const base = temporaryDirectory();
    await writeGoodInput(base);
    for (const what of some) {
      const input = badInputs.get(what);
      if (input === undefined) throw new RangeError(what);
      const cwd = temporaryDirectory();
      cpSync(base, cwd, { recursive: true });
      input.prepare?.(cwd);
      const list = () => readdirSync(cwd, { recursive: true, encoding: 'utf8' }).toSorted();
      const before = list();
      const { exitCode, stderr } = await runAssay(input.args, { cwd });
      expect([what, exitCode, stderr]).toEqual([
        what,
        input.exitCode,
        expect.stringMatching(new RegExp(`^✖ ${input.code} [^\\n]+\\n {2}[A-Z]`, 'm')),
      ]);
      expect(list()).toEqual(before);
    }
  });
});
