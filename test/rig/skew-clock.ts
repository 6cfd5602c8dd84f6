import { readFile } from 'node:fs/promises';
import type { NodeAnswer, RunInNodeOptions } from './run-in-node.ts';

/** Runs a program in the node, which must succeed. */
type RunInNode = (argv: readonly string[], options?: RunInNodeOptions) => Promise<NodeAnswer>;

/**
 * Shifts the wall clock of all programs that start in the node from now on; 0: as it was. Time namespaces shift only
 * monotonic clocks, so a library that every program is made to load stands before libc.
 */
export async function skewClock(run: RunInNode, isOwn: boolean, seconds: number): Promise<void> {
  if (!isOwn) await takeOwnEtc(run);
  // Below /run, where nothing but the node's own copy can be meant.
  if (seconds === 0) {
    await run(['rm', '--force', `${ownEtc}/ld.so.preload`]);
    return;
  }
  const library = `/run/skewed-clock${seconds}.so`;
  const source = await readFile(new URL('skewed-clock.c', import.meta.url), 'utf8');
  const skew = `-DSKEW_SECONDS=${seconds}`;
  await run(['gcc', '-shared', '-fPIC', '-O2', skew, '-o', library, '-x', 'c', '-'], { input: source });
  await run(['tee', `${ownEtc}/ld.so.preload`], { input: `${library}\n` });
}

const ownEtc = '/run/etc';

/** /etc is the machine's own: only single files are the node's. Until it boots again, the node gets a copy of it. */
async function takeOwnEtc(run: RunInNode): Promise<void> {
  await run(['cp', '--archive', '/etc', ownEtc]);
  for (const name of ['passwd', 'ssh']) await run(['mount', '--bind', `/etc/${name}`, `${ownEtc}/${name}`]);
  await run(['mount', '--rbind', ownEtc, '/etc']);
}
