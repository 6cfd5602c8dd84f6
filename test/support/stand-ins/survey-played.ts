import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'vitest';
import { Verdict } from '../../../reports/verdict/verdict.ts';
import type { Running } from '../run-assay.ts';
import { runAssay, startAssay, writeSuite } from '../run-assay.ts';
import { tell } from '../tell.ts';
import { temporaryDirectory } from '../temporary.ts';
import type { Bus, Libraries, PlayedMachine } from './play-accelerators.ts';
import { playAccelerators } from './play-accelerators.ts';

export const [first, second] = ['0000:01:00.0', '0000:02:00.0'] as const;
export const mebibyte = 1024 ** 2;
export const pattern = {
  id: 'memory',
  workload: 'memory',
  params: { target: 'device', what: 'pattern', bytes: 32 * mebibyte, seconds: 0.1 },
  repetitions: 1,
  budgetSeconds: 120,
};
export const hash = {
  id: 'device-hash',
  workload: 'sha256',
  params: { mode: 'device', work: 'headers', seconds: 0.2 },
  repetitions: 1,
  budgetSeconds: 120,
};

/** A cell in its words, as far as it is looked at here. */
type Told = ReturnType<typeof tell<Verdict['cells']>>[number];

export interface Surveyed {
  readonly exitCode: number | null;
  /** That of the survey. */
  readonly verdict: Verdict;
  /** A cell of the profile `ai-inference`, of a card by its address: its UUID, if it tells one, is made of that. */
  readonly cell: (address: string, requirement: string) => Told | undefined;
  /** The rows of its punch list. */
  readonly defects: Verdict['defects'];
  /** What the machine is of use for, as a letter. */
  readonly asset: string | undefined;
  readonly page: string;
  /** Its run directory. */
  readonly run: string;
}

export interface SurveyedMachine {
  readonly isRehearsal?: boolean;
  readonly hasDriver?: boolean;
  readonly libraries?: Libraries;
  readonly bus?: Bus;
  readonly entries?: readonly object[];
  /** What happens meanwhile. */
  readonly meanwhile?: (running: Running, machine: PlayedMachine) => Promise<void>;
}

/** Surveys a machine whose accelerators are played, and judges the same run as one that serves models. */
export async function surveyPlayed(
  scenario: readonly string[],
  {
    isRehearsal = true,
    hasDriver = false,
    libraries,
    bus = { [first]: {}, [second]: {} },
    entries = [pattern],
    meanwhile,
  }: SurveyedMachine = {},
): Promise<Surveyed> {
  const cwd = temporaryDirectory();
  const machine = playAccelerators(cwd, { bus, scenario, hasDriver, libraries });
  const { wrapper, path } = machine;
  const run = join(cwd, 'run');
  const suite = writeSuite(cwd, entries, { otherWorkAtMost: 1 });
  const flags = isRehearsal ? ['--rehearsal'] : [];
  const args = ['survey', 'local', '--suite', suite, '--out', run, '--exclusive-confirmed', ...flags];
  const running = startAssay(args, { cwd, wrapper, path });
  await meanwhile?.(running, machine);
  const { exitCode, stdout, stderr } = await running.finished;
  expect(stderr).not.toContain('✖');
  const judged = await runAssay(['judge', run, '--profile', 'ai-inference'], { cwd });
  expect(judged.exitCode).not.toBe(0); // nothing plays a whole machine
  const read = (profile: string) =>
    Verdict.parse(JSON.parse(readFileSync(join(`${run}.report`, `verdicts/${profile}.json`), 'utf8')));
  const verdict = read('survey');
  const inference = read('ai-inference');
  const cells = tell(inference.cells);
  return {
    exitCode,
    verdict,
    cell: (address, requirement) =>
      cells.find(({ id }) =>
        [`local/${address}`, `local/GPU-${address}`].some((name) => id === `${name}:${requirement}`),
      ),
    defects: inference.defects,
    asset: inference.assets[0]?.verdict,
    page: stdout,
    run,
  };
}
