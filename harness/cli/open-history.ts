import { join, resolve } from 'node:path';
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
  return History.open(await historyPath(stateHome, path), zone);
}
