import { execFileSync } from 'node:child_process';
import {
  appendFileSync,
  existsSync,
  linkSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { sha256 } from '../../../../agents/protocol/chain.ts';
import { maxFileBytes, trailer } from '../../../../harness/store/pack.ts';
import { PackReader } from '../../../../harness/store/pack-reader.ts';
import { PackWriter } from '../../../../harness/store/pack-writer.ts';
import { RunDirectory } from '../../../../harness/store/run-directory.ts';
import { createTarHeader } from '../../../../harness/store/tar-header.ts';
import { createSmallRun } from '../../../support/small-run.ts';
import { temporaryDirectory } from '../../../support/temporary.ts';

type Files = Readonly<Record<string, string>>;
const facts: Files = { 'exit.json': '{}\n', 'probes.json': '{"probes":[]}\n' };
const hash: Files = { 'run.stdout': 'x'.repeat(513), 'run.stderr': '', 'exit.json': '{"step":"hash"}\n' };

interface Pack {
  readonly run: RunDirectory;
  readonly tar: string;
  readonly index: string;
}

async function writePack(steps: Readonly<Record<string, Files>> = { facts, 'r1-hash': hash }): Promise<Pack> {
  const run = await createSmallRun(join(temporaryDirectory(), 'run'));
  const writer = await PackWriter.open(run, 'n1', []);
  for (const [step, files] of Object.entries(steps)) await append(writer, step, files);
  await writer.close();
  const folder = join(run.path, 'nodes/n1');
  return { run, tar: join(folder, 'evidence.tar'), index: join(folder, 'evidence.json') };
}

const append = (writer: PackWriter, step: string, files: Files): Promise<void> =>
  writer.append(step, new Map(Object.entries(files).map(([name, text]) => [name, Buffer.from(text)])));

/** All steps of a pack as texts. */
async function readPack(run: RunDirectory): Promise<Record<string, Files>> {
  await using reader = await PackReader.open(run, 'n1', Infinity);
  const steps: Record<string, Files> = {};
  for (const step of reader.names) {
    const files = await reader.read(step);
    steps[step] = Object.fromEntries([...files].map(([name, { bytes }]) => [name, bytes.toString()]));
  }
  return steps;
}

const changeIndex = ({ index }: Pack, change: (document: Index) => unknown): void =>
  writeFileSync(index, JSON.stringify(change(JSON.parse(readFileSync(index, 'utf8')) as Index)));

interface Index {
  readonly bytes: number;
  readonly entries: readonly { path: string; offset: number; size: number; sha256: string }[];
}

const withEntry = (document: Index, at: number, change: object): unknown => ({
  ...document,
  entries: document.entries.map((entry, index) => (index === at ? { ...entry, ...change } : entry)),
});

describe('a pack', () => {
  it('gives back what was put in, step by step, with the digest of each file', async () => {
    const { run } = await writePack();
    expect(await readPack(run)).toEqual({ facts, 'r1-hash': hash });
    await using reader = await PackReader.open(run, 'n1', Infinity);
    expect((await reader.read('facts')).get('exit.json')?.sha256).toBe(sha256('{}\n'));
    await expect(reader.read('r2-hash')).rejects.toThrow('expected the step r2-hash, found none');
  });

  it('is the same bytes for the same content, anywhere', async () => {
    const { tar } = await writePack();
    expect(sha256(readFileSync(tar))).toBe(
      'a9fbeffc2fcc45d89da894a0053d6bdb97b49fa62dfaace778bbc8ae698715bd',
    );
  });

  it('is a tree for the real tar', async () => {
    const { tar } = await writePack();
    const tree = temporaryDirectory();
    execFileSync('tar', ['xf', tar, '-C', tree]);
    expect(readdirSync(tree, { recursive: true, encoding: 'utf8' }).toSorted()).toEqual([
      'steps',
      'steps/facts',
      'steps/facts/exit.json',
      'steps/facts/probes.json',
      'steps/r1-hash',
      'steps/r1-hash/exit.json',
      'steps/r1-hash/run.stderr',
      'steps/r1-hash/run.stdout',
    ]);
    expect(readFileSync(join(tree, 'steps/r1-hash/run.stdout'), 'utf8')).toBe(hash['run.stdout']);
    const env = { PATH: process.env['PATH'] ?? '', TZ: 'UTC', LC_ALL: 'C' };
    const listed = execFileSync('tar', ['tvf', tar, '--numeric-owner'], { env, encoding: 'utf8' });
    expect(listed.split('\n')[3]).toMatch(
      /^-rw-r--r-- 0\/0 +0 1970-01-01 00:00 steps\/r1-hash\/run\.stderr$/,
    );
  });

  it('lists in its index where each file is, in the order in which they arrived', async () => {
    const { tar, index } = await writePack();
    const { entries, bytes } = JSON.parse(readFileSync(index, 'utf8')) as Index;
    expect(entries.map(({ path }) => path)).toEqual([
      'steps/facts/probes.json',
      'steps/facts/exit.json',
      'steps/r1-hash/run.stdout',
      'steps/r1-hash/run.stderr',
      'steps/r1-hash/exit.json',
    ]);
    const packed = readFileSync(tar);
    for (const { offset, size, sha256: digest } of entries)
      expect(sha256(packed.subarray(offset, offset + size))).toBe(digest);
    expect(packed.length).toBe(bytes + 1024);
  });

  it('holds the longest names of ours, and refuses longer ones', async () => {
    const long = { [`a${'b'.repeat(99)}`]: 'x', 'exit.json': '{}' };
    const step = 's'.repeat(100);
    const { run, tar } = await writePack({ [step]: long });
    expect(await readPack(run)).toEqual({ [step]: long });
    expect(execFileSync('tar', ['tf', tar], { encoding: 'utf8' })).toContain(
      `steps/${step}/a${'b'.repeat(99)}\n`,
    );
    const writer = await PackWriter.open(run, 'n1', [step]);
    for (const [name, file] of [
      ['s'.repeat(150), 'exit.json'],
      ['r1', `a${'b'.repeat(100)}`],
      ['..', 'exit.json'],
      ['r1', '../exit.json'],
      ['r1', '.hidden'],
    ] as const)
      await expect(append(writer, name, { [file]: 'x', 'exit.json': '{}' })).rejects.toMatchObject({
        code: 'EVIDENCE_DAMAGED',
      });
  });

  it('takes no step twice, none without its result, none above the limits', async () => {
    const { run, tar } = await writePack();
    const writer = await PackWriter.open(run, 'n1', ['facts', 'r1-hash']);
    const before = readFileSync(tar);
    await expect(append(writer, 'facts', facts)).rejects.toThrow(
      'expected the step facts once, found it again',
    );
    await expect(append(writer, 'r2', { 'run.stdout': 'x' })).rejects.toThrow(
      'expected exit.json, found none',
    );
    const large = Buffer.alloc(maxFileBytes + 1);
    await expect(
      writer.append(
        'r2',
        new Map([
          ['run.stdout', large],
          ['exit.json', Buffer.from('{}')],
        ]),
      ),
    ).rejects.toThrow(`expected at most ${maxFileBytes} bytes, found ${maxFileBytes + 1}`);
    const most = large.subarray(1);
    await expect(
      writer.append(
        'r2',
        new Map([...['a', 'b', 'c', 'd'].map((name) => [name, most] as const), ['exit.json', most]]),
      ),
    ).rejects.toThrow('expected at most 268435456 bytes, found more');
    expect(readFileSync(tar)).toEqual(before);
  });
});

describe('a pack whose writer was killed', () => {
  it('can be read as far as whole steps go, and continued from those that the journal names', async () => {
    const { run, tar, index } = await writePack();
    rmSync(index);
    const whole = readFileSync(tar);
    for (const cut of [whole.length - 1, whole.length - 1025, 512 * 4 + 10, 512 * 4]) {
      truncateSync(tar, cut);
      expect(await readPack(run)).toEqual(cut > whole.length - 1025 ? { facts, 'r1-hash': hash } : { facts });
    }
    const writer = await PackWriter.open(run, 'n1', ['facts']);
    await append(writer, 'r1-hash', hash);
    await writer.close();
    expect(readFileSync(tar)).toEqual(whole);
  });

  it('loses a whole step that the journal does not name', async () => {
    const { run, tar } = await writePack();
    const whole = readFileSync(tar);
    const writer = await PackWriter.open(run, 'n1', ['facts']);
    expect(await readPack(run)).toEqual({ facts });
    await append(writer, 'r1-hash', hash);
    await writer.close();
    expect(readFileSync(tar)).toEqual(whole);
  });

  it('is not continued when it lacks a step of the journal, or has another one before', async () => {
    const { run, tar } = await writePack();
    const before = readFileSync(tar);
    for (const steps of [['facts', 'r2'], ['r1-hash']])
      await expect(PackWriter.open(run, 'n1', steps)).rejects.toMatchObject({ code: 'EVIDENCE_DAMAGED' });
    await expect(PackWriter.open(run, 'n2', ['facts'])).rejects.toMatchObject({ code: 'EVIDENCE_DAMAGED' });
    expect(readFileSync(tar)).toEqual(before);
  });

  it('has no index while it is written to, and a new one afterwards', async () => {
    const { run } = await writePack();
    const writer = await PackWriter.open(run, 'n1', ['facts', 'r1-hash']);
    expect(await run.has('nodes/n1/evidence.json')).toBe(false);
    await append(writer, 'r2', facts);
    await writer.close();
    expect(Object.keys(await readPack(run))).toEqual(['facts', 'r1-hash', 'r2']);
  });
});

describe('a foreign pack', () => {
  const cases: Readonly<Record<string, (pack: Pack) => void | Promise<void>>> = {
    'is cut': ({ tar }) => truncateSync(tar, 3000),
    'is empty': ({ tar }) => truncateSync(tar, 0),
    'has something after its end': ({ tar }) => appendFileSync(tar, Buffer.alloc(512)),
    'is missing': ({ tar }) => rmSync(tar),
    'is a link': ({ tar, run }) => {
      rmSync(tar);
      symlinkSync(join(run.path, 'run.json'), tar);
    },
    'is a directory': ({ tar }) => {
      rmSync(tar);
      mkdirSync(tar);
    },
    'is a FIFO': ({ tar }) => {
      rmSync(tar);
      execFileSync('mkfifo', [tar]);
    },
    'has the index of another one': async ({ index }) =>
      writeFileSync(index, readFileSync((await writePack({ facts })).index)),
    'has the index of another one with files of the same sizes': async ({ index }) => {
      const like = { facts: { ...facts, 'exit.json': '[]\n' }, 'r1-hash': hash };
      writeFileSync(index, readFileSync((await writePack(like)).index));
    },
    'has an index larger than itself': ({ index }) => appendFileSync(index, ' '.repeat(10_000)),
    'has an index that is no JSON': ({ index }) => writeFileSync(index, '['.repeat(4000)),
    'has an index that is a directory': ({ index }) => {
      rmSync(index);
      mkdirSync(index);
    },
    'lacks a file that the index lists': (pack) =>
      changeIndex(pack, ({ entries, ...rest }) => ({
        ...rest,
        entries: [...entries, { ...entries[0], path: 'steps/r9/exit.json' }],
      })),
    'has an index that ends within a step': (pack) =>
      changeIndex(pack, ({ entries, bytes, ...rest }) => ({
        ...rest,
        bytes,
        entries: [...entries, { ...entries[0], path: 'steps/r9/x', offset: bytes + 512, size: 0 }],
      })),
    'has a file that the index does not list': (pack) =>
      changeIndex(pack, ({ entries, ...rest }) => ({ ...rest, entries: entries.slice(0, -1) })),
    'has an index with an unknown key': (pack) => changeIndex(pack, (index) => ({ ...index, more: 1 })),
    'has an index of other bytes': (pack) => changeIndex(pack, (index) => ({ ...index, bytes: 1 })),
    'has an index with an offset below zero': (pack) =>
      changeIndex(pack, (index) => withEntry(index, 1, { offset: -512 })),
    'has an index with overlapping files': (pack) =>
      changeIndex(pack, (index) => withEntry(index, 1, { offset: 512 })),
    'has an index with a huge size': (pack) =>
      changeIndex(pack, (index) => withEntry(index, 4, { size: Number.MAX_SAFE_INTEGER })),
    'has an index with a size that is none': (pack) =>
      changeIndex(pack, (index) => withEntry(index, 4, { size: 1e300 })),
    'has an index with another size': (pack) =>
      changeIndex(pack, (index) => withEntry(index, 0, { size: 13 })),
    'has an index that names a file twice': (pack) =>
      changeIndex(pack, (index) => withEntry(index, 3, { path: 'steps/r1-hash/run.stdout' })),
    'has an index that names a step twice': (pack) =>
      changeIndex(pack, (index) => ({
        ...index,
        entries: index.entries.map((entry) => ({ ...entry, path: entry.path.replace('r1-hash', 'facts') })),
      })),
    'has an index that leads out': (pack) =>
      changeIndex(pack, (index) => withEntry(index, 0, { path: 'steps/../run.json' })),
    'has an index that goes deep': (pack) =>
      changeIndex(pack, (index) => withEntry(index, 0, { path: 'steps/facts/probes.json/x' })),
  };

  it.for(Object.entries(cases))('that %s is damaged evidence, and nothing is written', async ([, change]) => {
    const pack = await writePack();
    await change(pack);
    const names = readdirSync(pack.run.path, { recursive: true });
    await expect(readPack(pack.run)).rejects.toMatchObject({
      code: 'EVIDENCE_DAMAGED',
      message: expect.stringMatching(/nodes\/n1\/evidence\..*: expected .+, found .+/) as string,
    });
    expect(readdirSync(pack.run.path, { recursive: true })).toEqual(names);
  });

  it.for([
    ['a step twice', ['facts/exit.json', 'facts/exit.json'], 'expected the step facts once, found it again'],
    [
      'a file twice',
      ['facts/a', 'facts/a', 'facts/exit.json'],
      'expected steps/facts/a once, found it again',
    ],
    [
      'steps in each other',
      ['facts/a', 'r1/a', 'facts/exit.json'],
      'expected steps/facts/exit.json, found steps/r1/a',
    ],
    ['an end within a step', ['facts/a', ''], 'expected a header as Assay writes it, found something else'],
    ['a longer end than ours', ['facts/exit.json', '', ''], 'expected at most 1536 bytes, found 2560'],
    [
      'something after its end',
      ['facts/exit.json', '', 'r1/exit.json'],
      'expected at most 1536 bytes, found 2048',
    ],
  ] as const)('without an index that has %s is damaged', async ([, paths, message]) => {
    const { run, tar, index } = await writePack();
    rmSync(index);
    const blocks = paths.map((path) => (path === '' ? trailer : createTarHeader(`steps/${path}`, 0)));
    writeFileSync(tar, Buffer.concat(blocks));
    await expect(readPack(run)).rejects.toThrow(message);
  });

  it('is refused before anything is read that its index makes large', async () => {
    const { run, tar, index } = await writePack();
    const list = (entries: Index['entries']): void => {
      writeFileSync(index, JSON.stringify({ schema: 'assay/pack', schemaVersion: 1, bytes: 0, entries }));
      truncateSync(tar, 2 ** 40); // sparse
    };
    const entry = { path: 'steps/r1/exit.json', offset: 512, size: 0, sha256: '0'.repeat(64) };
    list([{ ...entry, size: maxFileBytes + 1 }]);
    await expect(readPack(run)).rejects.toThrow(`expected at most ${maxFileBytes} bytes`);
    list(
      Array.from({ length: 5 }, (_, at) => ({
        ...entry,
        path: `steps/r1/${at}`,
        offset: 512 + at * (maxFileBytes + 512),
        size: maxFileBytes,
      })),
    );
    await expect(readPack(run)).rejects.toThrow('steps/r1: expected at most 268435456 bytes, found more');
    list(
      Array.from({ length: 100_001 }, (_, at) => ({
        ...entry,
        path: `steps/r${at}/exit.json`,
        offset: 512 + at * 512,
      })),
    );
    await expect(readPack(run)).rejects.toThrow('expected at most 100000 files, found more');
    list([{ ...entry, offset: 1024 }]);
    await expect(readPack(run)).rejects.toThrow('expected offset 512, found 1024');
    truncateSync(index, maxFileBytes + 1);
    await expect(readPack(run)).rejects.toThrow(`expected at most ${maxFileBytes} bytes`);
  });

  it('whose index is of a newer version is refused as such', async () => {
    const pack = await writePack();
    changeIndex(pack, (index) => ({ ...index, schemaVersion: 2 }));
    await expect(readPack(pack.run)).rejects.toMatchObject({ code: 'SCHEMA_TOO_NEW' });
  });

  it.for([
    ['a link', '2'],
    ['a hard link', '1'],
    ['a device', '3'],
    ['a directory', '5'],
    ['a FIFO', '6'],
    ['a sparse file of GNU tar', 'S'],
    ['a long name of GNU tar', 'L'],
    ['extended attributes', 'x'],
  ] as const)('with %s in it is damaged, with and without an index', async ([, type]) => {
    const { run, tar, index } = await writePack();
    const header = createTarHeader('steps/facts/probes.json', 14);
    header.write(type, 156);
    header.write(' '.repeat(8), 148);
    const sum = header.reduce((total, byte) => total + byte, 0);
    header.write(`${sum.toString(8).padStart(6, '0')}\0 `, 148);
    writeFileSync(tar, Buffer.concat([header, readFileSync(tar).subarray(512)]));
    await expect(readPack(run)).rejects.toMatchObject({ code: 'EVIDENCE_DAMAGED' });
    rmSync(index);
    await expect(readPack(run)).rejects.toMatchObject({ code: 'EVIDENCE_DAMAGED' });
  });

  it('of the real tar is not ours', async () => {
    const { run, tar, index } = await writePack();
    const tree = temporaryDirectory();
    execFileSync('tar', ['xf', tar, '-C', tree]);
    execFileSync('tar', ['cf', tar, '--format=ustar', '-C', tree, 'steps']);
    rmSync(index);
    await expect(readPack(run)).rejects.toThrow('expected a header as Assay writes it, found something else');
  });

  it('is not written to when it has a second name', async () => {
    const { run, tar, index } = await writePack();
    linkSync(tar, join(temporaryDirectory(), 'elsewhere'));
    const again = await RunDirectory.open(run.path);
    await expect(PackWriter.open(again, 'n1', ['facts'])).rejects.toThrow('found one with 2 (hard links)');
    expect([existsSync(index), readFileSync(tar).length]).toEqual([true, 6144]);
  });
});
