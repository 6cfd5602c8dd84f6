import type { Kysely, Transaction } from 'kysely';
import { sha256 } from '../../agents/protocol/chain.ts';
import { dateOf, nightOfDate } from '../../reports/verdict/words/night-words.ts';
import { AssayError } from '../../workloads/kit/assay-error.ts';
import type { Night } from '../nights/series.ts';
import type { NightFinding } from '../nights/watch-series.ts';
import { watchStratum } from '../nights/watch-stratum.ts';
import type { KnownSeries } from '../store/known-series.ts';
import type { Attendance } from './attendance.ts';
import type { Budget } from './budget.ts';
import { budgetOf } from './budget.ts';
import type { Note } from './event-state.ts';
import { closingsOf, createNote, stateEvents } from './event-state.ts';
import type { Judgement, VisitStratum } from './judge-nights.ts';
import { judgeNights, machineOf, readStratum } from './judge-nights.ts';
import { becomeWriter, openTables } from './open-tables.ts';
import { isPostgres } from './place.ts';
import { readNights } from './read-nights.ts';
import type { RunRows } from './run-rows.ts';
import { withoutSlash } from './run-rows.ts';
import type { Tables } from './tables.ts';
import { usualSeries } from './usual-series.ts';
import { inParts, insertRun, removeRuns, removeUnused, rowsAtOnce } from './write-rows.ts';

/**
 * The index of measured nights. It is no evidence: what stands in it was read from runs, and is read from them again at any time with
 * the same rows. Only what people said of events is its own, and what they were told.
 */
export class History {
  readonly #database: Kysely<Tables>;
  readonly #isServer: boolean;
  readonly zone: string;

  private constructor(database: Kysely<Tables>, zone: string, isServer: boolean) {
    this.#database = database;
    this.#isServer = isServer;
    this.zone = zone;
  }

  /**
   * Opens an index, or begins one, in a file or in a PostgreSQL database (`postgresql://…`). Throws HISTORY_UNUSABLE for what is none, or
   * what a newer version wrote.
   */
  static async open(place: string, zone: string | undefined): Promise<History> {
    const tables = await openTables(place, zone);
    return new History(tables.database, tables.zone, isPostgres(place));
  }

  async close(): Promise<void> {
    await this.#database.destroy();
  }

  /** Adds a run, all of it or nothing. A run that is there already changes nothing. Throws HISTORY_UNUSABLE for another run of its id. */
  async add(rows: RunRows): Promise<'added' | 'known'> {
    const [became = 'known'] = await this.addAll([rows]);
    return became;
  }

