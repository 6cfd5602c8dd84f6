import type { Tables } from './tables.ts';

/** A machine in a run, with its night. */
export type Attendance = Pick<Tables['attendance'], 'run' | 'node' | 'rack' | 'state' | 'reason'> & {
  readonly night: number;
};

/** So many nights back a machine is still expected. */
const expectedNights = 7;

/**
 * Which machines were measured on a night, and why the others were not. Who was seen within a week and is in no run of this night is
 * `not planned`. Of several runs the one that measured something counts.
 */
export function attendanceOn(night: number, all: readonly Attendance[]): ReadonlyMap<string, string> {
  const found = new Map<string, string>();
  for (const { node, ...each } of all)
    if (each.night > night - expectedNights && each.night < night) found.set(node, 'not planned');
  for (const { node, reason, ...each } of all)
    if (each.night === night && found.get(node) !== 'measured') found.set(node, reason ?? 'measured');
  return new Map([...found].toSorted(([a], [b]) => (a < b ? -1 : 1)));
}

/** Nights of each machine on which something of it was measured, oldest first, each once. */
export function measuredNights(all: readonly Attendance[]): ReadonlyMap<string, readonly number[]> {
  const measured = all.filter(({ reason }) => reason === null);
  return new Map(
    [...Map.groupBy(measured, ({ node }) => node)].map(([node, those]) => [
      node,
      [...new Set(those.map(({ night }) => night))].toSorted((a, b) => a - b),
    ]),
  );
}

/** The same without one night. */
export const withoutNight = (
  measured: ReadonlyMap<string, readonly number[]>,
  without: number,
): ReadonlyMap<string, readonly number[]> =>
  new Map([...measured].map(([node, nights]) => [node, nights.filter((night) => night !== without)]));
