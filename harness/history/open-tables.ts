import { Kysely } from 'kysely';
import { AssayError } from '../../workloads/kit/assay-error.ts';
import { databaseRefusal } from './database-refusal.ts';
import { migrations } from './migrations.ts';
import { sqliteDialect } from './sqlite.ts';
import type { Tables } from './tables.ts';

/** The tables of an index, up to date, and the zone in which its nights are dates. Throws as `History.open`. */
export async function openTables(
  path: string,
  zone: string | undefined,
): Promise<{ readonly database: Kysely<Tables>; readonly zone: string }> {
  const database = new Kysely<Tables>({ dialect: sqliteDialect(path) });
  try {
    const known = await migrate(database);
    if (known > migrations.length)
      throw new AssayError(
        'HISTORY_UNUSABLE',
        `${path}: expected an index of nights, found version ${known} of it; this Assay knows ${migrations.length}`,
        { hint: 'Use the Assay that wrote it, or a newer one; it is left as it is.' },
      );
    return { database, zone: await settleZone(database, zone) };
  } catch (cause) {
    await database.destroy();
    throw databaseRefusal(path, cause);
  }
}

/** Brings the tables up to date and says which version they then have; two that begin one at once make it once. */
async function migrate(database: Kysely<Tables>): Promise<number> {
  return database.transaction().execute(async (inside) => {
    await inside.schema
      .createTable('meta')
      .ifNotExists()
      .addColumn('name', 'text', (column) => column.primaryKey())
      .addColumn('value', 'text', (column) => column.notNull())
      .execute();
    const known = await inside
      .selectFrom('meta')
      .select('value')
      .where('name', '=', 'version')
      .executeTakeFirst();
    const from = Number(known?.value ?? 0);
    for (const each of migrations.slice(from)) await each(inside as unknown as Kysely<never>);
    if (from >= migrations.length) return from;
    await inside
      .insertInto('meta')
      .values({ name: 'version', value: String(migrations.length) })
      .onConflict((it) => it.column('name').doUpdateSet({ value: String(migrations.length) }))
      .execute();
    return migrations.length;
  });
}

/** Nights are dates at the site: the zone is said once, when the index is begun, and whoever says it first has said it. */
async function settleZone(database: Kysely<Tables>, zone: string | undefined): Promise<string> {
  const value = zone ?? Intl.DateTimeFormat().resolvedOptions().timeZone;
  await database
    .insertInto('meta')
    .values({ name: 'zone', value })
    .onConflict((it) => it.column('name').doNothing())
    .execute();
  const settled = await database
    .selectFrom('meta')
    .select('value')
    .where('name', '=', 'zone')
    .executeTakeFirstOrThrow();
  if (zone === undefined || settled.value === zone) return settled.value;
  throw new AssayError(
    'USAGE',
    `expected the zone that the index was begun with, ${settled.value}, got ${zone.slice(0, 60)}`,
    { hint: 'Leave --zone out, or begin another index.' },
  );
}
