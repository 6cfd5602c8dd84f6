import { dateOf } from '../../reports/verdict/words/night-words.ts';
import { AssayError } from '../../workloads/kit/assay-error.ts';
import type { ExitCode } from '../../workloads/kit/error-code.ts';
import { exitCodes } from '../../workloads/kit/error-code.ts';
import type { Registry } from '../../workloads/registry.ts';
import { loadRegistry } from '../../workloads/registry.ts';
import type { History } from '../history/history.ts';
import type { RunRows } from '../history/run-rows.ts';
import { nightOf, rowsOfRun } from '../history/run-rows.ts';
import type { CliContext } from './command.ts';
import { readWhole } from './load-readings.ts';
import { openRun } from './run-location.ts';

/** Takes runs into the index, each with its evidence proven before, and says of each what became of it. */
export async function addRuns(
  history: History,
  paths: readonly string[],
  context: CliContext,
): Promise<ExitCode> {
  const { out } = context;
  if (paths.length === 0)
    throw new AssayError('USAGE', 'expected at least one run to add, got none', {
      hint: 'assay history add RUN..; `assay runs` lists yours.',
    });
  const registry = await loadRegistry();
  for (const path of paths) {
    const rows = await readRows(history, path, registry, context);
    const became = await history.add(rows);
    const measured = rows.attendance.filter(({ reason }) => reason === null).length;
    out.write(
      `${became === 'added' ? 'added' : 'there already'}  ${rows.run.id}  night ${dateOf(rows.run.night)}  ${measured} of ${rows.attendance.length} machines measured, ${rows.points.length} series\n`,
    );
    const same = (await history.runs()).filter(
      ({ id, night, origin }) => night === rows.run.night && id !== rows.run.id && origin === 'run',
    );
    if (became === 'added' && same.length > 0)
      out.write(
        `  another run of this night is there (${same[0]?.id ?? ''}): of what both measured the one that began first counts\n`,
      );
  }
  return exitCodes.pass;
}

/**
 * Reads and proves a run. Throws HISTORY_UNUSABLE for one that began after today: a clock was ahead, and its night would stand before all that
 * come.
 */
export async function readRows(
  history: History,
  path: string,
  registry: Registry,
  { environment, now }: CliContext,
): Promise<RunRows> {
  const run = await openRun(environment, path);
  const rows = rowsOfRun((await readWhole(run, registry)).material(run.header.profile), history.zone);
  if (rows.run.night > nightOf(now().toISOString(), history.zone))
    throw new AssayError(
      'HISTORY_UNUSABLE',
      `run ${rows.run.id}: expected a night that was, found ${dateOf(rows.run.night)}: the clock of its coordinator was ahead, or this one is behind`,
      { hint: 'Set the clock; the run stays as it is, and can be added on its date.' },
    );
  return rows;
}
