import type { Kysely } from 'kysely';
import { changesIn, separator } from '../nights/fold-events.ts';
import type { Attendance } from './attendance.ts';
import { measuredNights } from './attendance.ts';
import { changesBetween } from './run-rows.ts';
import type { Tables } from './tables.ts';

/** What all strata are read with. */
export interface ReadNights {
  readonly runs: ReadonlyMap<string, Tables['run']>;
  /** By run and node. */
  readonly states: ReadonlyMap<string, ReadonlyMap<string, string>>;
  readonly racks: ReadonlyMap<string, string>;
  readonly domains: ReadonlyMap<string, ReadonlySet<string>>;
  readonly changeOf: (before: string, after: string) => string | undefined;
  readonly attendance: readonly Attendance[];
  /** Machines that had each single change, at any time. */
  readonly changed: () => ReadonlyMap<string, ReadonlySet<string>>;
  /** Nights of each machine by name on which something of it was measured, oldest first. */
  readonly measured: ReadonlyMap<string, readonly number[]>;
}

/** Reads what is the same for all strata. */
export async function readNights(database: Kysely<Tables>): Promise<ReadNights> {
  const runs = new Map((await database.selectFrom('run').selectAll().execute()).map((run) => [run.id, run]));
  const documents = new Map(
    (await database.selectFrom('state').selectAll().execute()).map((each) => [each.digest, each.document]),
  );
  const states = new Map<string, Map<string, string>>();
  const racks = new Map<string, string>();
  // The same few texts stand in all rows: one of each is kept.
  const one = new Map<string, string>();
  const keep = <T extends string | null>(text: T): T => {
    if (text === null) return text;
    const known = one.get(text) as T | undefined; // it was put in as what it is
    if (known !== undefined) return known;
    one.set(text, text);
    return text;
  };
  const query = database
    .selectFrom('attendance')
    .innerJoin('run', 'run.id', 'attendance.run')
    .select(['run.id as run', 'run.night', 'node', 'machine', 'rack', 'state', 'reason'])
    .orderBy('run.started')
    .orderBy('node');
  const rows: (Attendance & { readonly machine: string })[] = [];
  for await (const { run, night, node, machine, rack, state, reason } of query.stream())
    rows.push({
      ...{ run: keep(run), night, node: keep(node), machine: keep(machine) },
      ...{ rack: keep(rack), state: keep(state), reason: keep(reason) },
    });
  for (const { run, node, state, rack } of rows) {
    const ofRun = states.get(run) ?? new Map<string, string>();
    states.set(run, ofRun.set(node, state ?? ''));
    if (rack !== null) racks.set(node, rack); // where it stands now
  }
  const domains = new Map<string, Set<string>>();
  for (const { node, machine } of rows) {
    const rack = racks.get(node);
    if (rack !== undefined) domains.set(rack, (domains.get(rack) ?? new Set()).add(machine));
  }
  const changes = new Map<string, string | undefined>();
  const changeOf = (before: string, after: string): string | undefined => {
    const key = `${before} ${after}`;
    if (!changes.has(key)) {
      const [was, is] = [documents.get(before), documents.get(after)];
      const all = was === undefined || is === undefined ? [] : changesBetween(was, is);
      changes.set(key, all.length === 0 ? undefined : all.join(separator));
    }
    return changes.get(key);
  };
  const changed = (): ReadonlyMap<string, ReadonlySet<string>> => {
    const machines = new Map<string, Set<string>>();
    const last = new Map<string, string>();
    for (const { machine, state } of rows) {
      if (state === null) continue;
      const before = last.get(machine) ?? state;
      last.set(machine, state);
      for (const each of before === state ? [] : changesIn(changeOf(before, state)))
        machines.set(each, (machines.get(each) ?? new Set()).add(machine));
    }
    return machines;
  };
  return {
    runs,
    states,
    racks,
    domains,
    changeOf,
    changed,
    attendance: rows,
    measured: measuredNights(rows),
  };
}
