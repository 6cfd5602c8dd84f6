import { join } from 'node:path';
import { History } from '../../harness/history/history.ts';
import type { RunRows } from '../../harness/history/run-rows.ts';
import { temporaryDirectory } from './temporary.ts';

/** Does something with an index of these runs, in a file of its own, by the dates of Madrid. */
export async function withHistory<T>(
  runs: readonly RunRows[],
  use: (history: History, path: string) => Promise<T>,
): Promise<T> {
  const path = join(temporaryDirectory(), 'nights.sqlite');
  const history = await History.open(path, 'Europe/Madrid');
  try {
    await history.addAll(runs);
    return await use(history, path);
  } finally {
    await history.close();
  }
}

/** All rows of an index, as it exports them. */
export async function exported(history: History): Promise<string> {
  let text = '';
  for await (const line of history.export()) text += line;
  return text;
}
