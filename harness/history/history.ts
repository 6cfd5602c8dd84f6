import type { Kysely } from 'kysely';
import { sha256 } from '../../agents/protocol/chain.ts';
import { AssayError } from '../../workloads/kit/assay-error.ts';
import type { NightEvent, Spell } from '../nights/fold-events.ts';
import { foldEvents, spellsOf } from '../nights/fold-events.ts';
import type { Night, Series } from '../nights/series.ts';
import type { NightFinding } from '../nights/watch-series.ts';
import { watchStratum } from '../nights/watch-stratum.ts';
import type { Attendance } from './attendance.ts';
import { attendanceOn, withoutNight } from './attendance.ts';
import type { Followed } from './find-vanished.ts';
import { findVanished } from './find-vanished.ts';
import { openTables } from './open-tables.ts';
import type { ReadNights } from './read-nights.ts';
import { readNights } from './read-nights.ts';
import type { RunRows } from './run-rows.ts';
import { sharedChange } from './shared-change.ts';
import type { Tables } from './tables.ts';

/** Rows that go into one statement: SQLite takes 32,766 values, and a row has at most ten. */
const rowsAtOnce = 1000;

/** What the nights in an index say together. */
export interface Judgement {
  /** What is slower, oldest first, then what is measured no more. */
  readonly events: readonly NightEvent[];
  /** Ids of those that were confirmed on the last night, and on none before. */
  readonly fresh: ReadonlySet<string>;
  readonly series: number;
  readonly lastNight: number | undefined;
  /** Machines by name on the last night: `measured`, or why not; those of the nights before that were not even planned, too. */
  readonly machines: ReadonlyMap<string, string>;
  /** Series measured on the last night. */
  readonly measured: number;
  /** Of those measured on the last night, how many nothing can be said of, by the reason. */
  readonly unjudged: ReadonlyMap<string, number>;
}

/** A series with its nights and what they say. */
export interface WatchedSeries {
  readonly row: Tables['series'];
  readonly nights: readonly Night[];
  readonly findings: readonly NightFinding[];
  /** By what name its machine was called when it was last measured. */
  readonly node: string;
  readonly domain: string | undefined;
}

/** What changed between two states of a machine, in words; absent where that is not known. */
export type ChangeOf = ReadNights['changeOf'];

/**
 * The index of measured nights. It is no evidence: whatever stands in it was read from runs, and is read from them again
 * at any time with the same rows.
 */
export class History {
  readonly #database: Kysely<Tables>;
  readonly zone: string;

  private constructor(database: Kysely<Tables>, zone: string) {
    this.#database = database;
    this.zone = zone;
  }

  /** Opens an index, or begins one. Throws HISTORY_UNUSABLE for a file that is none, or that a newer version wrote. */
  static async open(path: string, zone: string | undefined): Promise<History> {
    const tables = await openTables(path, zone);
    return new History(tables.database, tables.zone);
  }

  async close(): Promise<void> {
    await this.#database.destroy();
  }

