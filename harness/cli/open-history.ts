import { join } from 'node:path';
import { History } from '../history/history.ts';
import { claimStateFolder } from '../store/user-state.ts';

/** Where the index of nights is: the given path, or else that of this user. */
export const historyPath = async (stateHome: string, path: string | undefined): Promise<string> =>
  path ?? join(await claimStateFolder(stateHome, 'history'), 'nights.sqlite');

/** The index of nights at a path, or else that of this user. */
export async function openHistory(
  stateHome: string,
  path: string | undefined,
  zone: string | undefined,
): Promise<History> {
  return History.open(await historyPath(stateHome, path), zone);
}
