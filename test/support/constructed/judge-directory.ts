import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'vitest';
import { RunHeader } from '../../../harness/store/run-header.ts';
import type { Cell } from '../../../reports/verdict/cell.ts';
import { Verdict } from '../../../reports/verdict/verdict.ts';
import { runAssay } from '../run-assay.ts';
import type { Told } from '../tell.ts';
import { tell } from '../tell.ts';

export interface Judged {
  readonly exitCode: number | null;
  readonly stderr: string;
  /** What is said in it is told as text, as a reader sees it. */
  readonly verdict: Told<Verdict>;
  /** The cell of a requirement on a subject; it must be there. */
  readonly cell: (subject: string, requirement: string) => Told<Cell>;
}

/** Judges a run directory through the command line, and requires that all that it wrote says the same. */
export async function judgeDirectory(run: string, profile: string): Promise<Judged> {
  const args = ['judge', run, '--profile', profile, '--json'];
  const { exitCode, stdout, stderr } = await runAssay(args, { cwd: run });
  expect(stderr).not.toContain('✖');
  const verdict = Verdict.parse(JSON.parse(stdout));
  expect(verdict.exitCode).toBe(exitCode);
  const saved = readFileSync(join(`${run}.report`, `verdicts/${profile}.json`), 'utf8');
  expect(JSON.parse(saved)).toEqual(verdict);
  const header = RunHeader.parse(JSON.parse(readFileSync(join(run, 'run.json'), 'utf8')));
  const prefix = header.profile === profile ? '' : `verdicts/${profile}.`;
  expectAgreement(
    verdict,
    readFileSync(join(`${run}.report`, `${prefix}report.junit.xml`), 'utf8'),
    readFileSync(join(`${run}.report`, `${prefix}report.html`), 'utf8'),
  );
  const told = tell(verdict);
  return {
    exitCode,
    stderr,
    verdict: told,
    cell: (subject, requirement) => {
      const found = told.cells.find(({ id }) => id === `${subject}:${requirement}`);
      if (found === undefined) throw new Error(`no cell ${subject}:${requirement}`);
      return found;
    },
  };
}

const exitWords = {
  pass: 'pass',
  fail: 'fail',
  undecided: 'undecided',
  unreached: 'infrastructure',
} as const;

/** Red in JUnit is every required cell that is not met and nothing else; green only with exit code 0. */
function expectAgreement(verdict: Verdict, junit: string, html: string): void {
  const open = verdict.cells.filter(
    ({ level, verdict: word }) => level === 'required' && word !== 'pass' && word !== 'not-applicable',
  );
  expect([...junit.matchAll(/<failure /g)]).toHaveLength(open.length);
  expect(junit.includes('<failure ')).toBe(verdict.exitCode !== 0);
  expect(junit).toContain(`<property name="exitCode" value="${verdict.exitCode}"/>`);
  expect(html).toContain(`Exit code ${verdict.exitCode} (${exitWords[verdict.conclusion]})`);
}
