import { DatabaseSync } from 'node:sqlite';
import type { SqliteDatabase } from 'kysely';
import { SqliteDialect } from 'kysely';

type Value = null | number | bigint | string | Uint8Array;

/** Node's own SQLite in the shape that Kysely asks for. Other writers are waited for. */
export function sqliteDialect(path: string): SqliteDialect {
  const database = new DatabaseSync(path, { timeout: 30_000 });
  database.exec('PRAGMA journal_mode = WAL; PRAGMA synchronous = NORMAL; PRAGMA foreign_keys = ON');
  const adapter: SqliteDatabase = {
    close: () => {
      database.close();
    },
    prepare: (sql) => {
      // Whoever begins will write: one that found that out later could not wait for another that did.
      const statement = database.prepare(sql === 'begin' ? 'begin immediate' : sql);
      const given = (parameters: readonly unknown[]) => parameters as readonly Value[]; // Kysely passes what was bound
      return {
        reader: statement.columns().length > 0,
        all: (parameters) => statement.all(...given(parameters)),
        run: (parameters) => statement.run(...given(parameters)),
        iterate: (parameters) => statement.iterate(...given(parameters)),
      };
    },
  };
  return new SqliteDialect({ database: adapter });
}
