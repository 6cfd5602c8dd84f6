import { DatabaseSync } from 'node:sqlite';
import type { SqliteDatabase } from 'kysely';
import { SqliteDialect } from 'kysely';
import { databaseRefusal } from './database-refusal.ts';

type Value = null | number | bigint | string | Uint8Array;

/** Node's own SQLite in the shape that Kysely asks for. Other writers are waited for. Throws HISTORY_UNUSABLE and DISK_FULL. */
export function sqliteDialect(path: string): SqliteDialect {
  const guard = <T>(act: () => T): T => {
    try {
      return act();
    } catch (cause) {
      throw databaseRefusal(path, cause);
    }
  };
  const database = guard(() => new DatabaseSync(path, { timeout: 30_000 }));
  try {
    guard(() => {
      database.exec('PRAGMA journal_mode = WAL; PRAGMA synchronous = NORMAL; PRAGMA foreign_keys = ON');
    });
  } catch (cause) {
    database.close();
    throw cause;
  }
  const adapter: SqliteDatabase = {
    close: () => {
      database.close();
    },
    prepare: (sql) => {
      const statement = guard(() => database.prepare(asMeant(sql, database.isTransaction)));
      const given = (parameters: readonly unknown[]) => parameters as readonly Value[]; // Kysely passes what was bound
      return {
        reader: statement.columns().length > 0,
        all: (parameters) => guard(() => statement.all(...given(parameters))),
        run: (parameters) => guard(() => statement.run(...given(parameters))),
        iterate: (parameters) => statement.iterate(...given(parameters)),
      };
    },
  };
  return new SqliteDialect({ database: adapter });
}

/**
 * Whoever begins will write: one that found that out later could not wait for another that did. A disk that is full ends a transaction by
 * itself (https://www.sqlite.org/lang_transaction.html), and then nothing is left to be rolled back.
 */
function asMeant(sql: string, isTransaction: boolean): string {
  if (sql === 'begin') return 'begin immediate';
  return sql === 'rollback' && !isTransaction ? 'select 1 where false' : sql;
}
