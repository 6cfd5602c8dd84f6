import { AssayError } from '../../workloads/kit/assay-error.ts';

/** Result codes of SQLite (https://www.sqlite.org/rescode.html) and of PostgreSQL (appendix A, SQLSTATE) that say that there is no room. */
const sqliteFull = 13;
const postgresFull = '53100';
/** That another process writes, and went on for longer than was waited. */
const sqliteBusy = 5;
const postgresBusy = '55P03';

/**
 * What a database refused, as a refusal of ours. `place` names it without anything secret. What was being written is not there, what was
 * written before is.
 */
export function databaseRefusal(place: string, cause: unknown): AssayError {
  if (cause instanceof AssayError) return cause;
  if (!(cause instanceof Error)) return AssayError.from(cause);
  const sqlite = 'errcode' in cause && typeof cause.errcode === 'number' ? cause.errcode & 0xff : undefined;
  const code = 'code' in cause ? String(cause.code) : '';
  if (sqlite === sqliteFull || code === postgresFull)
    return new AssayError('DISK_FULL', `${place}: expected room for the index of nights, found none`, {
      cause,
      hint: 'Make room and repeat it: of what was being added nothing is there, what was there before is.',
    });
  if (sqlite === undefined && code === '') return AssayError.from(cause);
  const isBusy = sqlite === sqliteBusy || code === postgresBusy;
  return new AssayError(
    'HISTORY_UNUSABLE',
    `${place}: expected an index of nights, found ${isBusy ? 'another process that writes to it' : cause.message || code}`,
    {
      cause,
      hint:
        sqlite === undefined
          ? 'Check the server, and ASSAY_DATABASE_URL; what was being written is not there.'
          : 'But for what people said of events the index holds nothing of its own: move it away, and make it again (assay history rebuild; notes: assay history import EXPORT).',
    },
  );
}
