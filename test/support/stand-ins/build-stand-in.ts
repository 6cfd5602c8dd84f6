import { spawnSync } from 'node:child_process';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('../../..', import.meta.url));
const sources = [
  'sha256/native/sha256.cl',
  'matmul/native/gemm.cl',
  'memory/native/memory.cl',
  'collective/native/collective.cl',
];

/** Compilers may be missing on a laptop, never in CI. */
export const canBuildStandIn = ['gcc', 'clang-16'].every(
  (program) => spawnSync(program, ['--version']).status === 0,
);
if (!canBuildStandIn && process.env['CI'] === 'true') throw new Error('expected gcc and clang-16 in CI');

/** How a stand-in differs from one that does all as it should. */
export interface Flaw {
  /** A text of the kernels' sources that is another. */
  readonly kernels?: readonly [from: string, to: string];
  /** An entry point that is called otherwise, as in a driver that lacks it. */
  readonly lacks?: string;
  /** Where its scenario lies; absent: where the environment says (ASSAY_STAND_IN). */
  readonly scenario?: string;
}

/** Builds `libcuda.so.1` in a folder that need not be there, with the kernels compiled for this machine; returns its path. */
export function buildStandIn(folder: string, { kernels, ...flaw }: Flaw = {}): string {
  mkdirSync(folder, { recursive: true });
  const objects = sources.map((source, index) => {
    const text = readFileSync(join(root, 'workloads', source), 'utf8');
    const copy = join(folder, `${index}.cl`);
    writeFileSync(copy, kernels === undefined ? text : text.replace(...kernels));
    // What PTX for the oldest cards has not, the stand-in has not either.
    const target = ['-Xclang', '-finclude-default-header', '-Xclang', '-cl-ext=-cl_khr_fp16'];
    run('clang-16', ['-x', 'cl', '-cl-std=CL1.2', '-O2', '-fPIC', ...target, '-c', copy, '-o', `${copy}.o`]);
    return `${copy}.o`;
  });
  return link(folder, 'libcuda.so.1', [...objects, '-lm', '-ldl'], flaw);
}

/** Builds `libnccl.so.2` in a folder; returns its path. What kernels compute is none of its flaws. */
export function buildNccl(folder: string, flaw: Pick<Flaw, 'lacks' | 'scenario'> = {}): string {
  return link(folder, 'libnccl.so.2', ['-lpthread'], flaw);
}

/** Builds `libcublasLt.so.13` (or as another version of it is called) in a folder, which plays beside the driver there. */
export function buildCublasLt(
  folder: string,
  {
    soname = 'libcublasLt.so.13',
    ...flaw
  }: Pick<Flaw, 'lacks' | 'scenario'> & { readonly soname?: string } = {},
): string {
  return link(folder, soname, ['-lm', '-ldl'], flaw);
}

/** Makes a library of the source that is called like it, as strictly as can be; returns its path. */
function link(
  folder: string,
  name: string,
  objects: readonly string[],
  { lacks, scenario }: Pick<Flaw, 'lacks' | 'scenario'>,
): string {
  mkdirSync(folder, { recursive: true });
  const library = join(folder, name);
  const strict = ['-std=gnu11', '-O2', '-Wall', '-Wextra', '-Werror'];
  const shared = ['-fPIC', '-shared', `-Wl,-soname,${name},-z,defs`, '-o', library];
  const flaws = [
    ...(lacks === undefined ? [] : [`-D${lacks}=lacking_${lacks}`]),
    ...(scenario === undefined ? [] : [`-DSCENARIO=${JSON.stringify(scenario)}`]),
  ];
  const source = fileURLToPath(new URL(name.replace(/\.so.*$/, '.c').toLowerCase(), import.meta.url));
  run('gcc', [...strict, ...flaws, ...shared, source, ...objects]);
  return library;
}

function run(file: string, args: readonly string[]): void {
  const { status, stderr } = spawnSync(file, args, { encoding: 'utf8' });
  if (status !== 0) throw new Error(`${file} ended with ${status}: ${stderr}`);
}
