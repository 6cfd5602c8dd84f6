import { rm, rmdir } from 'node:fs/promises';
import { join } from 'node:path';
import { clientFilesOf } from './client-files.ts';
import { disconnectMachine } from './fabric.ts';
import { isCode } from './is-code.ts';
import { endMarked } from './marked-processes.ts';
import type { RigRecord } from './rig-record.ts';
import { loadRigRecord, removeRigRecord } from './rig-record.ts';

/** Takes down the rig in a directory, whoever built it, and returns its nodes; undefined: there is no rig. */
export async function takeDown(directory: string): Promise<readonly string[] | undefined> {
  const record = await loadRigRecord(directory);
  if (record !== undefined) await takeDownRecorded(directory, record);
  return record?.nodes;
}

/**
 * Takes down a rig, however far building it got. With the processes go the namespaces, and with these mounts and
 * interfaces. Files that are not the rig's own are left where they are.
 */
export async function takeDownRecorded(directory: string, record: RigRecord): Promise<void> {
  await disconnectMachine(record.id);
  await endMarked(record.id);
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
