import { dateOf } from '../../reports/verdict/words/night-words.ts';
import { AssayError } from '../../workloads/kit/assay-error.ts';
import { suggestName } from '../config/nearest-name.ts';
import type { Attendance } from './attendance.ts';

/** Nights from the first to the last, both included, as days since 1970-01-01. */
export interface NightWindow {
  readonly from: number;
  readonly to: number;
}

export interface FoundMachine {
  /** Serial number, UUID, or else its name. */
  readonly machine: string;
  readonly names: readonly string[];
  /** Its place in the runs of the window, oldest first. */
  readonly rows: readonly Attendance[];
}

export const isWithin = ({ from, to }: NightWindow, night: number): boolean => from <= night && night <= to;

/**
 * A machine by its serial number or by what it was called in a window. One that was not reached tells no serial number: its row
 * belongs to the machine that was known by that name then. Throws USAGE for a name that nobody has, and for one that two machines had.
 */
export function findMachine(given: string, all: readonly Attendance[], window: NightWindow): FoundMachine {
  const told = all.filter(({ machine, node }) => machine !== node);
  const machine = machineCalled(given, all, told, window);
  const names = new Set(told.filter((each) => each.machine === machine).map(({ node }) => node));
  const ownerOf = ({ node, night }: Attendance): string | undefined => {
    const holders = told.filter((each) => each.node === node);
    return (holders.findLast((each) => each.night <= night) ?? holders[0])?.machine;
  };
  const isOwn = (row: Attendance): boolean =>
    row.machine === machine || (row.machine === row.node && names.has(row.node) && ownerOf(row) === machine);
  return {
    machine,
    names: names.size === 0 ? [machine] : [...names],
    rows: all.filter((row) => isWithin(window, row.night) && isOwn(row)),
  };
}

function machineCalled(
  given: string,
  all: readonly Attendance[],
  told: readonly Attendance[],
  window: NightWindow,
): string {
  if (told.some(({ machine }) => machine === given)) return given;
  const called = told.filter(({ node }) => node === given);
  const then = new Set(called.filter(({ night }) => isWithin(window, night)).map(({ machine }) => machine));
  if (then.size > 1)
    throw new AssayError(
      'USAGE',
      `expected one machine, found that ${then.size} were called ${given} from ${dateOf(window.from)} to ${dateOf(window.to)}`,
      { hint: `Name it by its serial number: ${[...then].join(', ')}.` },
    );
  const [machine = called.at(-1)?.machine] = then;
  if (machine !== undefined) return machine;
  if (all.some(({ node }) => node === given)) return given;
  const known = [...new Set(all.flatMap((each) => [each.node, each.machine]))];
  throw new AssayError(
    'USAGE',
    `expected a machine of the index of nights, found none called \`${given.slice(0, 80)}\``,
    { hint: suggestName(given, known) ?? 'assay history add takes runs into the index.' },
  );
}

/** Nights of a window on which there was no run, as spans. */
export function gapsOf(
  { from, to }: NightWindow,
  nights: ReadonlySet<number>,
): readonly { readonly from: number; readonly to: number }[] {
  const gaps: { from: number; to: number }[] = [];
  for (let night = from; night <= to; night += 1) {
    if (nights.has(night)) continue;
    const last = gaps.at(-1);
    if (last?.to === night - 1) last.to = night;
    else gaps.push({ from: night, to: night });
  }
  return gaps;
}
