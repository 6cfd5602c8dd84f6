import { join, resolve } from 'node:path';
import { setFlagsFromString } from 'node:v8';
import { AssayError } from '../../workloads/kit/assay-error.ts';
import type { Environment } from '../environment.ts';
import { History } from '../history/history.ts';
import { isPostgres } from '../history/place.ts';
import { claimStateFolder } from '../store/user-state.ts';

/** Where the index of nights is: the given place, or else that of this user. */
export const historyPath = async (stateHome: string, path: string | undefined): Promise<string> =>
  path ?? join(await claimStateFolder(stateHome, 'history'), 'nights.sqlite');

/** Where the index of nights is that was asked for: a file, else the database of ASSAY_DATABASE_URL; absent where nothing was said. */
export function historyPlace(
  { variables, workingDirectory }: Environment,
  database: string | undefined,
): string | undefined {
  if (database !== undefined) return resolve(workingDirectory, database);
  const { ASSAY_DATABASE_URL: url = '' } = variables;
  if (url === '') return undefined;
  if (isPostgres(url)) return url;
  throw new AssayError('USAGE', 'ASSAY_DATABASE_URL: expected postgresql://…, found something else', {
    hint: 'For a file there is --database FILE.',
  });
}

/** The index of nights at a place, or else that of this user. */
export async function openHistory(
  stateHome: string,
  path: string | undefined,
  zone: string | undefined,
): Promise<History> {
  keepHeapSmall();
  return History.open(await historyPath(stateHome, path), zone);
}

/**
 * All nights of a kind of machine are read, judged and let go before the next: V8 would first let its heap grow to several times what is
 * kept. With 1,000 machines, 40 metrics and 90 nights it is a quarter less memory, for a tenth more of CPU time.
 */
export const keepHeapSmall = (): void => {
  setFlagsFromString('--heap-growing-percent=40');
};
