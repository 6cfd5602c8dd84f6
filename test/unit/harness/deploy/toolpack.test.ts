import {
  copyFileSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { beforeEach, describe, expect, it } from 'vitest';
import type { ToolpackFile } from '../../../../harness/config/toolpack.ts';
import { ToolpackFile as Description, loadToolpack } from '../../../../harness/config/toolpack.ts';
import { bringToolpack } from '../../../../harness/deploy/start-agent.ts';
import { buildToolpack, findDamage } from '../../../../harness/deploy/toolpack.ts';
import { Deadlines } from '../../../../harness/transport/deadlines.ts';
import { createLocalTransport } from '../../../../harness/transport/local.ts';
import { temporaryDirectory } from '../../../support/temporary.ts';

let folder: string;
let file: string;
let out: string;
const machine = process.arch === 'arm64' ? 'aarch64' : 'x86_64';
const other = machine === 'aarch64' ? 'x86_64' : 'aarch64';

beforeEach(() => {
  folder = temporaryDirectory();
  [file, out] = [join(folder, 'site.yaml'), join(folder, 'out')];
  copyFileSync(process.execPath, join(folder, 'node'));
  writeFileSync(join(folder, 'script'), '#!/bin/sh\necho 1\n');
});

const described = (files: readonly { from: string; path: string }[], changes: object = {}): ToolpackFile => ({
  ...{ schema: 'assay/toolpack-file', schemaVersion: 1, name: 'site', machine },
  files: files.map((each) => ({ ...each, version: '1.2', licence: 'MIT' })),
  ...changes,
});
const build = (written: ToolpackFile) => buildToolpack({ file, written }, out);
const library = { from: 'node', path: 'lib/libx.so.1' };
const script = { from: 'script', path: 'bin/x' };

describe('a tool pack', () => {
  it('holds its files, and is called by what is in them, wherever it lies', async () => {
    const pack = await build(described([library, script]));
    expect(readdirSync(out).toSorted()).toEqual(['bin', 'lib', 'toolpack.json']);
    expect(await findDamage(pack)).toEqual([]);
    const again = await buildToolpack(
      { file, written: described([library, script]) },
      join(folder, 'elsewhere'),
    );
    expect(again.digest).toBe(pack.digest);
    const licence = described([library, script]);
    licence.files[0] = { ...library, version: '1.2', licence: 'BSD' };
    const relicensed = await buildToolpack({ file, written: licence }, join(folder, 'third'));
    expect(relicensed.digest).not.toBe(pack.digest);
  });

  it.each([
    ['a file that is not there', [{ from: 'gone', path: 'lib/libx.so' }], {}, 'expected a readable file'],
    ['a folder', [{ from: '.', path: 'share/x' }], {}, 'expected a readable file'],
    ['another processor', [library], { machine: other }, `expected a library for ${other}, found ${machine}`],
    ['a text as a library', [{ ...script, path: 'lib/libx.so' }], {}, 'found no ELF file'],
    ['one path twice', [script, script], {}, 'got `bin/x` twice'],
    ['a file that is a folder, too', [script, { ...script, path: 'bin/x/y' }], {}, 'got `bin/x/y` twice'],
  ])('is not built of %s, and nothing is left', async (_, files, changes, message) => {
    await expect(build(described(files, changes))).rejects.toMatchObject({
      code: 'CONFIG_INVALID',
      message: expect.stringContaining(message) as unknown,
    });
    expect(readdirSync(folder).toSorted()).toEqual(['node', 'script']);
  });

  it('is not built over anything', async () => {
    mkdirSync(join(out, 'mine'), { recursive: true });
    await expect(build(described([script]))).rejects.toMatchObject({ code: 'CONFIG_INVALID' });
    expect(readdirSync(out)).toEqual(['mine']);
    expect(readdirSync(folder).toSorted()).toEqual(['node', 'out', 'script']);
  });

  it.each([
    '/lib/x',
    'lib/../x',
    'lib/.x',
    'lib/a b',
    'lib/$(x)',
    'lib',
    'etc/x',
    'lib//x',
    'lib/-x',
    'toolpack.json',
  ])('has no file at %s', (path) => {
    expect(Description.safeParse(described([{ ...script, path }])).success).toBe(false);
  });

  it('says which of its files are not what they were', async () => {
    await build(described([library, script]));
    writeFileSync(join(out, 'bin/x'), '#!/bin/sh\necho 2\n');
    writeFileSync(join(out, 'lib/libx.so.1'), '');
    const damage = await findDamage(await loadToolpack(out));
    expect(damage).toHaveLength(2);
    expect(damage[1]).toMatch(
      /^bin\/x: expected 17 bytes with SHA-256 [0-9a-f]{64}, found 17 with [0-9a-f]{64}$/,
    );
  });

  it.each([
    ['no document', undefined],
    ['garbage', '{'],
    ['a document with a path outside', undefined],
  ])('is none with %s', async (title, text) => {
    await build(described([script]));
    const document = join(out, 'toolpack.json');
    const said = readFileSync(document, 'utf8');
    if (title.startsWith('no'))
      await expect(loadToolpack(folder)).rejects.toMatchObject({ code: 'CONFIG_INVALID' });
    else {
      writeFileSync(document, text ?? said.replace('bin/x', '../../x'));
      await expect(loadToolpack(out)).rejects.toMatchObject({ code: 'CONFIG_INVALID' });
    }
  });
});

describe('bringToolpack', () => {
  const place = () => {
    const state = join(folder, 'state dir');
    const transport = createLocalTransport({ PATH: process.env['PATH'] ?? '' });
    return {
      state,
      place: { transport, deadlines: new Deadlines(1), stateDirectories: [state], runtime: process.execPath },
    };
  };

  it('brings it once, and again what is no more whole', async () => {
    const { state, place: here } = place();
    const pack = await build(described([script]));
    expect(await bringToolpack(here, pack)).toBe('brought');
    expect(await bringToolpack(here, pack)).toBe('there');
    const copy = join(state, 'cache', pack.digest);
    expect(readFileSync(join(copy, 'bin/x'), 'utf8')).toBe('#!/bin/sh\necho 1\n');
    expect(existsSync(join(state, 'runs'))).toBe(false); // no agent was started
    writeFileSync(join(copy, 'bin/x'), '#!/bin/sh\necho 2\n');
    expect(await bringToolpack(here, pack)).toBe('brought');
    writeFileSync(join(copy, 'manifest'), '');
    expect(await bringToolpack(here, pack)).toBe('brought');
    expect(readFileSync(join(copy, 'bin/x'), 'utf8')).toBe('#!/bin/sh\necho 1\n');
  });

  it('is not taken for whole by a sha256sum that cannot say which file is another', async () => {
    const { state, place: here } = place();
    const pack = await build(described([script]));
    await bringToolpack(here, pack);
    const copy = join(state, 'cache', pack.digest, 'bin/x');
    writeFileSync(copy, '#!/bin/sh\necho 2\n');
    const bin = join(folder, 'other-bin');
    mkdirSync(bin);
    const lines = ['#!/bin/sh', 'case $* in *--quiet*) exit 1 ;; esac', 'exec /usr/bin/sha256sum "$@"', ''];
    writeFileSync(join(bin, 'sha256sum'), lines.join('\n'), { mode: 0o755 });
    const transport = createLocalTransport({ PATH: `${bin}:${process.env['PATH'] ?? ''}` });
    expect(await bringToolpack({ ...here, transport }, pack)).toBe('brought');
    expect(readFileSync(copy, 'utf8')).toBe('#!/bin/sh\necho 1\n');
  });

  it('is not content with what was changed on the way', async () => {
    const { state, place: here } = place();
    const pack = await build(described([script]));
    writeFileSync(join(out, 'bin/x'), '#!/bin/sh\necho 2\n');
    await expect(bringToolpack(here, pack)).rejects.toMatchObject({ code: 'TOOLPACK_DAMAGED' });
    expect(existsSync(join(state, 'cache', pack.digest))).toBe(false);
  });

  it('brings nothing to another processor', async () => {
    const { state, place: here } = place();
    const pack = await build(described([script], { machine: other }));
    expect(await bringToolpack(here, pack)).toBe('foreign');
    expect(existsSync(join(state, 'cache', pack.digest))).toBe(false);
  });

  it('writes through no link that somebody left there', async () => {
    const { state, place: here } = place();
    const pack = await build(described([script]));
    mkdirSync(join(state, 'cache'), { recursive: true, mode: 0o700 });
    mkdirSync(join(folder, 'theirs'));
    symlinkSync(join(folder, 'theirs'), join(state, 'cache', pack.digest));
    expect(await bringToolpack(here, pack)).toBe('brought');
    expect(readdirSync(join(folder, 'theirs'))).toEqual([]);
  });
});
