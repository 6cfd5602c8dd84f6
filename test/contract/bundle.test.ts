import { spawnSync } from 'node:child_process';
import { cpSync, mkdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { buildBundle } from '../../harness/deploy/bundle.ts';
import { temporaryDirectory } from '../support/temporary.ts';

const root = fileURLToPath(new URL('../..', import.meta.url));

/** Writes a bundle where nothing else is. */
async function unpack(): Promise<string> {
  const directory = temporaryDirectory();
  for (const [path, bytes] of (await buildBundle(root)).files) {
    mkdirSync(dirname(join(directory, path)), { recursive: true });
    writeFileSync(join(directory, path), bytes);
  }
  return directory;
}

describe('agent bundle', () => {
  it('has the same hash on every checkout', async () => {
    const other = temporaryDirectory();
    for (const folder of ['agents', 'workloads', 'package.json'])
      cpSync(join(root, folder), join(other, folder), { recursive: true });
    symlinkSync(join(root, 'node_modules'), join(other, 'node_modules'));
    expect((await buildBundle(other)).hash).toBe((await buildBundle(root)).hash);
  });

  it('names the digest of every file, sorted, as sha256sum prints it', async () => {
    const { manifest, files } = await buildBundle(root);
    const paths = manifest
      .trimEnd()
      .split('\n')
      .map((line) => line.slice(66));
    expect(paths).toEqual([...files.keys()]);
    expect(paths).toEqual([...paths].toSorted((a, b) => (a < b ? -1 : 1)));
  });

  it('has every file that a native source includes', async () => {
    const { files } = await buildBundle(root);
    const sources = [...files].filter(([path]) => path.includes('/native/'));
    const included = sources.flatMap(([path, bytes]) =>
      [
        ...Buffer.from(bytes)
          .toString()
          .matchAll(/^#include "(.+)"$/gm),
      ].map(([, name = '']) => join(dirname(path), name)),
    );
    expect(included).toContain('workloads/kit/native/assay.h');
    expect(included.filter((path) => !files.has(path))).toEqual([]);
  });

  it('runs from an empty directory', async () => {
    const directory = await unpack();
    const answer = spawnSync(process.execPath, [join(directory, 'agent.js'), 'nonsense'], {
      cwd: directory,
      env: {},
      encoding: 'utf8',
    });
    expect(answer.stderr).toContain('usage: agent attach');
    expect(answer.status).toBe(64);
  });

  it('computes an embedded kernel in worker threads from an empty directory', async () => {
    const directory = await unpack();
    const input = JSON.stringify({ mode: 'bulk', blockBytes: 16384, seconds: 0.1, threads: 2 });
    const answer = spawnSync(process.execPath, [join(directory, 'pool.mjs'), 'sha256', input], {
      cwd: directory,
      env: {},
      encoding: 'utf8',
    });
    expect(answer.stderr).toBe('');
    const line = JSON.parse(answer.stdout) as { kernel: string; threads: number; results: unknown[] };
    expect([line.kernel, line.threads, line.results.length]).toEqual(['sha256', 2, 2]);
  });
});
