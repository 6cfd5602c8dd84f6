import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { findMarked } from '../../agents/exec/sweep.ts';
import { Verdict } from '../../reports/verdict/verdict.ts';
import { say } from '../../reports/verdict/words/say.ts';
import { fakeTool, runAssay, writeSuite } from '../support/run-assay.ts';
import { temporaryDirectory } from '../support/temporary.ts';

const good = '+H:16384\n+F:25:sha256:163840.00';
const digest = 'ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad';

/** `openssl` as a shell script: answers `version` and `dgst` rightly and does `speed` as told. */
const openssl = (speed: string, answer = digest): string => `case $1 in
version) echo 'OpenSSL 3.0.19 1 Jan 2026 (Library: OpenSSL 3.0.19 1 Jan 2026)' ;;
dgst) cat > /dev/null; echo '${answer} *stdin' ;;
speed) ${speed} ;;
esac`;

/** What became of the one speed measurement and of the correctness cell, from the run directory. */
async function survey(script: string | undefined): Promise<{ verdict: Verdict; exitCode: number | null }> {
  const cwd = temporaryDirectory();
  const path = join(cwd, 'bin');
  if (script === undefined) fakeTool(path, 'other', 'exit 0');
  else fakeTool(path, 'openssl', script);
  const suite = writeSuite(cwd, [
    {
      id: 'speed',
      workload: 'sha256',
      tool: 'openssl',
      params: { mode: 'bulk', blockBytes: 16384, cores: 'one', seconds: 1 },
      repetitions: 1,
      budgetSeconds: 4,
    },
  ]);
  const run = join(cwd, 'run');
  const { exitCode, stderr } = await runAssay(['survey', 'local', '--suite', suite, '--out', run], {
    cwd,
    path: [path],
  });
  expect(stderr).not.toContain('✖');
  expect((await runAssay(['judge', run], { cwd })).exitCode).toBe(exitCode);
  return {
    verdict: Verdict.parse(JSON.parse(readFileSync(join(`${run}.report`, 'verdicts/survey.json'), 'utf8'))),
    exitCode,
  };
}

const speeds = (verdict: Verdict): readonly number[] =>
  verdict.measurements
    .filter(({ metric, invalid }) => metric === 'sha256.bulkThroughput' && invalid === undefined)
    .map(({ median }) => median);
const correctness = (verdict: Verdict): string | undefined =>
  verdict.cells.find(({ id }) => id === 'local:sha256-exact')?.verdict;

describe('a tool on the PATH', () => {
  it('that works is read', async () => {
    const { verdict, exitCode } = await survey(
      openssl(`sleep 1; printf '${good.replaceAll('\n', '\\n')}\\n'`),
    );
    expect(exitCode).toBe(2); // nothing else is measured
    expect(speeds(verdict)).toEqual([163840]);
    expect(correctness(verdict)).toBe('pass');
  });

  it.each([
    ['exits with 3', openssl(`printf '${good.replaceAll('\n', '\\n')}\\n'; exit 3`)],
    ['prints nothing', openssl('true')],
    ['is cut off', openssl(`printf '+DT:sha256:1:16384\\n+R:10:sha2'`)],
    ['prints garbage', openssl(`head -c 4096 /dev/urandom`)],
    ['prints nan', openssl(`printf '+H:16384\\n+F:25:sha256:nan\\n'`)],
    ['prints a decimal comma', openssl(`printf '+H:16384\\n+F:25:sha256:163840,00\\n'`)],
    [
      'prints a child of its own instead of the total',
      openssl(`printf 'Got: +F:25:sha256:163840.00 from 0\\n'`),
    ],
    ['hangs', openssl('sleep 600')],
    ['floods', openssl('yes +F:25:sha256:163840.00')],
    ['forks away and never prints', openssl('setsid sleep 600 > /dev/null 2>&1 & exit 0')],
    ['dies of a signal', openssl('kill -KILL $$')],
  ])('that %s gives no number and no pass', async (_, script) => {
    const { verdict, exitCode } = await survey(script);
    expect(speeds(verdict)).toEqual([]);
    expect(correctness(verdict)).not.toBe('pass');
    expect(exitCode).toBe(2);
    expect(verdict.attempts).toHaveLength(1);
    expect(await findMarked(verdict.run.id)).toEqual([]);
  });

  it.each([
    ['ends before its window is over', openssl(`printf '${good.replaceAll('\n', '\\n')}\\n'`)],
    [
      'is faster than any machine',
      openssl(
        `sleep 1; printf '${good.replaceAll('163840.00', '99999999999999.00').replaceAll('\n', '\\n')}\\n'`,
      ),
    ],
  ])('that %s gives no number, although its digest is right', async (_, script) => {
    const { verdict, exitCode } = await survey(script);
    expect(speeds(verdict)).toEqual([]);
    expect(verdict.measurements.map(({ invalid }) => invalid && say(invalid))).toContainEqual(
      expect.stringContaining('timer or tool suspect'),
    );
    expect([correctness(verdict), exitCode]).toEqual(['pass', 2]);
  });

  it('that computes a wrong digest fails, and its speed is invalid', async () => {
    const { verdict, exitCode } = await survey(
      openssl(`printf '${good.replaceAll('\n', '\\n')}\\n'`, digest.replace('b', 'c')),
    );
    expect(correctness(verdict)).toBe('fail');
    expect(exitCode).toBe(1);
    expect(speeds(verdict)).toEqual([]);
  });
});
