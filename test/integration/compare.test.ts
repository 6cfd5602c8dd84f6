import { existsSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { comparedSides } from '../../harness/cli/compared-sides.ts';
import { loadReadings, openSides } from '../../harness/cli/load-readings.ts';
import { readRuns } from '../../harness/cli/read-runs.ts';
import { interestOf, readingsOf } from '../../harness/compare/run-readings.ts';
import { readEnvironment } from '../../harness/environment.ts';
import type { RunDirectory } from '../../harness/store/run-directory.ts';
import { RunEvidence } from '../../harness/store/run-evidence.ts';
import { loadRegistry } from '../../workloads/registry.ts';
import { writeScaleRun } from '../support/constructed/scale-run.ts';
import { runAssay } from '../support/run-assay.ts';

const folder = mkdtempSync(join(tmpdir(), 'assay-compare-'));
afterAll(() => rmSync(folder, { recursive: true }));
const write = (id: string, day: string) =>
  writeScaleRun(join(folder, id), 'c', 3, { id, startedAt: `2026-${day}T00:00:00Z` });

beforeAll(async () => {
  for (const at of [1, 2, 3]) {
    await write(`before-${at}`, `10-0${at}`);
    await write(`after-${at}`, `11-0${at}`);
  }
});

const before = ['before-1', 'before-2', 'before-3'];
const after = ['after-1', 'after-2', 'after-3'];
const open = (sides: { before: readonly string[]; after: readonly string[] }, wanted?: string) =>
  openSides({ ...readEnvironment(), workingDirectory: folder }, sides, wanted);

describe('assay compare', () => {
  it('prints the comparison and writes it where it is told, in four forms', async () => {
    const args = ['compare', ...before, '--after', ...after, '--out', 'compared', '--margin', '3%'];
    const { exitCode, stdout, stderr } = await runAssay(args, { cwd: folder });
    expect({ exitCode, stderr: stderr.trim() }).toEqual({
      exitCode: 0,
      stderr: 'report    compared/comparison.html',
    });
    expect(stdout).toContain('● NOT INFERIOR\n  3 machines compared: 3 not inferior');
    expect(stdout).toContain('Margin: 3 %, as the command line says');
    expect(readdirSync(join(folder, 'compared')).toSorted()).toEqual([
      'comparison.csv',
      'comparison.html',
      'comparison.json',
      'comparison.md',
    ]);
  });
  it('ends with 2 for one session a side, and prints a document that is the same anywhere', async () => {
    const { exitCode, stdout } = await runAssay(['compare', 'before-1', 'after-1', '--json'], {
      cwd: folder,
    });
    expect(exitCode).toBe(2);
    expect(JSON.parse(stdout)).toMatchObject({ schema: 'assay/comparison', conclusion: 'undecided' });
  });
  it('writes nothing into a folder that has something else, and reads no run before it has looked', async () => {
    writeFileSync(join(folder, 'notes.txt'), 'mine');
    const { exitCode, stderr } = await runAssay(['compare', 'nowhere', 'after-1', '--out', '.'], {
      cwd: folder,
    });
    expect(exitCode).toBe(64);
    expect(stderr).toContain('RUN_EXISTS expected a folder for this report alone');
    expect(existsSync(join(folder, 'comparison.json'))).toBe(false);
  });
  it('takes two runs, or a list on each side', () => {
    expect(comparedSides(['a', 'b'], undefined)).toEqual({ before: ['a'], after: ['b'] });
    expect(comparedSides(['a', 'b'], ['c'])).toEqual({ before: ['a', 'b'], after: ['c'] });
    expect(() => comparedSides(['a'], undefined)).toThrow('got one');
    expect(() => comparedSides(['a', 'b', 'c'], undefined)).toThrow('got 3');
  });
  it('refuses a run that is given twice, one without the profile, and one that is not there', async () => {
    await expect(open({ before, after: ['before-1'] })).rejects.toThrow('got before-1 twice');
    await expect(open({ before, after }, 'hall')).rejects.toThrow(
      /run before-1 \(before\): expected the profile hall among its inputs/,
    );
    await expect(open({ before: ['nowhere'], after })).rejects.toThrow('found none at');
  });
  it('reads a part of a run for what it compares, and gets of it what all of the run says', async () => {
    const registry = await loadRegistry();
    const sides = await open({ before: ['before-1'], after });
    const narrow = await loadReadings(sides.before[0] as RunDirectory, sides.profile, registry);
    const whole = await RunEvidence.read(sides.before[0] as RunDirectory, registry); // one run was opened
    expect(narrow).toEqual(readingsOf(whole.material(sides.profile)));
    const { isRead } = interestOf(registry);
    const unread = whole.plan?.steps.filter((step) => !isRead(step)).map(({ workload }) => workload);
    expect([...new Set(unread)]).toEqual(['nvme']); // only its verification, which counts errors
  });
  it('refuses a side with damage in any node, by the name of the file', async () => {
    await write('torn', '11-09');
    writeFileSync(join(folder, 'torn', 'nodes', 'n0002', 'evidence.tar'), 'torn');
    const sides = await open({ before: ['before-1'], after: ['torn'] });
    for (const threads of [1, 2])
      await expect(readRuns('readings', sides, threads)).rejects.toMatchObject({
        code: 'EVIDENCE_DAMAGED',
        message: expect.stringMatching(/^torn \(/) as string,
      });
  });
  it('reads runs in several threads as it reads them in one', async () => {
    const sides = await open({ before, after });
    expect(await readRuns('readings', sides, 3)).toEqual(await readRuns('readings', sides, 1));
    expect(await readRuns('judged', sides, 2)).toEqual(await readRuns('judged', sides, 1));
  });
  it.each([
    ['before-1 torn', 4, /EVIDENCE_DAMAGED torn \(n0002\): nodes\/n0002/],
    [
      'before-1 after-1 --profile hall',
      64,
      /CONFIG_INVALID run before-1 \(before\): expected the profile hall/,
    ],
    ['before-1 after-1 --energy kwh.csv', 64, /CONFIG_INVALID kwh.csv:2: joule: .*\n +Is it in kWh\?/],
    [
      'before-1 after-1 --energy twice.csv',
      64,
      /CONFIG_INVALID twice.csv:3: expected each period of n0001 once/,
    ],
    [
      'before-1 after-1 --energy other.csv',
      64,
      /CONFIG_INVALID other.csv:2: asset: expected a machine of the runs/,
    ],
  ])('writes nothing of a conversion from %s', async (args, code, message) => {
    const energy = (name: string, ...rows: readonly string[]): void =>
      writeFileSync(join(folder, name), ['asset,from,to,joule,label', ...rows, ''].join('\n'));
    energy('kwh.csv', 'n0001,2026-10-01T00:00:00Z,2026-10-02T00:00:00Z,24,measured');
    energy('other.csv', 'n0009,2026-10-01T00:00:00Z,2026-10-02T00:00:00Z,86400000,measured');
    energy(
      'twice.csv',
      'n0001,2026-10-01T00:00:00Z,2026-10-02T00:00:00Z,86400000,measured',
      'n0001,2026-10-01T12:00:00Z,2026-10-02T12:00:00Z,86400000,measured',
    );
    const words = ['conversion', ...args.split(' '), '--out', 'converted'];
    const { exitCode, stdout, stderr } = await runAssay(words, { cwd: folder });
    expect({ exitCode, stdout }).toEqual({ exitCode: code, stdout: '' });
    expect(stderr).toMatch(message);
    expect(existsSync(join(folder, 'converted'))).toBe(false);
  });
});
