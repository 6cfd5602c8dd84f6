import type { PostgresCursor, PostgresPool, PostgresPoolClient, PostgresQueryResult } from 'kysely';
import { PostgresDialect } from 'kysely';
import pg from 'pg';
import Cursor from 'pg-cursor';
import { databaseRefusal } from './database-refusal.ts';
import { placeName } from './place.ts';

/** A server that does not answer within it is not there. */
const connectMs = 10_000;
/** One that streams rows, one that asks beside it. */
const mostConnections = 2;

/** PostgreSQL in the shape that Kysely asks for, by a connection URL. Throws HISTORY_UNUSABLE and DISK_FULL, which say nothing of who logs in. */
export function postgresDialect(url: string): PostgresDialect {
  const name = placeName(url);
  const guard = async <T>(act: () => Promise<T>): Promise<T> => {
    try {
      return await act();
    } catch (cause) {
      throw databaseRefusal(name, cause);
    }
  };
  const inner = new pg.Pool({
    connectionString: url,
    connectionTimeoutMillis: connectMs,
    max: mostConnections,
    application_name: 'assay',
  });
  // Of a connection that nobody uses at the moment; whoever uses the next one is told.
  inner.on('error', () => undefined);
  const wrap = (client: pg.PoolClient): PostgresPoolClient => {
    function query<R>(sql: string, parameters: readonly unknown[]): Promise<PostgresQueryResult<R>>;
    function query<R>(cursor: PostgresCursor<R>): PostgresCursor<R>;
    function query<R>(
      given: string | PostgresCursor<R>,
      parameters: readonly unknown[] = [],
    ): Promise<PostgresQueryResult<R>> | PostgresCursor<R> {
      if (typeof given !== 'string') {
        client.query(given as unknown as pg.Submittable); // a Cursor, as the dialect is given below
        return given;
      }
      // What pg returns is what Kysely declares; the types of its rows are those of the tables.
      return guard(() => client.query(given, [...parameters])) as Promise<unknown> as Promise<
        PostgresQueryResult<R>
      >;
    }
    return {
      query,
      release: (destroy) => {
        client.release(destroy);
      },
    };
  };
  const pool: PostgresPool = {
    connect: () => guard(async () => wrap(await inner.connect())),
    end: () => inner.end(),
  };
  return new PostgresDialect({ pool, cursor: Cursor });
}
