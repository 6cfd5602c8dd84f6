import { dateOf } from '../../reports/verdict/words/night-words.ts';
import { AssayError } from '../../workloads/kit/assay-error.ts';
import type { ExitCode } from '../../workloads/kit/error-code.ts';
import { exitCodes } from '../../workloads/kit/error-code.ts';
import { loadRegistry } from '../../workloads/registry.ts';
import type { History } from '../history/history.ts';
import { rowsOfRun } from '../history/run-rows.ts';
import type { CliContext } from './command.ts';
import { readWhole } from './load-readings.ts';
import { openRun } from './run-location.ts';

/** Takes runs into the index, each with its evidence proven before, and says of each what became of it. */
export async function addRuns(
  history: History,
  paths: readonly string[],
  { environment, out }: CliContext,
): Promise<ExitCode> {
  if (paths.length === 0)
    throw new AssayError('USAGE', 'expected at least one run to add, got none', {
      hint: 'assay history add RUN..; `assay runs` lists yours.',
    });
  const registry = await loadRegistry();
  for (const path of paths) {
    const run = await openRun(environment, path);
    const rows = rowsOfRun((await readWhole(run, registry)).material(run.header.profile), history.zone);
    const became = await history.add(rows);
    const measured = rows.attendance.filter(({ reason }) => reason === null).length;
    out.write(
      `${became === 'added' ? 'added' : 'there already'}  ${rows.run.id}  night ${dateOf(rows.run.night)}  ${measured} of ${rows.attendance.length} machines measured, ${rows.points.length} series\n`,
    );
  }
  return exitCodes.pass;
}
