import { chmod, mkdir, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { findFiles } from '../../../../agents/probe/find-files.ts';
import { findPrograms } from '../../../../agents/probe/find-programs.ts';
import { isAbsence, probeFailure } from '../../../../agents/probe/probe-failure.ts';
import { readFileSystem } from '../../../../agents/probe/read-file-system.ts';
import { readTree } from '../../../../agents/probe/read-tree.ts';
import { runProbes } from '../../../../agents/probe/run-probes.ts';
import { readSmallFile } from '../../../../agents/read-small-file.ts';
import { HostFacts } from '../../../../workloads/kit/facts/host-facts.ts';
import { ProbeDocument } from '../../../../workloads/kit/facts/probe-output.ts';
import { readHostFacts } from '../../../../workloads/kit/facts/read-host-facts.ts';
import { Watch } from '../../../../workloads/kit/facts/read-watch.ts';

let folder = '';
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'assay-probe-'));
});
afterAll(async () => rm(folder, { recursive: true }));

async function program(directory: string, name: string, script: string): Promise<void> {
  await mkdir(join(folder, directory), { recursive: true });
  await writeFile(join(folder, directory, name), `#!/bin/sh\n${script}\n`);
  await chmod(join(folder, directory, name), 0o755);
}

describe('runProbes', () => {
  test('looks at this machine and gives facts', async () => {
    const document = await runProbes({
      scratchPath: join(folder, 'not', 'there', 'yet'),
      watchMs: 0,
      path: '/usr/bin:/bin',
      programs: ['sh', 'no-such-program'],
      headers: ['no-such-header.h'],
      libraries: ['libc.so.6', 'no-such-library.so'],
      places: [],
    });
    expect(ProbeDocument.parse(document)).toEqual(document);
    const facts = HostFacts.parse(readHostFacts(document));
    expect(Object.keys(facts.programs)).toEqual(['sh']);
    expect(facts.headers).toEqual({});
    expect(Object.keys(facts.libraries)).toEqual(['libc.so.6']);
    expect(facts.cpu.logicalCpus).toMatchObject({ value: expect.any(Number) as number });
    expect(facts.scratch.freeBytes).toMatchObject({ value: expect.any(Number) as number });
    expect(new Set(document.probes.map(({ id }) => id)).size).toBe(document.probes.length);
  });

  test('takes programs from the path it is given and tells failed from absent', async () => {
    await program('tools', 'nvidia-smi', 'echo "No devices were found"; exit 6');
    const found = await runProbes({
      scratchPath: '/',
      watchMs: 0,
      path: join(folder, 'tools'),
      programs: [],
      headers: [],
      libraries: [],
      places: [],
    });
    const output = (id: string): unknown => found.probes.find((probe) => probe.id === id);
    expect(output('nvidia-smi -q -x')).toEqual({
      id: 'nvidia-smi -q -x',
      status: 'failed',
      text: 'No devices were found',
      exitCode: 6,
    });
    expect(output('lscpu -J')).toEqual({ id: 'lscpu -J', status: 'absent', text: '' });
  });
});

describe('watching', () => {
  test('tells what was counted at first and at last, and how busy accelerators were in between', async () => {
    await program(
      'smi',
      'nvidia-smi',
      'case "$*" in *-lms*) while :; do echo "00000000:18:00.0, 7"; sleep 0.1; done;; *) exit 9;; esac',
    );
    const found = await runProbes({
      scratchPath: '/',
      watchMs: 2_500,
      path: `${join(folder, 'smi')}:/usr/bin:/bin`,
      programs: [],
      headers: [],
      libraries: [],
      places: [],
    });
    const seen = Watch.parse(JSON.parse(found.probes.find(({ id }) => id === 'watch')?.text ?? ''));
    expect(seen.seconds).toBeGreaterThanOrEqual(2.5);
    expect(seen.first['/proc/stat']).toMatch(/^cpu /);
    expect(seen.last['/proc/net/dev']).toContain('lo:');
    expect(seen.busy.length).toBeGreaterThan(0);
    expect(seen.nvidia.split('\n').length).toBeGreaterThan(1);
    const { occupancy } = readHostFacts(found);
    expect(occupancy.watchedSeconds).toEqual({ value: seen.seconds });
    expect(occupancy.work).toMatchObject({ value: expect.any(Array) as string[] });
  });
});

