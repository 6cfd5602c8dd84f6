import { cpSync, existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { editPacked } from '../support/change-pack.ts';
import { quickHash, runAssay, writeSuite } from '../support/run-assay.ts';
import { removeFolder, temporaryDirectory } from '../support/temporary.ts';

let parent: string;

beforeAll(async () => {
  parent = mkdtempSync(join(tmpdir(), 'assay-reports-'));
  const suite = writeSuite(parent, [quickHash({ repetitions: 1, budgetSeconds: 10 })]);
  for (const name of ['one', 'two']) {
    const args = ['survey', 'local', '--suite', suite, '--out', join(parent, name)];
    expect((await runAssay(args, { cwd: parent })).stderr).not.toContain('✖');
  }
});

afterAll(() => removeFolder(parent));

/** A copy of both runs with their reports. */
function copy(): string {
  const cwd = temporaryDirectory();
  for (const name of ['one', 'one.report', 'two', 'two.report'])
    cpSync(join(parent, name), join(cwd, name), { recursive: true });
  return cwd;
}

const list = (folder: string): readonly string[] =>
  readdirSync(folder, { recursive: true, encoding: 'utf8' }).toSorted();
const junit = 'one.report/report.junit.xml';

describe('reports stand beside the evidence', () => {
  it('never in it: survey, judge and report write nothing below a run', async () => {
    const cwd = copy();
    const before = list(join(cwd, 'one'));
    expect(before.filter((path) => /report|verdict|punch|record/.test(path))).toEqual([]);
    for (const command of ['judge', 'report'])
      expect((await runAssay([command, 'one'], { cwd })).stderr).not.toContain('✖');
    expect(list(join(cwd, 'one'))).toEqual(before);
  });

  it('go where they are told to', async () => {
    const cwd = copy();
    rmSync(join(cwd, 'one.report'), { recursive: true });
    expect((await runAssay(['judge', 'one', '--out', 'elsewhere'], { cwd })).exitCode).toBe(2);
    expect(existsSync(join(cwd, 'one.report'))).toBe(false);
    expect((await runAssay(['report', 'one', '--out', 'elsewhere'], { cwd })).exitCode).toBe(0);
    expect(existsSync(join(cwd, 'elsewhere/report.html'))).toBe(true);
  });

  it('of one run in one folder', async () => {
    const cwd = copy();
    const before = readFileSync(join(cwd, junit));
    for (const command of ['judge', 'report']) {
      const { exitCode, stderr } = await runAssay([command, 'two', '--out', 'one.report'], { cwd });
      expect([exitCode, stderr]).toEqual([64, expect.stringContaining('RUN_EXISTS') as string]);
    }
    expect(readFileSync(join(cwd, junit)).equals(before)).toBe(true);
  });

  it('say that a verdict is needed first', async () => {
    const cwd = copy();
    rmSync(join(cwd, 'one.report'), { recursive: true });
    const { exitCode, stderr } = await runAssay(['report', 'one'], { cwd });
    expect([exitCode, stderr]).toEqual([
      64,
      expect.stringContaining(`assay judge ${join(cwd, 'one')}`) as string,
    ]);
  });

  it.each(['judge', 'report'])('are of a profile of the run, for %s', async (command) => {
    for (const profile of ['../x', 'nobody', '']) {
      const args = [command, 'one', '--profile', profile];
      const { exitCode, stderr } = await runAssay(args, { cwd: parent });
      expect([exitCode, stderr.replace(/\s+/g, ' ')]).toEqual([
        64,
        expect.stringMatching(/CONFIG_INVALID expected one of the profiles .*survey/) as string,
      ]);
    }
  });

  it('are printed where nothing can be written', async () => {
    const cwd = copy();
    rmSync(join(cwd, 'one.report'), { recursive: true });
    writeFileSync(join(cwd, 'one.report'), 'a file in the way');
    const { exitCode, stdout, stderr } = await runAssay(['judge', 'one'], { cwd });
    expect(exitCode).toBe(2);
    expect(stdout.replace(/\s+/g, ' ')).toContain('Exit code 2 (undecided)');
    expect(stderr).toContain('Name a place with --out');
  });

  it('do not go on saying what the evidence no longer gives', async () => {
    const cwd = copy();
    const speed = ['r1-hash', 'speed.stdout'] as const;
    await editPacked(join(cwd, 'one'), 'local', speed, [/\+F:25:sha256:\d/, '+F:25:sha256:0']);
    expect((await runAssay(['judge', 'one'], { cwd })).exitCode).toBe(4);
    expect(readFileSync(join(cwd, junit), 'utf8')).toContain('name="exitCode" value="4"');
    // What belongs to no node leaves nothing to judge, and no green report behind.
    writeFileSync(join(cwd, 'one/coordinator.ndjson'), '{}\n');
    expect((await runAssay(['judge', 'one'], { cwd })).exitCode).toBe(4);
    expect(existsSync(join(cwd, junit))).toBe(false);
  });

  it('are refused when the verdict is about other evidence', async () => {
    const cwd = copy();
    const other = copy();
    const journal = 'one/nodes/local/journal.ndjson';
    const lines = readFileSync(join(cwd, journal), 'utf8').split('\n').slice(0, -2);
    writeFileSync(join(cwd, journal), `${lines.join('\n')}\n`);
    const shorter = await runAssay(['report', 'one'], { cwd });
    expect([shorter.exitCode, shorter.stderr]).toEqual([
      4,
      expect.stringContaining('the journal of local that ends with') as string,
    ]);
    cpSync(join(other, 'two.report/verdicts'), join(other, 'one.report/verdicts'), { recursive: true });
    expect((await runAssay(['report', 'one'], { cwd: other })).exitCode).toBe(4);
  });
});
