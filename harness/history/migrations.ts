import type { Expression, Kysely } from 'kysely';

/** The type of a text that is compared and sorted by its bytes. */
export type TextType = 'text' | Expression<string>;

/** Changes of the tables, forward only: a new one goes to the end, none is ever edited. */
export const migrations: readonly ((database: Kysely<never>, text: TextType) => Promise<void>)[] = [
  async ({ schema }, text) => {
    await schema
      .createTable('run')
      .addColumn('id', text, (column) => column.primaryKey())
      .addColumn('digest', text, (column) => column.notNull())
      .addColumn('night', 'integer', (column) => column.notNull())
      .addColumn('started', text, (column) => column.notNull())
      .addColumn('suite', text, (column) => column.notNull())
      .addColumn('profile', text, (column) => column.notNull())
      .execute();
    await schema
      .createTable('attendance')
      .addColumn('run', text, (column) => column.notNull().references('run.id'))
      .addColumn('node', text, (column) => column.notNull())
      .addColumn('machine', text, (column) => column.notNull())
      .addColumn('rack', text)
      .addColumn('state', text)
      .addColumn('reason', text)
      .addPrimaryKeyConstraint('attendance_key', ['run', 'node'])
      .execute();
    await schema
      .createTable('state')
      .addColumn('digest', text, (column) => column.primaryKey())
      .addColumn('document', text, (column) => column.notNull())
      .execute();
    await schema
      .createTable('series')
      .addColumn('id', text, (column) => column.primaryKey())
      .addColumn('subject', text, (column) => column.notNull())
      .addColumn('stratum', text, (column) => column.notNull())
      .addColumn('kind', text, (column) => column.notNull())
      .addColumn('metric', text, (column) => column.notNull())
      .addColumn('dimensions', text, (column) => column.notNull())
      .addColumn('tool', text, (column) => column.notNull())
      .addColumn('unit', text, (column) => column.notNull())
      .addColumn('better', text, (column) => column.notNull())
      .addColumn('title', text, (column) => column.notNull())
      .execute();
    await schema.createIndex('series_stratum').on('series').column('stratum').execute();
    await schema
      .createTable('point')
      .addColumn('series', text, (column) => column.notNull().references('series.id'))
      .addColumn('run', text, (column) => column.notNull().references('run.id'))
      .addColumn('node', text, (column) => column.notNull())
      .addColumn('n', 'integer', (column) => column.notNull())
      .addColumn('median', 'double precision', (column) => column.notNull())
      .addColumn('min', 'double precision', (column) => column.notNull())
      .addColumn('max', 'double precision', (column) => column.notNull())
      .addPrimaryKeyConstraint('point_key', ['series', 'run'])
      .execute();
  },
  async ({ schema }, text) => {
    await schema
      .createTable('note')
      .addColumn('id', text, (column) => column.primaryKey())
      .addColumn('event', text, (column) => column.notNull())
      .addColumn('scope', text, (column) => column.notNull())
      .addColumn('spells', text, (column) => column.notNull())
      .addColumn('night', 'integer', (column) => column.notNull())
      .addColumn('at', text, (column) => column.notNull())
      .addColumn('action', text, (column) => column.notNull())
      .addColumn('author', text, (column) => column.notNull())
      .addColumn('words', text, (column) => column.notNull())
      .execute();
    await schema
      .createTable('told')
      .addColumn('event', text, (column) => column.primaryKey())
      .addColumn('standing', text, (column) => column.notNull())
      .addColumn('night', 'integer', (column) => column.notNull())
      .execute();
    await schema
      .alterTable('run')
      .addColumn('origin', text, (column) => column.notNull().defaultTo('run'))
      .execute();
  },
  async ({ schema }, text) => {
    await schema
      .createTable('counted')
      .addColumn('run', text, (column) => column.notNull().references('run.id'))
      .addColumn('node', text, (column) => column.notNull())
      .addColumn('machine', text, (column) => column.notNull())
      .addColumn('kind', text, (column) => column.notNull())
      .addColumn('boot', text)
      .addColumn('xids', text)
      .addColumn('tally', text)
      .addPrimaryKeyConstraint('counted_key', ['run', 'node'])
      .execute();
    await schema
      .createTable('tally')
      .addColumn('digest', text, (column) => column.primaryKey())
      .addColumn('document', text, (column) => column.notNull())
      .execute();
  },
];
