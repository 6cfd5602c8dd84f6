import { spawnSync } from 'node:child_process';
import { cpSync, mkdirSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, it } from 'vitest';
import { prepareHeldSurvey } from '../support/held-survey.ts';
import { fakeTool, startAssay } from '../support/run-assay.ts';
import { temporaryDirectory } from '../support/temporary.ts';

/** Every command line of ours in a text, as it would be pasted: up to a line's end, or a backtick. */
const commandsIn = (text: string): readonly string[] =>
  [...text.matchAll(/\bassay (?:judge|explain|resume|stop|report) [^`\n]+/g)].map(([line]) => line);

it('every command that is printed works where it is pasted', { timeout: 120_000 }, async () => {
  const cwd = temporaryDirectory();
  const elsewhere = temporaryDirectory();
  // The command line by its name, as it stands in what is printed.
  const bin = join(cwd, 'path');
  const main = fileURLToPath(new URL('../../harness/bin.js', import.meta.url));
  fakeTool(bin, 'assay', `exec '${process.execPath}' '${main}' "$@"`);
  const PATH = [bin, join(cwd, 'bin'), process.env['PATH'] ?? ''].join(':');
  const paste = (line: string, from: string) =>
    spawnSync('sh', ['-c', line], { cwd: from, encoding: 'utf8', env: { ...process.env, PATH } });

  // A name that a shell would take apart, named from the folder above.
  const out = join(cwd, 'my runs/it is');
  mkdirSync(join(cwd, 'my runs'));
  const survey = prepareHeldSurvey(cwd).with(-1, out);
  const first = startAssay(survey, { cwd, path: [join(cwd, 'bin')] });
  await first.says('[1/1]');
  first.signal('SIGINT');
  const { stderr } = await first.finished;
  rmSync(join(cwd, 'wait'));
  const hints = commandsIn(stderr);
  expect(hints.map((line) => line.split(' ')[1])).toEqual(['resume', 'stop', 'resume']);
  const [resume = '', stop = ''] = hints;
  expect(paste(stop, elsewhere).stderr).toMatch(/^(Stopped|Nothing to stop)/);
  const resumed = paste(resume, elsewhere);
  expect([resumed.status, resumed.stderr]).toEqual([2, expect.not.stringContaining('✖')]);

  // Whoever gets it has it under another name, and knows it by what its report says.
  const customer = temporaryDirectory();
  cpSync(out, join(customer, 'from the supplier'), { recursive: true });
  const printed = ['report.md', 'report.html'].flatMap((name) =>
    commandsIn(readFileSync(join(`${out}.report`, name), 'utf8').replaceAll(/<\/?(code|bdi)[^>]*>/g, '`')),
  );
  expect(new Set(printed.map((line) => line.split(' ')[1]))).toEqual(new Set(['judge', 'explain']));
  for (const line of new Set(printed)) {
    const { status, stderr: said } = paste(line, customer);
    expect([line, status, said]).toEqual([
      line,
      line.includes('judge') ? 2 : 0,
      expect.not.stringContaining('✖'),
    ]);
  }
  cpSync(out, join(customer, 'a second copy'), { recursive: true });
  const two = paste(printed[0] ?? '', customer);
  expect([two.status, two.stderr]).toEqual([
    64,
    expect.stringMatching(/expected one run .*supplier.*copy|copy.*supplier/),
  ]);
});