  /** Adds a run, all of it or nothing. A run that is there already changes nothing. Throws HISTORY_UNUSABLE for another run of its id. */
  async add({ run, attendance, states, series, points }: RunRows): Promise<'added' | 'known'> {
    return this.#database.transaction().execute(async (database) => {
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
      return 'added';
    });
  }

  /** What is other after any change of what `judge` reads: the runs that are in the index. */
  async version(): Promise<string> {
    const runs = await this.#database.selectFrom('run').select(['id', 'digest']).orderBy('id').execute();
    return sha256(JSON.stringify(runs.map(({ id, digest }) => [id, digest])));
  }

  /** Runs, and which machines were in each; both by when they began. */
  async runs(): Promise<{
    readonly runs: readonly Tables['run'][];
    readonly attendance: readonly Attendance[];
  }> {
    const { runs, attendance } = await readNights(this.#database);
    return { runs: [...runs.values()].toSorted((a, b) => (a.started < b.started ? -1 : 1)), attendance };
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

  /** Goes through all nights, a stratum at a time; `visit` sees the series of each, which are let go after it. */
  async judge(
    visit?: (members: readonly WatchedSeries[], changeOf: ChangeOf) => Promise<void>,
  ): Promise<Judgement> {
    const nights = await readNights(this.#database);
    const lastNight = Math.max(...[...nights.runs.values()].map(({ night }) => night));
    const spells: Spell[] = [];
    const common: Spell[] = [];
    const followed = new Map<string, Followed>();
    const sizes = new Map<string, number>();
    const unjudged = new Map<string, number>();
    let measured = 0;
    const strata = await this.#database
      .selectFrom('series')
      .select('stratum')
      .distinct()
      .orderBy('stratum')
      .execute();
    for (const { stratum } of strata) {
      const members = await this.#seriesOf(stratum, nights);
      const found = watchStratum(
        stratum,
        members.map(({ series }) => series),
      );
      sizes.set(stratum, members.length);
      await visit?.(
        members.map(({ row, series, node, domain }) => ({
          ...{ row, node, domain, nights: series.nights, findings: found.findings.get(series.id) ?? [] },
        })),
        nights.changeOf,
      );
      for (const { row, series, domain, node } of members) {
        const findings = found.findings.get(series.id) ?? [];
        const machine = machineOf(row.subject);
        const about = {
          series: wordsOf(row),
          subject: row.subject,
          machine,
          stratum,
          kind: row.kind,
          domain,
        };
        follow(followed, row, { about, node, nights: series.nights.map(({ night }) => night) });
        spells.push(...spellsOf(about, findings, ({ before, epoch }) => nights.changeOf(before, epoch)));
        const tonight = findings.at(-1);
        if (tonight?.night !== lastNight) continue;
        measured += 1;
        if (tonight.why !== undefined) count(unjudged, tonight.why.because);
      }
      const [first] = members;
      if (first !== undefined)
        common.push(
          ...spellsOf(
            {
              series: wordsOf(first.row),
              subject: first.row.kind,
              machine: first.row.kind,
              stratum,
              kind: first.row.kind,
            },
            found.common,
            () => undefined,
          ).map((spell) => ({
            ...spell,
            change: sharedChange(
              members.map(({ series }) => series),
              spell.first,
              nights.changeOf,
            ),
          })),
        );
    }
    const vanished = findVanished(followed.values(), nights.measured);
    const fleet = { sizes, domains: nights.domains };
    // That something is gone has another cause than that something else is slow.
    const slower = foldEvents(spells, common, fleet);
    const gone = foldEvents(vanished, [], fleet);
    const before = findVanished(followed.values(), withoutNight(nights.measured, lastNight));
    const known = new Set(foldEvents(before, [], fleet).map(({ id }) => id));
    return {
      events: [...slower, ...gone],
      fresh: new Set(
        [
          ...slower.filter(({ first }) => first === lastNight),
          ...gone.filter(({ id, last }) => last === lastNight && !known.has(id)),
        ].map(({ id }) => id),
      ),
      machines: attendanceOn(lastNight, nights.attendance),
      series: [...sizes.values()].reduce((sum, size) => sum + size, 0),
      lastNight: Number.isFinite(lastNight) ? lastNight : undefined,
      measured,
      unjudged,
    };
  }

  /** The series of a machine, each with its nights and what they say. */
  async show(
    node: string,
  ): Promise<
    readonly { row: Tables['series']; nights: readonly Night[]; findings: readonly NightFinding[] }[]
  > {
    const nights = await readNights(this.#database);
    const named = await this.#database
      .selectFrom('series')
      .innerJoin('point', 'point.series', 'series.id')
      .select(['series.id', 'series.stratum'])
      .distinct()
      .where((where) => where.or([where('point.node', '=', node), where('series.subject', '=', node)]))
      .execute();
    const ids = new Set(named.map(({ id }) => id));
    const shown = [];
    for (const stratum of [...new Set(named.map((each) => each.stratum))].toSorted()) {
      const members = await this.#seriesOf(stratum, nights);
      const found = watchStratum(
        stratum,
        members.map(({ series }) => series),
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
    };
    for (const [table, query] of Object.entries(tables))
      for await (const row of query.stream(rowsAtOnce)) yield `${JSON.stringify({ table, ...row })}\n`;
  }

  /** The series of a stratum. Of two runs in one night the first that measured a series counts. */
  async #seriesOf(stratum: string, { runs, states, racks }: ReadNights) {
    const rows = await this.#database
      .selectFrom('series')
      .selectAll()
      .where('stratum', '=', stratum)
      .orderBy('id')
      .execute();
    const points = await this.#database
      .selectFrom('point')
      .innerJoin('series', 'series.id', 'point.series')
      .select(['point.series', 'point.run', 'point.node', 'point.median'])
      .where('series.stratum', '=', stratum)
      .execute();
    const bySeries = Map.groupBy(points, ({ series }) => series);
    return rows.map((row) => {
      const own = (bySeries.get(row.id) ?? [])
        .flatMap(({ run, node, median }) => {
          const { night, started } = runs.get(run) ?? {};
          if (night === undefined || started === undefined) return [];
          return [{ night, started, node, value: median, epoch: states.get(`${run} ${node}`) ?? '' }];
        })
        .toSorted((a, b) => (a.started < b.started ? -1 : 1));
      const nights = own.filter(({ night }, at) => own[at - 1]?.night !== night);
      const node = nights.at(-1)?.node ?? '';
      const series: Series = { id: row.id, subject: row.subject, stratum, better: row.better, nights };
      return { row, series, node, domain: racks.get(node) };
    });
  }
}

/** What a series is of, in words. */
export const wordsOf = ({
  title,
  dimensions,
  tool,
}: Pick<Tables['series'], 'title' | 'dimensions' | 'tool'>): string =>
  [title, dimensions, tool].filter((text) => text !== '').join(' · ');

/** The machine that a subject is or is in. */
const machineOf = (subject: string): string => subject.split('/', 1)[0] ?? subject;

/** Takes the nights of a series to those of the same metric by other versions of its tool. */
function follow(
  all: Map<string, Followed>,
  { subject, metric, dimensions }: Tables['series'],
  it: Followed,
): void {
  const key = JSON.stringify([subject, metric, dimensions]);
  const known = all.get(key);
  const [earlier, later] = (known?.nights.at(-1) ?? 0) > (it.nights.at(-1) ?? 0) ? [it, known] : [known, it];
  all.set(key, { ...(later ?? it), nights: [...(earlier?.nights ?? []), ...(later?.nights ?? [])] });
}

const count = (counts: Map<string, number>, key: string): void => {
  counts.set(key, (counts.get(key) ?? 0) + 1);
};

function* inParts<T>(rows: readonly T[]): Generator<readonly T[]> {
  for (let at = 0; at < rows.length; at += rowsAtOnce) yield rows.slice(at, at + rowsAtOnce);
}
