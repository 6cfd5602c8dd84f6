import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { accessSync, constants, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { listWorkloads } from '../../../../workloads/list-workloads.ts';
import { opencl } from '../../../../workloads/sha256/tools/opencl.ts';
import { fillFacts, loadCase } from '../../../support/case.ts';

const root = fileURLToPath(new URL('../../../..', import.meta.url));
const digestOf = (path: string): string => createHash('sha256').update(readFileSync(path)).digest('hex');
const programs = (await listWorkloads(join(root, 'workloads'))).flatMap(({ id, prebuilt }) =>
  prebuilt.map((name) => join('workloads', id, 'prebuilt', name)),
);
const { device: digests } = JSON.parse(
  readFileSync(join(root, 'workloads/sha256/prebuilt/digests.json'), 'utf8'),
) as { device: Record<string, string> };

const params = { mode: 'device', work: 'headers', on: 'cpu', concurrency: 'together', seconds: 1 } as const;
const compiler = { programs: { gcc: '/usr/bin/gcc' }, headers: { 'pthread.h': '/usr/include/pthread.h' } };
const on = (architecture: string, more: object = {}) =>
  fillFacts({ 'os.architecture': architecture, ...more });

describe('programs that were compiled before', () => {
  it('are there for every processor that an agent runs on', () => {
    const names = (machine: string) =>
      programs
        .filter((path) => path.split('/')[3] === machine)
        .map((path) => path.replace(/[^/]+\/([^/-]+)-[0-9a-f]{64}$/, '$1'));
    expect(names('aarch64').length).toBeGreaterThanOrEqual(3);
    expect(names('x86_64')).toEqual(names('aarch64'));
    expect(names('x86_64').length + names('aarch64').length).toBe(programs.length);
  });

  it.each(programs)('%s is what its name says, and asks for no more than an old C library', (path) => {
    expect(path.endsWith(`-${digestOf(join(root, path))}`)).toBe(true);
    accessSync(join(root, path), constants.X_OK);
    const told = execFileSync('readelf', ['-h', '-d', '-V', '-W', join(root, path)], { encoding: 'utf8' });
    expect(/Machine: +(.*)/.exec(told)?.[1]).toMatch(path.includes('/x86_64/') ? 'X86-64' : 'AArch64');
    const needed = [...told.matchAll(/\(NEEDED\).*\[(.*)\]/g)].map(([, name]) => name);
    expect(['libc.so.6', 'libdl.so.2', 'libm.so.6', 'libpthread.so.0']).toEqual(
      expect.arrayContaining(needed),
    );
    const minors = [...told.matchAll(/GLIBC_2\.(\d+)/g)].map(([, minor]) => Number(minor));
    expect(Math.max(...minors)).toBeLessThanOrEqual(28);
    expect(minors.length).toBeGreaterThan(0);
  });

  it('are run where there is no compiler, by name and digest', () => {
    const [run, ...more] = opencl.plan(params, on('aarch64'));
    expect(more).toEqual([]);
    expect(run).toMatchObject({
      id: 'run',
      file: `{bundle}/workloads/sha256/prebuilt/aarch64/device-${digests['aarch64']}`,
    });
    expect(opencl.needs(params, on('aarch64'))).toMatchObject({ ok: true });
  });

  it('are not, where there is one', () => {
    const plan = opencl.plan(params, on('x86_64', compiler));
    expect(plan.map(({ file }) => file)).toEqual(['gcc', '{build}/device']);
  });

  it.each([
    ['no headers', 'x86_64', { programs: compiler.programs }],
    ['headers alone', 'x86_64', { headers: compiler.headers }],
  ])('are, where there is a compiler with %s', (_title, architecture, more) => {
    expect(opencl.plan(params, on(architecture, more)).map(({ id }) => id)).toEqual(['run']);
  });

  it('are for no other processor: there it is said what is missing', () => {
    expect(opencl.needs(params, on('riscv64', compiler))).toMatchObject({ ok: true });
    expect(opencl.needs(params, on('riscv64'))).toEqual({
      ok: false,
      error:
        "expected gcc with the C library's headers, or a processor that is x86_64 or aarch64, got riscv64",
    });
    expect(opencl.needs(params, on('toString'))).toMatchObject({ ok: false });
  });

  describe('print', () => {
    const { outputs } = loadCase('sha256', 'opencl-gcc12.2.0-headers');
    const { build: _, ...without } = outputs;
    const text = outputs['run']?.stdout ?? '';
    const read = (stdout: string) =>
      opencl.parse({ ...without, run: { ...outputs['run'], stdout } as (typeof outputs)[string] }, params);

    it('who compiled them', () => {
      const told = read(text.replace('"12.2.0"', '"Clang 17.0.3 (somewhere)"'));
      expect(told).toMatchObject({ ok: true, value: { toolVersion: 'prebuilt by Clang 17.0.3' } });
    });

    it('nothing that may be read where a compiler of the node should have run', () => {
      expect(read(text)).toEqual({
        ok: false,
        error: 'expected a program that was compiled before, by Clang, got one by `12.2.0`',
      });
    });
  });
});
