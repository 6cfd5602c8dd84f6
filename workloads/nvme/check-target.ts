import type { HostFacts } from '../kit/facts/host-facts.ts';
import { whyNoDrive } from '../kit/facts/local-file-systems.ts';
import type { Result } from '../kit/result.ts';
import { err, ok } from '../kit/result.ts';
import { whyTooLarge } from './storage-budget.ts';
import type { Params } from './workload.ts';

/** Whether numbers written to the scratch directory could be a drive's, and whether it has room for them. */
export function checkTarget({ fileBytes }: Params, { scratch, drives }: HostFacts): Result<undefined> {
  if ('unknown' in scratch.fileSystem)
    return err(`the file system of ${scratch.path} is unknown: ${scratch.fileSystem.unknown}`);
  // fio reads a colon in a file name as the border between two files.
  if (scratch.path.includes(':')) return err(`${scratch.path}: expected a scratch path without a colon`);
  const refusal = whyNoDrive(scratch.fileSystem.value);
  if (refusal !== undefined) return err(`${scratch.path}: ${refusal}`);
  if ('unknown' in scratch.driveIdentity)
    return err(`no drive is known behind ${scratch.path}: ${scratch.driveIdentity.unknown}`);
  if ('unknown' in drives) return err(`the drives of this machine are unknown: ${drives.unknown}`);
  if ('unknown' in scratch.freeBytes)
    return err(`the free space of ${scratch.path} is unknown: ${scratch.freeBytes.unknown}`);
  const tooLarge = whyTooLarge(fileBytes, scratch.freeBytes.value);
  return tooLarge === undefined ? ok(undefined) : err(`${scratch.path}: ${tooLarge}`);
}
