import { spawnSync } from 'node:child_process';
import { mkdtempSync, readdirSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { sixEvidence } from '../support/constructed/six-evidence.ts';
import { writeRunDirectory } from '../support/constructed-run-directory.ts';
import { removeFolder } from '../support/temporary.ts';

const bin = fileURLToPath(new URL('../../harness/bin.js', import.meta.url));
const call = `'${process.execPath}' '${bin}'`;

/** A script of the shell with only these variables, without a terminal or on one of so many columns. */
function run(
  script: string,
  options: { readonly cwd: string; readonly env?: Record<string, string>; readonly columns?: number },
): { readonly status: number | null; readonly stdout: string; readonly stderr: string } {
  const PATH = process.env['PATH'] ?? '';
  const env = { PATH, HOME: options.cwd, ...options.env };
  const [file = '', ...args] =
    options.columns === undefined
      ? ['sh', '-c', script]
      : ['script', '-qec', `stty cols ${options.columns} rows 24; ${script}`, '/dev/null'];
  return spawnSync(file, args, { cwd: options.cwd, encoding: 'utf8', env, timeout: 60_000 });
}

const color = '\u001b[';

describe('a terminal', () => {
  const cwd = mkdtempSync(join(tmpdir(), 'assay-terminal-'));
  afterAll(() => removeFolder(cwd));
  const judge = `${call} judge run`;
  beforeAll(async () => {
    await writeRunDirectory(join(cwd, 'run'), { nodes: [sixEvidence.virtualMachine] });
  });

  it('has colours, and none where it is dumb, where NO_COLOR says so or nobody looks', {
    timeout: 120_000,
  }, () => {
    expect(run(judge, { cwd, columns: 80, env: { TERM: 'xterm' } }).stdout).toContain(color);
    expect(run(judge, { cwd, columns: 80, env: { TERM: 'dumb' } }).stdout).not.toContain(color);
    expect(run(judge, { cwd, columns: 80, env: { TERM: 'xterm', NO_COLOR: '1' } }).stdout).not.toContain(
      color,
    );
    expect(run(judge, { cwd }).stdout).not.toContain(color);
    expect(run(judge, { cwd, env: { FORCE_COLOR: '1' } }).stdout).toContain(color);
  });

  it('of 20 columns has every word of the verdict', { timeout: 60_000 }, () => {
    const { status, stdout } = run(judge, { cwd, columns: 20, env: { TERM: 'xterm', NO_COLOR: '1' } });
    expect(status).toBe(0);
    const lines = stdout.replaceAll('\r', '').split('\n');
    // What has no place to be broken (a path, a name with its figure) may be longer; running text is not.
    expect(lines.filter((line) => line.length > 60 && / \w+ \w+ /.test(line))).toEqual([]);
    expect(stdout.replaceAll(/\s+/g, ' ')).toContain('Exit code 0');
    for (const command of ['--help', 'survey --help'])
      expect(run(`${call} ${command}`, { cwd, columns: 20, env: { TERM: 'xterm' } }).status).toBe(0);
  });

  it('in another language, or none, is told the same', { timeout: 60_000 }, () => {
    const [plain, ...others] = ['C.UTF-8', 'C', 'de_DE.ISO-8859-1'].map((LANG) =>
      run(judge, { cwd, env: { LANG, LC_ALL: LANG } }),
    );
    for (const other of others) expect([other.status, other.stdout]).toEqual([plain?.status, plain?.stdout]);
  });

  it('that is closed changes neither the exit code nor what is written', { timeout: 60_000 }, () => {
    for (const closed of ['>&-', '>&- 2>&-', '>/dev/full']) {
      const { status, stderr } = run(`${judge} ${closed}`, { cwd });
      expect(stderr).not.toMatch(/^\s+at /m);
      if (closed.includes('&-')) expect(status).toBe(0);
    }
    expect(readdirSync(join(cwd, 'run.report'))).toContain('report.html');
  });
});
