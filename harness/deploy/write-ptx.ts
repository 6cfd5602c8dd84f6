import { existsSync } from 'node:fs';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import process from 'node:process';
import { fileURLToPath } from 'node:url';
import { execa } from 'execa';
import { listWorkloads } from '../../workloads/list-workloads.ts';

// `npm run ptx`: the device code of all workloads as PTX, which a driver of NVIDIA translates where it brings no OpenCL.
// Debian's clang 16, LLVM 16 and libclc 16 are enough, and nothing of CUDA. `--check` only says what is stale.

const root = fileURLToPath(new URL('../..', import.meta.url));

/** OpenCL's functions for this target. */
const library = '/usr/lib/clc/nvptx64--nvidiacl.bc';

/**
 * PTX 6.4 for sm_50: what the oldest driver and card take that can still be met (CUDA 10.1, Maxwell). clang alone writes a
 * version that those drivers refuse, and marks each function with it: so the marks go, and llc is told the version.
 */
async function translate(source: string): Promise<string> {
  const { stdout: code } = await execa('clang-16', [
    ...[
      '-x',
      'cl',
      '-cl-std=CL1.2',
      '-O3',
      '-target',
      'nvptx64--nvidiacl',
      '-Xclang',
      '-finclude-default-header',
    ],
    ...['-Xclang', '-mlink-builtin-bitcode', '-Xclang', library, '-emit-llvm', '-S', '-o', '-', source],
  ]);
  const { stdout } = await execa(
    'llc-16',
    ['-O3', '-march=nvptx64', '-mcpu=sm_50', '-mattr=+ptx64', '-o', '-', '-'],
    { input: code.replaceAll(/ "target-features"="[^"]*"/g, '') },
  );
  return `${stdout}\n`;
}

async function main(args: readonly string[]): Promise<number> {
  const sources = (await listWorkloads(join(root, 'workloads'))).flatMap(({ id, native }) =>
    native.filter((name) => name.endsWith('.cl')).map((name) => `workloads/${id}/native/${name}`),
  );
  const stale: string[] = [];
  for (const source of sources) {
    const target = source.replace(/\.cl$/, '.ptx');
    const text = await translate(join(root, source));
    const committed = existsSync(join(root, target)) ? await readFile(join(root, target), 'utf8') : undefined;
    if (text === committed) continue;
    stale.push(target);
    if (args.includes('--check')) process.stderr.write(`✖ ${target} is stale\n  Refresh it: npm run ptx\n`);
    else await writeFile(join(root, target), text);
  }
  return args.includes('--check') && stale.length > 0 ? 1 : 0;
}

process.exitCode = await main(process.argv.slice(2));