describe('readTree', () => {
  test('gives texts, link targets and error codes, and leaves out what is not there', async () => {
    await mkdir(join(folder, 'tree', 'a', 'sub'), { recursive: true });
    await mkdir(join(folder, 'tree', 'b'), { recursive: true });
    await writeFile(join(folder, 'tree', 'a', 'size'), '12\n');
    await symlink('../elsewhere', join(folder, 'tree', 'b', 'size'));
    await writeFile(join(folder, 'tree', 'b', 'sub'), 'x'.repeat(70_000));
    const tree = await readTree(['size', 'sub', 'no-such'].map((name) => `${folder}/tree/*/${name}`));
    expect(tree).toEqual({
      [`${folder}/tree/a/size`]: '12',
      [`${folder}/tree/a/sub`]: '',
      [`${folder}/tree/b/size`]: '../elsewhere',
      [`${folder}/tree/b/sub`]: { error: `${folder}/tree/b/sub: expected at most 65536 bytes, got more` },
    });
  });

  test('a star matches within one name only', async () => {
    await mkdir(join(folder, 'stars', 'mc0'), { recursive: true });
    await mkdir(join(folder, 'stars', 'power'), { recursive: true });
    await writeFile(join(folder, 'stars', 'mc0', 'name'), 'x');
    await writeFile(join(folder, 'stars', 'power', 'name'), 'y');
    expect(await readTree([`${folder}/stars/mc*/name`])).toEqual({ [`${folder}/stars/mc0/name`]: 'x' });
    expect(await readTree([`${folder}/stars/none/*/name`])).toEqual({});
  });
});

describe('small mechanisms', () => {
  test('a file longer than its limit is refused, not cut', async () => {
    await writeFile(join(folder, 'long'), 'x'.repeat(101));
    await expect(readSmallFile(join(folder, 'long'), 100)).rejects.toThrow(
      'expected at most 100 bytes, got more',
    );
    expect(await readSmallFile(join(folder, 'long'), 101)).toHaveLength(101);
  });

  test('a failed look says absent, denied or what went wrong', () => {
    const failed = (code: string): unknown =>
      probeFailure('x', Object.assign(new Error('broken'), { code })).status;
    expect(['ENOENT', 'ENODEV', 'EACCES', 'EPERM', 'EIO'].map(failed)).toEqual([
      'absent',
      'absent',
      'denied',
      'denied',
      'failed',
    ]);
    expect(probeFailure('x', 'odd')).toEqual({ id: 'x', status: 'failed', text: 'odd' });
  });

  test('takes nothing for absent but what is not there or closed to us', () => {
    const codes = ['ENOENT', 'ENOTDIR', 'EACCES', 'EMFILE', 'ENFILE', 'EIO'];
    const absent = codes.filter((code) => isAbsence(Object.assign(new Error('open'), { code })));
    expect(absent).toEqual(['ENOENT', 'ENOTDIR', 'EACCES']);
    expect(isAbsence(new TypeError('x is undefined'))).toBe(false);
  });

  test('programs are executable files of absolute directories, the first one wins', async () => {
    await program('first', 'tool', 'true');
    await program('second', 'tool', 'true');
    await program('second', 'other', 'true');
    await mkdir(join(folder, 'first', 'other'));
    await writeFile(join(folder, 'first', 'data'), '');
    const path = `relative:${folder}/first:${folder}/second`;
    expect(await findPrograms(['tool', 'other', 'data', '../x'], path)).toEqual({
      tool: `${folder}/first/tool`,
      other: `${folder}/second/other`,
    });
  });

  test('headers are found in a root, in its multiarch directory, and one level below', async () => {
    for (const path of [
      'a.h',
      'x86_64-linux-gnu/b.h',
      'openblas/c.h',
      'x86_64-linux-gnu/openblas/d.h',
      'p/q/deep.h',
    ]) {
      await mkdir(join(folder, 'include', dirname(path)), { recursive: true });
      await writeFile(join(folder, 'include', path), '');
    }
    const names = ['a.h', 'b.h', 'c.h', 'd.h', 'openblas/c.h', 'deep.h', 'no-such.h'];
    expect(await findFiles(names, [join(folder, 'no-such-root'), join(folder, 'include')])).toEqual({
      'a.h': `${folder}/include/a.h`,
      'b.h': `${folder}/include/x86_64-linux-gnu/b.h`,
      'c.h': `${folder}/include/openblas/c.h`,
      'd.h': `${folder}/include/x86_64-linux-gnu/openblas/d.h`,
      'openblas/c.h': `${folder}/include/openblas/c.h`,
    });
  });

  test('a directory that does not exist yet is looked up at its nearest parent', async () => {
    const status = await readFileSystem(join(folder, 'a', 'b', 'c'));
    expect(status.realPath).toBe(folder);
    expect(status.majorMinor).toMatch(/^\d+:\d+$/);
    expect(status.availableBlocks).toBeLessThanOrEqual(status.blocks);
  });
});
