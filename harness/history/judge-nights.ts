import type { Kysely } from 'kysely';
import { sha256 } from '../../agents/protocol/chain.ts';
import type { NightEvent, Spell } from '../nights/fold-events.ts';
import { foldEvents, spellsOf } from '../nights/fold-events.ts';
import type { Night, Series } from '../nights/series.ts';
import type { NightFinding } from '../nights/watch-series.ts';
import { watchStratum } from '../nights/watch-stratum.ts';
import { attendanceOn, namesOf } from './attendance.ts';
import type { StatedEvent } from './event-state.ts';
import { closingsOf, nameOfEvent, stateEvents } from './event-state.ts';
import type { FollowedMetric } from './find-vanished.ts';
import { findVanished } from './find-vanished.ts';
import { inPairs } from './group-rows.ts';
import { judgeCounted } from './judge-counted.ts';
import type { ReadNights } from './read-nights.ts';
import { readNights } from './read-nights.ts';
import { sharedChange } from './shared-change.ts';
import type { Tables } from './tables.ts';
import { inParts } from './write-rows.ts';

/** What the nights in an index say together. */
export interface Judgement {
  /** What is slower and what is measured no more, oldest first, with what people said of it. */
  readonly events: readonly StatedEvent[];
  /** Series that were worse on the last night and have to be so again before anybody is told. */
  readonly suspects: readonly Pick<Spell, 'series' | 'subject' | 'machine' | 'node' | 'worst'>[];
  readonly series: number;
  readonly lastNight: number | undefined;
  /** Machines by name on the last night: `measured`, or why not; those of the nights before that were not even planned, too. */
  readonly machines: ReadonlyMap<string, string>;
  /** The last night on which something of a machine was measured, with the name that it has. */
  readonly lastMeasured: readonly {
    readonly machine: string;
    readonly node: string;
    readonly night: number;
  }[];
  /** Machines whose devices told on the last night what they have counted. */
  readonly counted: number;
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

export type VisitStratum = (members: readonly WatchedSeries[], changeOf: ChangeOf) => Promise<void>;

/** Goes through all nights, a stratum at a time. */
export async function judgeNights(database: Kysely<Tables>, visit?: VisitStratum): Promise<Judgement> {
  const nights = await readNights(database);
  const notes = await database.selectFrom('note').selectAll().execute();
  const closings = closingsOf(notes);
  const closedOn = (id: string): readonly number[] => (closings.get(id) ?? []).map(({ night }) => night);
  const lastNight = Math.max(...[...nights.runs.values()].map(({ night }) => night));
  const spells: Spell[] = [];
  const common: Spell[] = [];
  const suspects: Judgement['suspects'][number][] = [];
  const followed = new Map<string, FollowedMetric>();
  const once = createOnce();
  const sizes = new Map<string, number>();
  const unjudged = new Map<string, number>();
  let measured = 0;
  for (const stratum of await listStrata(database)) {
    const members = await readStratum(database, stratum, nights);
    const found = watchStratum(
      stratum,
      members.map(({ series }) => series),
      closings,
    );
    sizes.set(stratum, members.length);
    await visit?.(
      members.map(({ row, series, node, domain }) => ({
        ...{ row, node, domain, nights: series.nights, findings: found.findings.get(series.id) ?? [] },
      })),
      nights.changeOf,
    );
    for (const { row, series, domain, node, isImported } of members) {
      const findings = found.findings.get(series.id) ?? [];
      const about = {
        id: row.id,
        series: wordsOf(row),
        subject: row.subject,
        machine: machineOf(row.subject),
        node,
        stratum,
        kind: row.kind,
        domain,
      };
      if (!isImported && !row.title.endsWith(inPairs))
        follow(followed, row, { about, nights: once(series.nights.map(({ night }) => night)) });
      const changeOf = ({ before, epoch }: { readonly before: string; readonly epoch: string }) =>
        nights.changeOf(before, epoch);
      spells.push(...spellsOf(about, findings, changeOf, closedOn(row.id)));
      const tonight = findings.at(-1);
      if (tonight?.night !== lastNight) continue;
      measured += 1;
      if (tonight.why !== undefined) count(unjudged, tonight.why.because);
      if (tonight.state === 'suspect') suspects.push({ ...about, worst: tonight.change ?? 0 });
    }
    const [first] = members;
    if (first === undefined) continue;
    const { kind } = first.row;
    const about = { id: stratum, series: wordsOf(first.row), subject: kind, machine: kind, stratum, kind };
    common.push(
      ...spellsOf(about, found.common, () => undefined, closedOn(stratum)).map((spell) => ({
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
  const counted = await judgeCounted(database, nights, lastNight, closedOn);
  const fleet = { sizes, domains: nights.domains, changed: nights.changed() };
  // That something is gone, or was counted, is told apart from what is slow.
  const events: readonly NightEvent[] = [
    ...foldEvents(spells, common, fleet),
    ...foldEvents(vanished, [], fleet),
    ...foldEvents(counted.spells, [], { ...fleet, sizes: counted.sizes }),
  ].map((event) => ({ ...event, id: nameOfEvent(event.id) }));
  const names = namesOf(nights.attendance);
  return {
    events: stateEvents(events, notes, lastNight),
    suspects,
    machines: attendanceOn(lastNight, nights.attendance),
    lastMeasured: [...nights.measured].map(([machine, those]) => ({
      machine,
      node: names.get(machine) ?? machine,
      night: those.at(-1) ?? 0,
    })),
    series: [...sizes.values()].reduce((sum, size) => sum + size, 0),
    lastNight: Number.isFinite(lastNight) ? lastNight : undefined,
    counted: counted.told,
    measured,
    unjudged,
  };
}

/** The strata that series are in, in their order. */
export async function listStrata(database: Kysely<Tables>): Promise<readonly string[]> {
  const rows = await database.selectFrom('series').select('stratum').distinct().orderBy('stratum').execute();
  return rows.map(({ stratum }) => stratum);
}

/** The series of a stratum. Of two runs in one night the first that measured a series counts. */
export async function readStratum(
  database: Kysely<Tables>,
  stratum: string,
  { runs, states, racks }: ReadNights,
) {
  const found = await database
    .selectFrom('series')
    .selectAll()
    .where('stratum', '=', stratum)
    .orderBy('id')
    .execute();
  const rows = found.map(withOneText());
  const members = [];
  // A few at a time: rows are many, and what is read into them is let go before the next.
  for (const part of inParts(rows, seriesAtOnce)) {
    const points = await database
      .selectFrom('point')
      .select(['series', 'run', 'node', 'median'])
      .where(
        'series',
        'in',
        part.map(({ id }) => id),
      )
      .execute();
    const bySeries = Map.groupBy(points, ({ series }) => series);
    for (const row of part) {
      const own = (bySeries.get(row.id) ?? []).flatMap((point) => {
        const run = runs.get(point.run);
        return run === undefined ? [] : [{ run, point }];
      });
      own.sort((a, b) => (a.run.started < b.run.started ? -1 : 1));
      const counted = own.filter(({ run }, at) => own[at - 1]?.run.night !== run.night);
      const nights = counted.map(({ run, point: { node, median: value } }): Night => {
        const epoch = states.get(run.id)?.get(node) ?? '';
        return { night: run.night, value, epoch };
      });
      const node = counted.at(-1)?.point.node ?? '';
      const series: Series = { id: row.id, subject: row.subject, stratum, better: row.better, nights };
      const isImported = own.every(({ run }) => run.origin === 'imported');
      members.push({ row, series, node, domain: racks.get(node), isImported });
    }
  }
  return members;
}

/** What the series of a stratum have in common stands once, however many they are. */
function withOneText(): (row: Tables['series']) => Tables['series'] {
  const one = new Map<string, string>();
  const keep = (text: string): string => {
    if (!one.has(text)) one.set(text, text);
    return one.get(text) ?? text;
  };
  return ({ id, subject, better, ...row }) => ({
    ...{ id, subject, better, stratum: keep(row.stratum), kind: keep(row.kind), metric: keep(row.metric) },
    ...{ dimensions: keep(row.dimensions), tool: keep(row.tool), unit: keep(row.unit) },
    title: keep(row.title),
  });
}

/** Series whose points are read by one statement. */
const seriesAtOnce = 50;

/** What a series is of, in words. */
export const wordsOf = ({
  title,
  dimensions,
  tool,
}: Pick<Tables['series'], 'title' | 'dimensions' | 'tool'>): string =>
  [title, dimensions, tool].filter((text) => text !== '').join(' · ');

/** The machine that a subject is or is in. */
export const machineOf = (subject: string): string => subject.split('/', 1)[0] ?? subject;

/** Lists that are alike are one: most series of a machine are measured on the same nights. */
function createOnce(): (nights: readonly number[]) => readonly number[] {
  const known = new Map<string, readonly number[]>();
  return (nights) => {
    const key = nights.join(' ');
    const same = known.get(key) ?? nights;
    known.set(key, same);
    return same;
  };
}

/** Takes the nights of a series to those of the same metric by other versions of its tool. */
function follow(
  all: Map<string, FollowedMetric>,
  { subject, metric, dimensions }: Tables['series'],
  it: FollowedMetric,
): void {
  const key = JSON.stringify([subject, metric, dimensions]);
  const known = all.get(key);
  const [earlier, later] =
    known !== undefined && (known.nights.at(-1) ?? 0) > (it.nights.at(-1) ?? 0) ? [it, known] : [known, it];
  const nights = earlier === undefined ? later.nights : [...earlier.nights, ...later.nights];
  all.set(key, { about: { ...later.about, id: sha256(key) }, nights });
}

const count = (counts: Map<string, number>, key: string): void => {
  counts.set(key, (counts.get(key) ?? 0) + 1);
};
