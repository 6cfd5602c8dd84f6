import type { Tables } from './tables.ts';

/** A machine in a run, with its night. */
export type Attendance = Pick<
  Tables['attendance'],
  'run' | 'node' | 'machine' | 'rack' | 'state' | 'reason'
> & {
  readonly night: number;
};

/** So many nights back a machine is still expected. */
const expectedNights = 7;

/**
 * Which machines were measured on a night, by the name that each has now, and why the others were not. Which was seen within a week and is
 * in no run of this night is `not planned`. Of several runs the one that measured something counts.
 */
export function attendanceOn(night: number, all: readonly Attendance[]): ReadonlyMap<string, string> {
  const names = namesOf(all);
  const found = new Map<string, string>();
  for (const { machine, node, reason, ...each } of all) {
    const name = names.get(machine) ?? node;
    if (each.night > night - expectedNights && each.night < night && !found.has(name))
      found.set(name, 'not planned');
    if (each.night === night && found.get(name) !== 'measured') found.set(name, reason ?? 'measured');
  }
  return new Map([...found].toSorted(([a], [b]) => (a < b ? -1 : 1)));
}

/**
 * The names that machines were given last. One that was not reached tells no serial number, so a name by which a machine was known
 * stands for that machine.
 */
export function namesOf(all: readonly Attendance[]): ReadonlyMap<string, string> {
  const known = new Map<string, string>();
  const byName = new Map<string, string>();
  for (const { machine, node } of all.toSorted((a, b) => a.night - b.night)) {
    if (machine === node && byName.has(node)) continue;
    known.set(machine, node);
    byName.set(node, machine);
  }
  return known;
}

/** Nights of each machine on which something of it was measured, oldest first, each once. */
export function measuredNights(all: readonly Attendance[]): ReadonlyMap<string, readonly number[]> {
  const measured = all.filter(({ reason }) => reason === null);
  return new Map(
    [...Map.groupBy(measured, ({ machine }) => machine)].map(([machine, those]) => [
      machine,
      [...new Set(those.map(({ night }) => night))].toSorted((a, b) => a - b),
    ]),
  );
}
