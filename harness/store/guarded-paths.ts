import { join } from 'node:path';
import { fileName } from '../../workloads/kit/names.ts';
import { damaged } from './evidence-damaged.ts';
import { claimFolder } from './own-folder.ts';

/** Paths below a folder of ours: no name in them can lead out of it, whoever gave it, nor into somebody else's. */
export class GuardedPaths {
  readonly #root: string;
  /** Folders that were found to be ours to write to. */
  readonly #folders = new Set<string>();

  constructor(root: string) {
    this.#root = root;
  }

  /** Where a path is. Throws EVIDENCE_DAMAGED for a name that is none. */
  at(relative: string): string {
    const wrong = relative.split('/').find((name) => !fileName.test(name));
    if (wrong !== undefined)
      throw damaged(
        `\`${relative.slice(0, 200)}\``,
        `names of the form ${fileName.source}`,
        `\`${wrong.slice(0, 80)}\``,
      );
    return join(this.#root, relative);
  }

  /** Where a path is, with the folders above it there and each of them ours. Throws USAGE. */
  claim(relative: string): string {
    const path = this.at(relative);
    const names = relative.split('/').slice(0, -1);
    for (let depth = 0; depth <= names.length; depth += 1) {
      const folder = names.slice(0, depth).join('/');
      if (this.#folders.has(folder)) continue;
      claimFolder(join(this.#root, folder));
      this.#folders.add(folder);
    }
    return path;
  }
}
