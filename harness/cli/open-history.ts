import { join } from 'node:path';
import { History } from '../history/history.ts';
import { claimStateFolder } from '../store/user-state.ts';

/** The index of nights at a path, or else that of this user. */
export async function openHistory(
  stateHome: string,
  path: string | undefined,
  zone: string | undefined,
): Promise<History> {
  return History.open(path ?? join(await claimStateFolder(stateHome, 'history'), 'nights.sqlite'), zone);
}
