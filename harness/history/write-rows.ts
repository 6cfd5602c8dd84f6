import type { Kysely } from 'kysely';
import { AssayError } from '../../workloads/kit/assay-error.ts';
import type { RunRows } from './run-rows.ts';
import type { Tables } from './tables.ts';

/** Rows that go into one statement: SQLite takes 32,766 values, and a row has at most ten. */
export const rowsAtOnce = 1000;

/** Writes the rows of a run that is not there. Throws HISTORY_UNUSABLE for another run of its id. */
export async function insertRun(
  database: Kysely<Tables>,
  { run, attendance, states, series, points, counted = [], tallies = [] }: RunRows,
): Promise<'added' | 'known'> {
  const inserted = await database
    .insertInto('run')
    .values(run)
    .onConflict((it) => it.column('id').doNothing())
    .returning('id')
    .execute();
  if (inserted.length === 0) {
    const known = await database
      .selectFrom('run')
      .select('digest')
      .where('id', '=', run.id)
      .executeTakeFirst();
    if (known?.digest === run.digest) return 'known';
    throw new AssayError(
      'HISTORY_UNUSABLE',
      `run ${run.id}: expected the evidence that was added before (sha256 ${known?.digest ?? ''}), found another (${run.digest})`,
      { hint: 'Two runs have one id, or one was changed: find out which is the true one.' },
    );
  }
  for (const rows of inParts(states))
    await database
      .insertInto('state')
      .values(rows)
      .onConflict((it) => it.column('digest').doNothing())
      .execute();
  for (const rows of inParts(attendance)) await database.insertInto('attendance').values(rows).execute();
  for (const rows of inParts(series))
    await database
      .insertInto('series')
      .values(rows)
      .onConflict((it) => it.column('id').doNothing())
      .execute();
  for (const rows of inParts(points)) await database.insertInto('point').values(rows).execute();
  for (const rows of inParts(counted)) await database.insertInto('counted').values(rows).execute();
  for (const rows of inParts(tallies))
    await database
      .insertInto('tally')
      .values(rows)
      .onConflict((it) => it.column('digest').doNothing())
      .execute();
  return 'added';
}

/** Removes runs with what they measured. */
export async function removeRuns(database: Kysely<Tables>, runs: readonly string[]): Promise<void> {
  for (const some of inParts(runs)) {
    await database.deleteFrom('point').where('run', 'in', some).execute();
    await database.deleteFrom('counted').where('run', 'in', some).execute();
    await database.deleteFrom('attendance').where('run', 'in', some).execute();
    await database.deleteFrom('run').where('id', 'in', some).execute();
  }
}

/** Removes series without a point, and states and counts that no machine had. */
export async function removeUnused(database: Kysely<Tables>): Promise<void> {
  await database
    .deleteFrom('series')
    .where('id', 'not in', database.selectFrom('point').select('series'))
    .execute();
  await database
    .deleteFrom('tally')
    .where(
      'digest',
      'not in',
      database
        .selectFrom('counted')
        .select((it) => it.ref('tally').$notNull().as('tally'))
        .where('tally', 'is not', null),
    )
    .execute();
  await database
    .deleteFrom('state')
    .where(
      'digest',
      'not in',
      database
        .selectFrom('attendance')
        .select((it) => it.ref('state').$notNull().as('state'))
        .where('state', 'is not', null),
    )
    .execute();
}

/** Rows in parts that go into one statement. */
export function* inParts<T>(rows: readonly T[], size = rowsAtOnce): Generator<readonly T[]> {
  for (let at = 0; at < rows.length; at += size) yield rows.slice(at, at + size);
}
