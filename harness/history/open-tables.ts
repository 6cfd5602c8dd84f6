import { Kysely, sql } from 'kysely';
import { AssayError } from '../../workloads/kit/assay-error.ts';
import { databaseRefusal } from './database-refusal.ts';
import type { TextType } from './migrations.ts';
import { migrations } from './migrations.ts';
import { isPostgres, placeName } from './place.ts';
import { sqliteDialect } from './sqlite.ts';
import type { Tables } from './tables.ts';

/** The tables of an index, up to date, and the zone in which its nights are dates. Throws as `History.open`. */
export async function openTables(
  place: string,
  zone: string | undefined,
): Promise<{ readonly database: Kysely<Tables>; readonly zone: string }> {
  const name = placeName(place);
  const database = new Kysely<Tables>({
    dialect: isPostgres(place)
      ? (await import('./postgres.ts')).postgresDialect(place)
      : sqliteDialect(place),
  });
  try {
    const known = await migrate(database, isPostgres(place));
    if (known > migrations.length)
      throw new AssayError(
        'HISTORY_UNUSABLE',
        `${name}: expected an index of nights, found version ${known} of it; this Assay knows ${migrations.length}`,
        { hint: 'Use the Assay that wrote it, or a newer one; it is left as it is.' },
      );
    return { database, zone: await settleZone(database, zone) };
  } catch (cause) {
    await database.destroy();
    throw databaseRefusal(name, cause);
  }
}

/** Brings the tables up to date and says which version they then have; two that begin one at once make it once. */
async function migrate(database: Kysely<Tables>, isServer: boolean): Promise<number> {
  const text: TextType = isServer ? sql`text collate "C"` : 'text';
  return database.transaction().execute(async (inside) => {
    if (isServer) await becomeWriter(inside);
    await inside.schema
      .createTable('meta')
      .ifNotExists()
      .addColumn('name', text, (column) => column.primaryKey())
      .addColumn('value', text, (column) => column.notNull())
      .execute();
    const known = await inside
      .selectFrom('meta')
      .select('value')
      .where('name', '=', 'version')
      .executeTakeFirst();
    const from = Number(known?.value ?? 0);
    for (const each of migrations.slice(from)) await each(inside as unknown as Kysely<never>, text);
    if (from >= migrations.length) return from;
    await inside
      .insertInto('meta')
      .values({ name: 'version', value: String(migrations.length) })
      .onConflict((it) => it.column('name').doUpdateSet({ value: String(migrations.length) }))
      .execute();
    return migrations.length;
  });
}

/** Any number, the same in each Assay: whoever holds the lock of it writes. */
const writerLock = 0x4173_7361;

/** Waits until nobody else writes, until the end of the transaction: of several writers in PostgreSQL each might have rows that another waits for. */
export async function becomeWriter(inside: Kysely<Tables>): Promise<void> {
  await sql`set local lock_timeout = '30s'`.execute(inside);
  await sql`select pg_advisory_xact_lock(${sql.lit(writerLock)})`.execute(inside);
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
