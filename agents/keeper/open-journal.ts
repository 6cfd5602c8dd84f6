import { join } from 'node:path';
import { sweep } from '../exec/sweep.ts';
import { protocolVersion } from '../protocol/version.ts';
import { Journal } from './journal.ts';
import { loadKeptBatch, repair } from './repair.ts';
import { journalFile } from './run-directory.ts';
import { removeScratch } from './scratch.ts';
import type { KeeperSurroundings } from './surroundings.ts';

/** The journal of a run on this node: begun, or gone on with once what a keeper before this one has left is ended. */
export async function openJournal({ directory, node, bootId, clock }: KeeperSurroundings): Promise<Journal> {
  const journal = await Journal.open(join(directory, journalFile), node.from, clock);
  const found = await sweep(node.run);
  if (journal.records === 0) {
    const { run, bundle } = node;
    await journal.append({
      type: 'opened',
      run,
      node: node.node,
      protocol: protocolVersion,
      bundle,
      bootId,
      directory,
    });
  } else {
    await journal.append({ type: 'restarted', bootId });
    if (found > 0) await journal.append({ type: 'swept', found });
    await removeScratch(directory, node.run);
    await repair(journal, directory, await loadKeptBatch(directory), bootId !== node.bootId);
  }
  return journal;
}
