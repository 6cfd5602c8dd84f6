import { execFileSync } from 'node:child_process';
import {
  cpSync,
  existsSync,
  linkSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { RunDirectory } from '../../harness/store/run-directory.ts';
import { quickHash, runAssay, writeSuite } from '../support/run-assay.ts';
import { removeFolder, temporaryDirectory } from '../support/temporary.ts';

let parent: string;
let base: string;

// One honest run of this machine, which every case gets a copy of, as if somebody had sent it.
beforeAll(async () => {
  parent = mkdtempSync(join(tmpdir(), 'assay-received-'));
  base = join(parent, 'base');
  const suite = writeSuite(parent, [quickHash({ repetitions: 1, budgetSeconds: 10 })]);
  const ended = await runAssay(['survey', 'local', '--suite', suite, '--out', base], { cwd: parent });
  expect(ended.stderr).not.toContain('✖');
});

afterAll(() => removeFolder(parent));

/** A copy of the run and, beside it, somebody's folder with a file. */
function receive(): { readonly cwd: string; readonly run: string; readonly victim: string } {
  const cwd = temporaryDirectory();
  const [run, victim] = [join(cwd, 'run'), join(cwd, 'victim')];
  cpSync(base, run, { recursive: true });
  cpSync(`${base}.report`, `${run}.report`, { recursive: true });
  mkdirSync(victim);
  writeFileSync(join(victim, 'file'), 'mine\n');
  return { cwd, run, victim };
}

const commands: readonly (readonly [string, readonly string[]])[] = [
  ['judge', []],
  ['report', []],
  ['explain', ['sha256.throughput']],
  ['resume', []],
  ['stop', []],
];

/** Nothing of what was there before has changed, and nothing has come. */
function expectUntouched(cwd: string, victim: string): void {
  expect(readFileSync(join(victim, 'file'), 'utf8')).toBe('mine\n');
  expect(readdirSync(victim)).toEqual(['file']);
  expect(readdirSync(cwd).toSorted()).toEqual(['run', 'run.report', 'victim']);
}

describe.each(commands)('%s of a run directory from somebody else', (command, more) => {
  const refuse = async (cwd: string): Promise<string> => {
    const { exitCode, stderr, stdout } = await runAssay([command, 'run', ...more], { cwd });
    expect(stdout).toBe('');
    expect(stderr).toContain('EVIDENCE_DAMAGED');
    expect(exitCode).toBe(4);
    return stderr.replaceAll(/\s+/g, ' ');
  };

  it('refuses links wherever they lie', async () => {
    const files = ['report.md.partial', 'verdicts/survey.json', 'nodes/local/journal.ndjson', 'run.json'];
    const folders = ['verdicts', 'nodes', 'nodes/local/evidence.tar', 'inputs/profiles', 'x/y'];
    const { cwd, run, victim } = receive();
    for (const [path, target] of [
      ...files.map((each) => [each, join(victim, 'file')] as const),
      ...folders.map((each) => [each, victim] as const),
      ['report.html', 'nowhere'] as const,
    ]) {
      rmSync(run, { recursive: true });
      cpSync(base, run, { recursive: true });
      rmSync(join(run, path), { recursive: true, force: true });
      mkdirSync(join(run, path, '..'), { recursive: true });
      symlinkSync(target, join(run, path));
      expect(await refuse(cwd)).toContain(`${path}: expected only files and directories`);
      expectUntouched(cwd, victim);
    }
  });

  it('refuses a link as the directory itself', async () => {
    const { cwd, run } = receive();
    rmSync(run, { recursive: true });
    symlinkSync(base, run);
    expect(await refuse(cwd)).toContain('found a symbolic link to');
  });

  it.each(['run.json', 'nodes/local/journal.ndjson', 'zz'])('does not wait at a FIFO (%s)', async (path) => {
    const { cwd, run, victim } = receive();
    rmSync(join(run, path), { force: true });
    execFileSync('mkfifo', [join(run, path)]);
    expect(await refuse(cwd)).toContain(`${path}: expected only files and directories`);
    expectUntouched(cwd, victim);
  });

  it.runIf(process.getuid?.() === 0)('refuses a device', async () => {
    const { cwd, run } = receive();
    rmSync(join(run, 'run.json'));
    execFileSync('mknod', [join(run, 'run.json'), 'c', '1', '5']);
    expect(await refuse(cwd)).toContain('found a device');
  });

  it('refuses a profile in the header that is a path', async () => {
    const { cwd, run, victim } = receive();
    const header = JSON.parse(readFileSync(join(run, 'run.json'), 'utf8')) as object;
    writeFileSync(join(run, 'run.json'), JSON.stringify({ ...header, profile: '../../victim/file' }));
    await refuse(cwd);
    expectUntouched(cwd, victim);
  });
});

describe('report', () => {
  it.each([
    ['profile', (verdict: Verdictish) => void (verdict.profile.id = 'x/../../../victim/evil')],
    [
      'node',
      ({ nodes: [node] }: Verdictish) => {
        if (node !== undefined) node.id = '../../victim';
      },
    ],
    ['other profile', (verdict: Verdictish) => void (verdict.profile.id = 'storage')],
    ['other run', (verdict: Verdictish) => void (verdict.run.id = 'another')],
  ])('writes nothing by the names of a verdict that is not this one (%s)', async (_, change) => {
    const { cwd, run, victim } = receive();
    const path = join(`${run}.report`, 'verdicts/survey.json');
    const verdict = JSON.parse(readFileSync(path, 'utf8')) as Verdictish;
    change(verdict);
    writeFileSync(path, JSON.stringify(verdict));
    const before = readdirSync(run, { recursive: true });
    const { exitCode } = await runAssay(['report', 'run'], { cwd });
    expect(exitCode).toBe(4);
    expect(readdirSync(run, { recursive: true })).toEqual(before);
    expectUntouched(cwd, victim);
  });
});

interface Verdictish {
  readonly profile: { id: string };
  readonly run: { id: string };
  readonly nodes: { id: string }[];
}

describe('a run directory', () => {
  it.each([
    '../x',
    'a/../../x',
    '/x',
    'a//b',
    '.',
    '',
    '.hidden',
    'a/.b',
    'a\0b',
    'a b',
    'x'.repeat(152),
  ])('has no path %j', async (path) => {
    const { cwd, run, victim } = receive();
    const directory = await RunDirectory.open(run);
    for (const use of [
      () => directory.read(path),
      () => directory.has(path),
      () => directory.list(path),
      () => directory.write(path, ''),
      () => directory.append(path, ''),
      () => directory.flush(path),
    ])
      await expect(use()).rejects.toMatchObject({ code: 'EVIDENCE_DAMAGED' });
    expectUntouched(cwd, victim);
  });

  it('does not add to a file that has another name elsewhere', async () => {
    const { run, victim } = receive();
    linkSync(join(victim, 'file'), join(run, 'decisions.ndjson'));
    const directory = await RunDirectory.open(run);
    await expect(directory.append('decisions.ndjson', 'x\n')).rejects.toMatchObject({
      code: 'EVIDENCE_DAMAGED',
    });
    expect(readFileSync(join(victim, 'file'), 'utf8')).toBe('mine\n');
  });

  it('is not written to through a link that came after it was opened', async () => {
    const { run, victim } = receive();
    const directory = await RunDirectory.open(run);
    symlinkSync(victim, join(run, 'verdicts'));
    await expect(directory.write('verdicts/survey.json', '')).rejects.toMatchObject({ code: 'USAGE' });
    symlinkSync(join(victim, 'file'), join(run, 'extra.ndjson'));
    await expect(directory.append('extra.ndjson', 'x')).rejects.toThrow();
    expect(readdirSync(victim)).toEqual(['file']);
    expect(readFileSync(join(victim, 'file'), 'utf8')).toBe('mine\n');
  });

  it('is not written to where everybody may put something', async () => {
    const { run } = receive();
    execFileSync('chmod', ['777', run]);
    const directory = await RunDirectory.open(run);
    await expect(directory.write('report.md', '')).rejects.toMatchObject({ code: 'USAGE' });
  });

  it('keeps no partial file of a process that has gone, and that of one that is at work', async () => {
    const { run } = receive();
    const [gone, alive] = [
      `.a.4194304-${'0'.repeat(16)}.partial`,
      `.a.${process.pid}-${'0'.repeat(16)}.partial`,
    ];
    for (const name of [gone, alive]) writeFileSync(join(run, name), '');
    const directory = await RunDirectory.open(run);
    await directory.write('a', 'whole');
    expect([existsSync(join(run, gone)), existsSync(join(run, alive))]).toEqual([false, true]);
    expect(readFileSync(join(run, 'a'), 'utf8')).toBe('whole');
  });
});
