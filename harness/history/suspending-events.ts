import type { StatedEvent } from './event-state.ts';
import type { RunRows } from './run-rows.ts';

/**
 * Events that keep a report from speaking for its machines: confirmed, not closed, seen after the run, on one of its machines or on all of
 * its kind. What was closed as repaired is another matter: a repair changes the machine, and that voids by itself.
 */
export function suspendingEvents(
  events: readonly StatedEvent[],
  { run, attendance, series }: RunRows,
): readonly StatedEvent[] {
  const machines = new Set(attendance.map(({ machine }) => machine));
  const kinds = new Set(series.map(({ kind }) => kind));
  return events.filter(
    ({ state, last, spells }) =>
      state !== 'closed' &&
      last > run.night &&
      spells.some(
        ({ machine, subject, kind }) => machines.has(machine) || (subject === kind && kinds.has(kind)),
      ),
  );
}
