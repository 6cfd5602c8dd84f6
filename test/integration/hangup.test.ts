import { spawn } from 'node:child_process';
import { existsSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { beforeEach, describe, expect, it, onTestFinished } from 'vitest';
import { prepareHeldSurvey } from '../support/held-survey.ts';
import { runAssay, startAssay } from '../support/run-assay.ts';
import { temporaryDirectory } from '../support/temporary.ts';

let cwd: string;
let survey: readonly string[];
let options: Parameters<typeof startAssay>[1];

beforeEach(() => {
  cwd = temporaryDirectory();
  options = { cwd, path: [join(cwd, 'bin')] };
  survey = prepareHeldSurvey(cwd);
});

/** The node was let go of and not stopped: its step ends well, and the run is finished from where it stands. */
async function expectResumed(): Promise<void> {
  rmSync(join(cwd, 'wait'));
  const { exitCode, stderr, stdout } = await runAssay(['resume', 'run', '--json'], options);
  expect(stderr).not.toContain('✖');
  expect(exitCode).toBe(2); // the suite measures less than a survey asks for
  const { attempts } = JSON.parse(stdout) as { attempts: { execution: string }[] };
  expect(attempts.map(({ execution }) => execution)).toEqual(['completed']);
}

describe('a coordinator', () => {
  it('that is hung up lets go of the nodes and says how to go on, however often it is told', async () => {
    const first = startAssay(survey, options);
    await first.says('[1/1]');
    first.signal('SIGHUP');
    first.signal('SIGHUP');
    await first.says('Continue with: assay resume');
    first.signal('SIGHUP');
    const { exitCode, stderr } = await first.finished;
    expect(stderr).toContain('✖ INTERRUPTED');
    expect(stderr).not.toContain('stopped');
    expect(exitCode).toBe(130);
    await expectResumed();
  });

  it.runIf(existsSync('/usr/bin/script'))('whose terminal is closed ends in the same way', async () => {
    const bin = fileURLToPath(new URL('../../harness/bin.js', import.meta.url));
    const words = [process.execPath, bin, ...survey].join(' ');
    // One shell dies with the terminal, as that of a login does; the other one tells how the command ended.
    const line = `sh -c 'trap "" HUP; ${words}; echo $? > code.part; mv code.part code'; true`;
    const terminal = spawn('script', ['-qfec', line, join(cwd, 'seen')], {
      cwd,
      env: {
        ...process.env,
        PATH: `${cwd}/bin:${process.env['PATH'] ?? ''}`,
        TERM: 'xterm',
        SHELL: '/bin/sh',
      },
      stdio: ['pipe', 'ignore', 'ignore'],
    });
    onTestFinished(() => void terminal.kill('SIGKILL'));
    const seen = (): string => (existsSync(join(cwd, 'seen')) ? readFileSync(join(cwd, 'seen'), 'utf8') : '');
    await expect.poll(seen, { timeout: 30_000 }).toContain('0 of 1 step · ');
    terminal.kill('SIGKILL');
    await expect.poll(() => existsSync(join(cwd, 'code')), { timeout: 20_000 }).toBe(true);
    expect(readFileSync(join(cwd, 'code'), 'utf8')).toBe('130\n');
    await expectResumed();
  });
});
