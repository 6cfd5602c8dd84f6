import { rm, rmdir } from 'node:fs/promises';
import { join } from 'node:path';
import { clientFilesOf } from './client-files.ts';
import { disconnectMachine } from './fabric.ts';
import { isCode } from './is-code.ts';
import { endMarked, findRigsOf } from './marked-processes.ts';
import type { RigIdentity } from './rig-identity.ts';
import { loadRigRecord, removeRigRecord } from './rig-record.ts';

/**
 * Takes down what was built in a directory, whoever built it, also when the directory is gone or its record is; returns
 * the ids of the rigs.
 */
export async function takeDown(directory: string): Promise<readonly string[]> {
  const record = await loadRigRecord(directory);
  const ids = [...new Set([...(record === undefined ? [] : [record.id]), ...findRigsOf(directory)])];
  for (const id of ids) await takeDownRig({ id, directory });
  return ids;
}

/**
 * Takes down a rig, however far building it got. With the processes go the namespaces, and with these mounts and
 * interfaces. Files that are not the rig's own are left where they are.
 */
export async function takeDownRig({ id, directory }: RigIdentity): Promise<void> {
  await disconnectMachine(id);
  await endMarked(id);
  const { identity, ...others } = clientFilesOf(directory);
  await rm(join(directory, 'nodes'), { recursive: true, force: true });
  for (const path of [identity, `${identity}.pub`, ...Object.values(others)]) await rm(path, { force: true });
  await removeRigRecord(directory); // last: until here all of this can be done again
  await removeIfEmpty(directory);
}

async function removeIfEmpty(directory: string): Promise<void> {
  try {
    await rmdir(directory);
  } catch (cause) {
    if (!isCode(cause, 'ENOTEMPTY', 'ENOENT')) throw cause;
  }
}
