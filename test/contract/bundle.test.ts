import { spawnSync } from 'node:child_process';
import { cpSync, mkdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { buildBundles } from '../../harness/deploy/bundle.ts';
import { temporaryDirectory } from '../support/temporary.ts';

const root = fileURLToPath(new URL('../..', import.meta.url));

/** Writes a bundle where nothing else is. */
async function unpack(): Promise<string> {
  const directory = temporaryDirectory();
  for (const [path, bytes] of (await buildBundles(root))['*'].files) {
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
    const hashes = async (of: string) =>
      Object.entries(await buildBundles(of)).map(([machine, { hash }]) => [machine, hash]);
    expect(await hashes(other)).toEqual(await hashes(root));
  });

  it('names the digest of every file, sorted, as sha256sum prints it', async () => {
    const { manifest, files } = (await buildBundles(root))['*'];
    const paths = manifest
      .trimEnd()
      .split('\n')
      .map((line) => line.slice(66));
    expect(paths).toEqual([...files.keys()]);
    expect(paths).toEqual([...paths].toSorted((a, b) => (a < b ? -1 : 1)));
  });

  it('has the programs that were compiled before for its processor, and for no other', async () => {
    const bundles = await buildBundles(root);
    const machinesIn = ({ files }: (typeof bundles)['*']) =>
      new Set([...files.keys()].flatMap((path) => /\/prebuilt\/([^/]+)\//.exec(path)?.[1] ?? []));
    const found = Object.fromEntries(
      Object.entries(bundles).map(([machine, bundle]) => [machine, [...machinesIn(bundle)]]),
    );
    expect(found).toEqual({ x86_64: ['x86_64'], aarch64: ['aarch64'], '*': [] });
  });

  it('has every file that a native source includes', async () => {
    const { files } = (await buildBundles(root))['*'];
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
