import { execFileSync } from 'node:child_process';
import {
  chmodSync,
  chownSync,
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  statSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest';
import { quickHash, runAssay, writeSuite } from '../support/run-assay.ts';
import { removeFolder, temporaryDirectory } from '../support/temporary.ts';

const isRoot = process.getuid?.() === 0;
let parent: string;

beforeAll(async () => {
  parent = mkdtempSync(join(tmpdir(), 'assay-permissions-'));
  chmodSync(parent, 0o755);
  await survey('base', '022');
});

afterAll(() => removeFolder(parent));

async function survey(name: string, umask: string): Promise<void> {
  const suite = writeSuite(parent, [quickHash({ repetitions: 1, budgetSeconds: 10 })]);
  const { stderr } = await runAssay(['survey', 'local', '--suite', suite, '--out', name], {
    cwd: parent,
    wrapper: ['sh', '-c', `umask ${umask}; exec "$@"`, 'sh'],
  });
  expect(stderr).not.toContain('✖');
}

/** Everything below a folder and the folder itself, each with its kind and mode. */
const modesOf = (folder: string): ReadonlySet<string> =>
  new Set(
    [folder, ...readdirSync(folder, { recursive: true, encoding: 'utf8' }).map((name) => join(folder, name))]
      .map((path) => statSync(path))
      .map((found) => `${found.isDirectory() ? 'd' : 'f'}${(found.mode & 0o7777).toString(8)}`),
  );

describe('a run and its reports', () => {
  it.each(['000', '022', '277'])('are for their user alone (umask %s)', async (umask) => {
    const name = `umask-${umask}`;
    await survey(name, umask);
    for (const folder of [join(parent, name), join(parent, `${name}.report`)])
      expect(modesOf(folder)).toEqual(new Set(['d700', 'f600']));
    expect(statSync(parent).mode & 0o777).toBe(0o755);
  });
});

/** Root without the rights that put it above the modes of files is a user like any other. */
const plainUser = isRoot ? ['setpriv', '--inh-caps=-all', '--bounding-set=-all'] : [];

const readers: readonly (readonly [string, string, (folder: string) => readonly string[]])[] = [
  [
    'whose modes allow no writing',
    'may not be written to (EACCES)',
    (folder: string) => {
      execFileSync('chmod', ['-R', 'a-w', folder]);
      onTestFinished(() => void execFileSync('chmod', ['-R', 'u+w', folder]));
      return plainUser;
    },
  ],
  ...(isRoot
    ? ([
        [
          'of somebody else',
          'belongs to uid 65534',
          (folder: string) => {
            execFileSync('chmod', ['-R', 'a+rX', folder]);
            execFileSync('chown', ['-R', '65534:65534', folder]);
            onTestFinished(() => chownSync(folder, 0, 0));
            return plainUser;
          },
        ],
        [
          'on a read-only file system',
          'EROFS',
          (folder: string) => [
            'unshare',
            '--mount',
            'sh',
            '-c',
            'mount --bind "$1" "$1" && mount -o remount,ro,bind "$1" && shift && exec "$@"',
            'sh',
            folder,
          ],
        ],
      ] as const satisfies readonly unknown[])
    : []),
];

describe.each(readers)('a run directory %s', (_, why, protect) => {
  const receive = (): {
    readonly cwd: string;
    readonly shelf: string;
    readonly wrapper: readonly string[];
  } => {
    const cwd = temporaryDirectory();
    const shelf = join(cwd, 'shelf');
    mkdirSync(shelf);
    for (const name of ['base', 'base.report'])
      cpSync(join(parent, name), join(shelf, name), { recursive: true });
    return { cwd, shelf, wrapper: protect(shelf) };
  };
  const lookAt = (folder: string): readonly string[] =>
    readdirSync(folder, { recursive: true, encoding: 'utf8' })
      .map((name) => `${name} ${statSync(join(folder, name)).mtimeMs}`)
      .toSorted();

  it.each([
    ['judge', []],
    ['judge', ['--json']],
    ['judge', ['--profile', 'storage']],
    ['report', []],
    ['report', ['--json']],
    ['explain', ['sha256.bulkThroughput']],
    ['explain', ['sha256.bulkThroughput', '--json']],
  ])('is read by %s %j, and nothing is written there', async (command, more) => {
    const { cwd, shelf, wrapper } = receive();
    const before = lookAt(shelf);
    const { exitCode, stdout, stderr } = await runAssay([command, 'shelf/base', ...more], { cwd, wrapper });
    expect(stderr).not.toContain('INTERNAL');
    expect(stderr).not.toContain('✖');
    expect([0, 1, 2]).toContain(exitCode);
    expect(stdout).not.toBe('');
    if (command !== 'explain') expect(stderr.replaceAll(/\s+/g, ' ')).toContain('Name a place with --out');
    expect(lookAt(shelf)).toEqual(before);
  });

  it.each(['judge', 'report'])('has its reports by %s where --out says', async (command) => {
    const { cwd, shelf, wrapper } = receive();
    const before = lookAt(shelf);
    if (command === 'report') cpSync(join(shelf, 'base.report'), join(cwd, 'there'), { recursive: true });
    const args = [command, 'shelf/base', '--out', 'there'];
    const { exitCode, stderr } = await runAssay(args, { cwd, wrapper });
    expect(stderr).not.toContain('✖');
    expect([0, 1, 2]).toContain(exitCode);
    expect(existsSync(join(cwd, 'there/report.html'))).toBe(true);
    expect(lookAt(shelf)).toEqual(before);
  });

  it('says that a changed one is damaged, and not that its old reports cannot be removed', async () => {
    const { cwd, shelf, wrapper } = receive();
    execFileSync('sh', ['-c', `echo >> ${shelf}/base/plan.json`]);
    const { exitCode, stderr } = await runAssay(['judge', 'shelf/base'], { cwd, wrapper });
    expect(stderr).toContain('✖ EVIDENCE_DAMAGED');
    expect(stderr).toContain('What was concluded before is still there');
    expect(exitCode).toBe(4);
  });

  it.each(['resume', 'stop'])('is not gone on with by %s', async (command) => {
    const { cwd, shelf, wrapper } = receive();
    const before = lookAt(shelf);
    const { exitCode, stderr } = await runAssay([command, 'shelf/base'], { cwd, wrapper });
    if (command === 'resume') {
      expect(stderr.replaceAll(/\s+/g, ' ')).toContain(why);
      expect(exitCode).toBe(64);
    }
    expect(stderr).not.toContain('INTERNAL');
    expect(lookAt(shelf)).toEqual(before);
  });
});
