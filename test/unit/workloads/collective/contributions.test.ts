import { execFileSync } from 'node:child_process';
import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { canBuildStandIn } from '../../../support/stand-ins/build-stand-in.ts';
import { removeFolder } from '../../../support/temporary.ts';

const root = fileURLToPath(new URL('../../../..', import.meta.url));
const elements = 4096;
const folder = mkdtempSync(join(tmpdir(), 'assay-sum-'));
afterAll(() => removeFolder(folder));
let program = '';

/** How many of 4096 elements are found wrong, and the largest sum, where one rank does not what it should. */
function sum(dtype: string, ranks: number, fault: string, rank: number): readonly [number, number] {
  const said = execFileSync(program, [dtype, `${ranks}`, fault, `${rank}`], { encoding: 'utf8' });
  const [wrong = Number.NaN, most = Number.NaN] = said.split(' ').map(Number);
  return [wrong, most];
}

describe.skipIf(!canBuildStandIn)('what ranks give to a sum', () => {
  beforeAll(() => {
    const kernels = join(folder, 'kernels.o');
    const target = ['-x', 'cl', '-cl-std=CL1.2', '-O2', '-Xclang', '-finclude-default-header'];
    const source = join(root, 'workloads/collective/native/collective.cl');
    execFileSync('clang-16', [...target, '-c', source, '-o', kernels]);
    program = join(folder, 'sum');
    const strict = ['-std=gnu11', '-O2', '-Wall', '-Wextra', '-Werror', '-o', program];
    execFileSync('gcc', [
      ...strict,
      join(root, 'test/support/stand-ins/sum-contributions.c'),
      kernels,
      '-lm',
    ]);
  });

  describe.each(['fp32', 'bf16'])('in %s', (dtype) => {
    it.each([2, 3, 8, 95, 96, 97, 256, 1024])('is exact for %d ranks, and at most 192', (ranks) => {
      const [wrong, most] = sum(dtype, ranks, 'none', 0);
      expect(wrong).toBe(0);
      expect(most).toBeLessThanOrEqual(192);
      expect(most).toBeGreaterThan(Math.min(ranks, 96));
    });

    it.each([
      2, 8, 256, 1024,
    ])('shows a rank of %d that is lost, doubled, taken for another one, or late by one sum', (ranks) => {
      // Of so many ranks 96 give to an element: the culprit is among those of that share.
      const share = Math.min(1, 96 / ranks);
      for (const rank of new Set(ranks > 256 ? [ranks >> 1] : [0, 1, ranks >> 1, ranks - 1])) {
        for (const fault of ['lost', 'doubled']) {
          const [wrong] = sum(dtype, ranks, fault, rank);
          expect(wrong).toBeGreaterThan(0.8 * share * elements);
          expect(wrong).toBeLessThan(1.2 * share * elements + 1);
        }
        for (const fault of ['swapped', 'stale'])
          expect(sum(dtype, ranks, fault, rank)[0]).toBeGreaterThan(0.35 * share * elements);
      }
    });
  });
});
