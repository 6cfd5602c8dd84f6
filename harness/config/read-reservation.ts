import { AssayError } from '../../workloads/kit/assay-error.ts';
import { expandNodeSet } from './node-set.ts';

/** A reservation of Slurm that keeps others away from its nodes, until it ends. */
export interface Reservation {
  readonly nodes: readonly string[];
  readonly until: Date;
}

/** Longer is no reservation: names of ten thousand nodes in brackets take far less. */
const mostCharacters = 262_144;

/**
 * A reservation as `scontrol show reservation NAME --oneliner` prints it (Slurm 21.08 to 24.11: `Key=value` with spaces between), its
 * times those of this machine. Throws HOLD_MISSING for one that does not hold now.
 */
export function readReservation(name: string, text: string, now: Date): Reservation {
  const refuse = (expected: string, found: string): AssayError =>
    new AssayError(
      'HOLD_MISSING',
      `reservation ${name}: expected ${expected}, found ${found.slice(0, 120)}`,
      { hint: 'See: scontrol show reservation. Nothing was touched.' },
    );
  const lines = text.slice(0, mostCharacters).trim().split('\n');
  const fields = new Map(
    (lines[0] ?? '').split(/\s+/).map((word) => {
      const at = word.indexOf('=');
      return [word.slice(0, Math.max(0, at)), word.slice(at + 1)] as const;
    }),
  );
  const of = (key: string): string => fields.get(key) ?? '';
  if (text.length > mostCharacters || lines.length !== 1 || of('ReservationName') !== name)
    throw refuse('one line about it', text.trim().slice(0, 120) || 'nothing');
  if (of('State') !== 'ACTIVE') throw refuse('it to be ACTIVE', of('State') || 'no state');
  const until = new Date(of('EndTime'));
  if (!(until.getTime() > now.getTime())) throw refuse('an end that is to come', of('EndTime') || 'none');
  const nodes = expandNodeSet(of('Nodes'), new Map());
  if (!nodes.ok || of('Nodes') === '(null)') throw refuse('names of nodes', of('Nodes') || 'none');
  return { nodes: nodes.value, until };
}

/**
 * The nodes on which jobs run, as `squeue --noheader --states=R,CG --format=%N` prints them: a set of names for each job, a line each.
 * Throws HOLD_MISSING for anything else: who is not known to be at work might be.
 */
export function readBusyNodes(text: string): readonly string[] {
  const refuse = (found: string): AssayError =>
    new AssayError('HOLD_MISSING', `squeue: expected names of nodes, found ${found.slice(0, 120)}`, {
      hint: 'See: squeue --states=R,CG --format=%N. Nothing was touched.',
    });
  if (text.length > mostCharacters) throw refuse(`${text.length} characters`);
  const sets = new Set(
    text
      .split('\n')
      .map((line) => line.trim())
      .filter((line) => line !== ''),
  );
  return [
    ...new Set(
      [...sets].flatMap((set) => {
        const nodes = expandNodeSet(set, new Map());
        if (!nodes.ok || !/^[\w.,[\]-]+$/.test(set)) throw refuse(set);
        return nodes.value;
      }),
    ),
  ];
}
