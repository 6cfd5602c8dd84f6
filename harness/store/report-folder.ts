import { lstat, readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import * as z from 'zod';
import { writeWhole } from '../../agents/protocol/write-whole.ts';
import { AssayError } from '../../workloads/kit/assay-error.ts';
import { damaged } from './evidence-damaged.ts';
import { GuardedPaths } from './guarded-paths.ts';
import { findStranger } from './own-folder.ts';
import { readDocument, toJson } from './read-document.ts';
import type { RunDirectory } from './run-directory.ts';

/** Paths inside a folder of reports. */
export const reportPaths = {
  /** Whose reports these are. */
  mark: 'run.json',
  verdict: (profile: string) => `verdicts/${profile}.json`,
  /** What the verdict on many nodes says of each alone. */
  sheets: (profile: string) => `verdicts/${profile}`,
  sheet: (profile: string, node: string) => `verdicts/${profile}/${node}.json`,
  /** The block's page links there. */
  nodeReport: (node: string) => `nodes/${node}/report.html`,
};

const Mark = z.strictObject({
  schema: z.literal('assay/reports'),
  schemaVersion: z.literal(1),
  run: z.string(),
});

/**
 * What is concluded from a run: verdicts and reports, beside the evidence (`<run>.report`) and never in it. They can be
 * made again at any time; a folder holds those of one run.
 */
export class ReportFolder {
  readonly path: string;
  readonly #run: RunDirectory;
  readonly #paths: GuardedPaths;

  private constructor(path: string, run: RunDirectory) {
    this.path = path;
    this.#run = run;
    this.#paths = new GuardedPaths(path);
  }

  /** The folder for the reports of a run, which need not be there. Throws RUN_EXISTS when it is another run's. */
  static async open(run: RunDirectory, path = `${run.path}.report`): Promise<ReportFolder> {
    const folder = new ReportFolder(path, run);
    if (await isFolder(path)) {
      const stranger = await findStranger(path);
      if (stranger !== undefined)
        throw damaged(join(path, stranger.path), 'only files and directories among reports', stranger.kind);
    }
    const mark = await folder.read(reportPaths.mark);
    const owner = mark === undefined ? undefined : readDocument(Mark, mark, join(path, reportPaths.mark));
    if (owner !== undefined && owner.run !== run.header.id)
      throw new AssayError(
        'RUN_EXISTS',
        `expected a folder for the reports of run ${run.header.id}, found that ${path} has those of run ${owner.run}`,
        { hint: 'Choose another --out.' },
      );
    return folder;
  }

  /** The text of a file; absent when there is none. */
  async read(relative: string): Promise<string | undefined> {
    const path = this.#paths.at(relative);
    return (await isThere(path)) ? readFile(path, 'utf8') : undefined;
  }

  /** Writes a file so that it is there whole or not at all. */
  async write(relative: string, content: string | Iterable<string>): Promise<void> {
    await writeWhole(await this.#paths.claim(relative), content, 0o644);
  }

  /** Takes the folder for this run, before anything is written to it. */
  async mark(): Promise<void> {
    const mark = { schema: 'assay/reports', schemaVersion: 1, run: this.#run.header.id };
    await this.write(reportPaths.mark, toJson(mark));
  }

  /** Removes files, and folders with all that is in them, that say what is no longer so. */
  async remove(relatives: readonly string[]): Promise<void> {
    for (const relative of relatives) {
      const path = this.#paths.at(relative);
      if (await isThere(path)) await rm(path, { force: true, recursive: true });
    }
  }
}

/** What is no folder is refused by whoever writes to it. */
const isFolder = async (path: string): Promise<boolean> =>
  (await isThere(path)) && (await lstat(path)).isDirectory();

async function isThere(path: string): Promise<boolean> {
  try {
    await lstat(path);
    return true;
  } catch (cause) {
    if (cause instanceof Error && 'code' in cause && (cause.code === 'ENOENT' || cause.code === 'ENOTDIR'))
      return false;
    throw cause;
  }
}
