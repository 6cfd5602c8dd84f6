import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { writeWhole } from '../../agents/protocol/write-whole.ts';
import { AssayError } from '../../workloads/kit/assay-error.ts';
import { claimFolder } from '../store/own-folder.ts';

/**
 * Writes the files of a report into a folder, which is made when it is not there. Throws RUN_EXISTS for one that has anything else in
 * it: nothing of somebody's is overwritten. Look with `requireFree` before anything is computed.
 */
export async function writePapers(
  folder: string,
  files: ReadonlyMap<string, string | Iterable<string>>,
): Promise<void> {
  requireFree(folder, [...files.keys()]);
  claimFolder(folder);
  for (const [name, content] of files) await writeWhole(join(folder, name), content);
}

export function requireFree(folder: string, names: readonly string[]): void {
  const strange = existsSync(folder) ? readdirSync(folder).find((name) => !names.includes(name)) : undefined;
  if (strange !== undefined)
    throw new AssayError(
      'RUN_EXISTS',
      `expected a folder for this report alone, found ${strange} in ${folder}`,
      {
        hint: 'Name another folder with --out.',
      },
    );
}
