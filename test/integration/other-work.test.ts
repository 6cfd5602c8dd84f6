import { spawn } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { join } from 'node:path';
import { expect, it, onTestFinished } from 'vitest';
import { Verdict } from '../../reports/verdict/verdict.ts';
import { say } from '../../reports/verdict/words/say.ts';
import { quickHash, runAssay, writeSuite } from '../support/run-assay.ts';
import { temporaryDirectory } from '../support/temporary.ts';

it('a speed beside other work is invalid, says how much there was, and is still right', async () => {
  for (let cpu = 0; cpu < availableParallelism(); cpu += 1) {
    const burner = spawn('sh', ['-c', 'while :; do :; done'], { stdio: 'ignore' });
    onTestFinished(() => {
      burner.kill('SIGKILL');
    });
  }
  const cwd = temporaryDirectory();
  const suite = writeSuite(cwd, [quickHash({ repetitions: 1, budgetSeconds: 30 })], {
    otherWorkAtMost: 0.05,
  });
  const run = join(cwd, 'run');
  await runAssay(['survey', 'local', '--suite', suite, '--out', run], { cwd });
  const verdict = Verdict.parse(
    JSON.parse(readFileSync(join(`${run}.report`, 'verdicts/survey.json'), 'utf8')),
  );
  const speed = verdict.measurements.find(({ metric }) => metric === 'sha256.bulkThroughput');
  expect(speed?.invalid && say(speed.invalid)).toMatch(
    /other work on local took [1-9]\d* % of its CPU time meanwhile, at most 5 % may/,
  );
  expect(verdict.cells.find(({ requirement }) => requirement === 'sha256-exact')?.verdict).toBe('pass');
  expect(readFileSync(join(`${run}.report`, 'report.html'), 'utf8')).toContain('lets other work take 5 %');
});
