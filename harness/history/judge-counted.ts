import type { Kysely } from 'kysely';
import type { CountedXid } from '../../workloads/kit/facts/read-counts.ts';
import type { Spell } from '../nights/fold-events.ts';
import type { Look } from './find-grown.ts';
import { findGrown } from './find-grown.ts';
import type { ReadNights } from './read-nights.ts';
import type { Tables } from './tables.ts';
import { inParts } from './write-rows.ts';

/** What devices counted from night to night. */
export interface CountedNights {
  readonly spells: readonly Spell[];
  /** Devices that have a counter, by kind of machine and counter. */
  readonly sizes: ReadonlyMap<string, number>;
  /** Machines whose devices told tonight what they counted. */
  readonly told: number;
}

/** Goes through what all machines have counted, a machine at a time. */
export async function judgeCounted(
  database: Kysely<Tables>,
  { runs, racks }: ReadNights,
  lastNight: number,
  closedOn: (id: string) => readonly number[],
): Promise<CountedNights> {
  const rows = await database
    .selectFrom('counted')
    .innerJoin('run', 'run.id', 'counted.run')
    .selectAll('counted')
    .orderBy('machine')
    .orderBy('run.started')
    .orderBy('node')
    .execute();
  const spells: Spell[] = [];
  const sizes = new Map<string, number>();
  let told = 0;
  for (const [machine, own] of Map.groupBy(rows, (row) => row.machine)) {
    const documents = await readTallies(database, own);
    const looks = own.map(({ run, node, kind, boot, xids, tally }): Look => {
      // Both were written by run-rows.ts.
      const counts = tally === null ? undefined : documents.get(tally);
      const log = xids === null ? undefined : (JSON.parse(xids) as CountedXid[]);
      return {
        night: runs.get(run)?.night ?? 0,
        node,
        kind,
        domain: racks.get(node),
        boot,
        counts,
        xids: log,
      };
    });
    const found = findGrown(machine, looks, closedOn);
    for (const each of found.spells) spells.push(each);
    for (const stratum of found.strata) sizes.set(stratum, (sizes.get(stratum) ?? 0) + 1);
    if (looks.some(({ night, counts, xids }) => night === lastNight && (counts ?? xids) !== undefined))
      told += 1;
  }
  return { spells, sizes, told };
}

async function readTallies(
  database: Kysely<Tables>,
  rows: readonly Tables['counted'][],
): Promise<ReadonlyMap<string, Look['counts']>> {
  const found = new Map<string, Look['counts']>();
  for (const part of inParts([...new Set(rows.flatMap(({ tally }) => tally ?? []))]))
    for (const { digest, document } of await database
      .selectFrom('tally')
      .selectAll()
      .where('digest', 'in', part)
      .execute())
      found.set(digest, JSON.parse(document) as NonNullable<Look['counts']>);
  return found;
}
