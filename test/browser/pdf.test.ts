import { spawnSync } from 'node:child_process';
import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { writeScaleRun } from '../support/constructed/scale-run.ts';
import { sixEvidence } from '../support/constructed/six-evidence.ts';
import { writeRunDirectory } from '../support/constructed-run-directory.ts';
import { runAssay } from '../support/run-assay.ts';
import { temporaryDirectory } from '../support/temporary.ts';

const isThere = ['chromium', 'pdftotext'].every(
  (name) => spawnSync('sh', ['-c', `command -v ${name}`]).status === 0,
);
if (!isThere && process.env['CI'] === 'true') throw new Error('chromium or pdftotext is missing');

describe.skipIf(!isThere)('the report on paper', () => {
  it('has at most six pages for a block of 32 nodes, each with the run and its number, and all that matters on the first', {
    timeout: 180_000,
  }, async () => {
    const cwd = temporaryDirectory();
    await writeScaleRun(join(cwd, 'run'), 'c', 32);
    expect([0, 1, 2]).toContain((await runAssay(['judge', 'run'], { cwd })).exitCode);
    const ended = await runAssay(['report', 'run', '--pdf', '--language', 'en'], { cwd });
    expect(ended.exitCode, ended.stderr).toBe(0);
    expect(ended.stderr).toContain('pdf       run.report/report.pdf\n');
    const file = join(cwd, 'run.report/report.pdf');
    const { stdout } = spawnSync('pdftotext', ['-layout', file, '-'], { encoding: 'utf8' });
    const pages = stdout.split('\f').slice(0, -1);
    expect(pages.length).toBeGreaterThan(1);
    expect(pages.length).toBeLessThanOrEqual(6);
    for (const [at, page] of pages.entries()) {
      expect(page).toContain('run scale-c-32 · cpu-cluster');
      expect(page).toMatch(new RegExp(`\\b${at + 1} ?/ ?${pages.length}\\s*$`));
    }
    for (const name of [
      'Block: not decided',
      '31 of 32 nodes conform',
      'Punch list',
      'Not shown',
      'Check it',
    ])
      expect(pages[0]).toContain(name);
    // What is folded on the screen is not on paper.
    expect(stdout).not.toContain('journal of n0001');
    expect(ended.stderr).toContain('conformity run.report/conformity.en.html\n');
    // One from before is not of a verdict that was judged anew.
    await runAssay(['judge', 'run'], { cwd });
    expect(existsSync(file)).toBe(false);
    expect(existsSync(join(cwd, 'run.report/conformity.en.html'))).toBe(false);
  });

  it('says what to install where there is no browser, and writes nothing', async () => {
    const cwd = temporaryDirectory();
    await writeRunDirectory(join(cwd, 'run'), { nodes: [sixEvidence.virtualMachine] });
    await runAssay(['judge', 'run'], { cwd });
    const before = readdirSync(join(cwd, 'run.report')).toSorted();
    const ended = await runAssay(['report', 'run', '--pdf'], { cwd, env: { PATH: '/nowhere' } });
    expect(ended.exitCode).toBe(64);
    expect(ended.stderr).toMatch(
      /^✖ USAGE expected Chromium on the PATH .*\n {2}Install it \(apt-get install chromium\)/,
    );
    expect(readdirSync(join(cwd, 'run.report')).toSorted()).toEqual(before);
  });
});
