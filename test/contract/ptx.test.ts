import { spawnSync } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';

const root = fileURLToPath(new URL('../..', import.meta.url));
const sources = readdirSync(join(root, 'workloads'), { recursive: true, encoding: 'utf8' }).filter((path) =>
  path.endsWith('.cl'),
);

/** Compilers may be missing on a laptop, never in CI. */
const hasClang = spawnSync('clang-16', ['--version']).status === 0;
if (!hasClang && process.env['CI'] === 'true') throw new Error('expected clang-16 in CI');

const namesIn = (text: string, pattern: RegExp): readonly string[] =>
  [...text.matchAll(pattern)].map(([, name = '']) => name).toSorted();

describe('PTX of the device code', () => {
  it('is looked for beside every source', () => {
    expect(sources).not.toEqual([]);
  });

  describe.each(sources)('%s', (source) => {
    const path = join(root, 'workloads', source);
    const ptx = readFileSync(path.replace(/\.cl$/, '.ptx'), 'utf8');

    it('is for the oldest driver and card, and asks for nothing from outside', () => {
      expect(namesIn(ptx, /^\.version (.*)$/gm)).toEqual(['6.4']);
      expect(namesIn(ptx, /^\.target (.*)$/gm)).toEqual(['sm_50']);
      expect(ptx).not.toContain('.extern');
    });

    it.skipIf(!hasClang)('has every kernel that the source has for such a device', () => {
      const { stdout } = spawnSync(
        'clang-16',
        ['-x', 'cl', '-cl-std=CL1.2', '-target', 'nvptx64--nvidiacl', '-E', '-P', path],
        { encoding: 'utf8' },
      );
      const kernels = namesIn(stdout, /__kernel\s+(?:__attribute__\(\(.*?\)\)\)\s+)?void\s+(\w+)\(/g);
      expect(kernels).not.toEqual([]);
      expect(kernels).not.toContain('gemm_half');
      expect(namesIn(ptx, /\.entry (\w+)\(/g)).toEqual(kernels);
    });
  });

  it.skipIf(!hasClang)('is byte for byte what the compilers make of the source', () => {
    const { status, stderr } = spawnSync(
      process.execPath,
      [join(root, 'harness/deploy/write-ptx.ts'), '--check'],
      { encoding: 'utf8' },
    );
    expect({ status, stderr }).toEqual({ status: 0, stderr: '' });
  });
});