  /** The same for several, all of them or nothing. */
  async addAll(all: readonly RunRows[]): Promise<readonly ('added' | 'known')[]> {
    return this.#write(async (database) => {
      const became: ('added' | 'known')[] = [];
      for (const rows of all) became.push(await insertRun(database, rows));
      return became;
    });
  }

  /** Puts a run in place of what the index has of it, whatever that is. */
  async replace(rows: RunRows): Promise<void> {
    await this.#write(async (database) => {
      await removeRuns(database, [rows.run.id]);
      for (const part of inParts(rows.series))
        for (const { id, ...row } of part)
          await database.updateTable('series').set(row).where('id', '=', id).execute();
      await insertRun(database, rows);
    });
  }

  /** Removes all runs of the nights before one, and what was only of them. Says how many, and how many of those were imported. */
  async prune(before: number): Promise<{ readonly runs: number; readonly imported: number }> {
    return this.#write(async (database) => {
      const old = await database
        .selectFrom('run')
        .select(['id', 'origin'])
        .where('night', '<', before)
        .execute();
      await removeRuns(
        database,
        old.map(({ id }) => id),
      );
      await removeUnused(database);
      return { runs: old.length, imported: old.filter(({ origin }) => origin === 'imported').length };
    });
  }

  /** Removes what belongs to no run any more. */
  async tidy(): Promise<void> {
    await this.#write(removeUnused);
  }

  /** Takes notes from an export, each once. */
  async addNotes(notes: readonly Note[]): Promise<number> {
    return this.#write(async (database) => {
      let added = 0;
      for (const note of notes) {
        const rows = await database
          .insertInto('note')
          .values(note)
          .onConflict((it) => it.column('id').doNothing())
          .returning('id')
          .execute();
        added += rows.length;
      }
      return added;
    });
  }

  #write<T>(act: (database: Transaction<Tables>) => Promise<T>): Promise<T> {
    return this.#database.transaction().execute(async (database) => {
      if (this.#isServer) await becomeWriter(database);
      return act(database);
    });
  }

  /** What is other after any change of what `judge` reads: the runs that are in the index, and what people said. */
  async version(): Promise<string> {
    const runs = await this.#database.selectFrom('run').select(['id', 'digest']).orderBy('id').execute();
    const notes = await this.#database.selectFrom('note').select('id').orderBy('id').execute();
    return sha256(JSON.stringify([runs.map(({ id, digest }) => [id, digest]), notes.map(({ id }) => id)]));
  }

  /** The runs in it, by when they began. */
  async runs(): Promise<readonly Tables['run'][]> {
    return this.#database.selectFrom('run').selectAll().orderBy('started').orderBy('id').execute();
  }

  /** Every machine of every run, with its night, the oldest run first. */
  async attendance(): Promise<readonly Attendance[]> {
    return (await readNights(this.#database)).attendance;
  }

  /** Whether a run is in it. */
  async has(run: string): Promise<boolean> {
    const found = await this.#database.selectFrom('run').select('id').where('id', '=', run).execute();
    return found.length > 0;
  }

  /** What all nights say together, a stratum at a time; `visit` sees the series of each, which are let go after it. */
  judge(visit?: VisitStratum): Promise<Judgement> {
    return judgeNights(this.#database, visit);
  }

  /**
   * Writes down what somebody says of an event; an event is named by its id, also by one that it had before. Throws HISTORY_UNUSABLE
   * where there is none, or it is closed already. What is said holds from the next night on, so all others are what they were.
   */
  async say(
    event: string,
    said: Pick<Note, 'at' | 'action' | 'author' | 'words'>,
  ): Promise<Judgement['events'][number]> {
    const { events, lastNight = 0 } = await this.judge();
    const found = findEvent(events, event);
    if (found.state === 'closed')
      throw new AssayError(
        'HISTORY_UNUSABLE',
        `event ${event}: expected an open event, found it closed (${found.reason ?? ''})`,
        { hint: 'It opens by itself when it comes back.' },
      );
    const note = createNote(found, { ...said, night: lastNight });
    await this.#database
      .insertInto('note')
      .values(note)
      .onConflict((it) => it.column('id').doNothing())
      .execute();
    const [stated = found] = stateEvents([found], [...found.notes, note], lastNight);
    return stated;
  }

  /** How many false events there are to be expected, and how many there were; absent in an empty index. */
  async budget(): Promise<Budget | undefined> {
    return budgetOf(this.#database, await this.judge());
  }

  /** What the next night of each series of these metrics is held against. */
  async usual(metrics: ReadonlySet<string>): Promise<readonly KnownSeries[]> {
    return usualSeries(this.#database, metrics);
  }

  /** What was sent of events last, by their ids. */
  async told(): Promise<ReadonlyMap<string, { readonly standing: string; readonly night: string }>> {
    const rows = await this.#database.selectFrom('told').selectAll().execute();
    return new Map(rows.map(({ event, standing, night }) => [event, { standing, night: dateOf(night) }]));
  }

  /** Writes down what was sent of an event. */
  async markTold(event: string, { standing, night }: { standing: string; night: string }): Promise<void> {
    const row = { event, standing, night: nightOfDate(night) };
    await this.#database
      .insertInto('told')
      .values(row)
      .onConflict((it) => it.column('event').doUpdateSet(row))
      .execute();
  }

  /**
   * The series of a machine by its name or serial number, each with its nights and what they say; of those whose metric, title, dimensions
   * or device has a text. Only what these are held against is read.
   */
  async show(
    node: string,
    sought = '',
  ): Promise<
    readonly { row: Tables['series']; nights: readonly Night[]; findings: readonly NightFinding[] }[]
  > {
    const nights = await readNights(this.#database);
    const closings = closingsOf(await this.#database.selectFrom('note').selectAll().execute());
    // What was imported stands in no run's list of machines, nor does what several did together.
    const machines = new Set([withoutSlash(node)]);
    for (const each of nights.attendance) if (each.node === node) machines.add(each.machine);
    const rows = await this.#database.selectFrom('series').selectAll().execute();
    const named = rows.filter(
      ({ subject, metric, title, dimensions }) =>
        machines.has(machineOf(subject)) &&
        [subject, metric, title, dimensions].some((text) =>
          text.toLowerCase().includes(sought.toLowerCase()),
        ),
    );
    const ids = new Set(named.map(({ id }) => id));
    const shown = [];
    for (const stratum of [...new Set(named.map((each) => each.stratum))].toSorted()) {
      const members = await readStratum(this.#database, stratum, nights);
      const found = watchStratum(
        stratum,
        members.map(({ series }) => series),
        closings,
      );
      for (const { row, series } of members)
        if (ids.has(series.id))
          shown.push({ row, nights: series.nights, findings: found.findings.get(series.id) ?? [] });
    }
    return shown;
  }

  /** All rows as lines of JSON in an order of their own: two indexes of the same runs give the same text. */
  async *export(): AsyncGenerator<string> {
    const from = this.#database;
    const tables = {
      run: from.selectFrom('run').selectAll().orderBy('id'),
      attendance: from.selectFrom('attendance').selectAll().orderBy('run').orderBy('node'),
      state: from.selectFrom('state').selectAll().orderBy('digest'),
      series: from.selectFrom('series').selectAll().orderBy('id'),
      point: from.selectFrom('point').selectAll().orderBy('series').orderBy('run'),
      counted: from.selectFrom('counted').selectAll().orderBy('run').orderBy('node'),
      tally: from.selectFrom('tally').selectAll().orderBy('digest'),
      note: from.selectFrom('note').selectAll().orderBy('at').orderBy('id'),
    };
    for (const [table, query] of Object.entries(tables))
      for await (const row of query.stream(rowsAtOnce)) yield `${JSON.stringify({ table, ...row })}\n`;
  }
}

/** An event by its id, or by one that somebody wrote to before. Throws HISTORY_UNUSABLE. */
export function findEvent<E extends Judgement['events'][number]>(events: readonly E[], id: string): E {
  const found =
    events.find((each) => each.id === id) ??
    events.find(({ notes }) => notes.some(({ event }) => event === id));
  if (found !== undefined) return found;
  throw new AssayError(
    'HISTORY_UNUSABLE',
    `expected the id of an event, found none called ${id.slice(0, 60)}`,
    {
      hint: 'assay history events lists them.',
    },
  );
}
