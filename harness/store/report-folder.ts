import type { Stats } from 'node:fs';
import { closeSync, fchmodSync, fsyncSync, openSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { lstat, readdir, readFile, rm, rmdir } from 'node:fs/promises';
import { join } from 'node:path';
import * as z from 'zod';
import { ownMode, partialOf } from '../../agents/protocol/write-whole.ts';
import { AssayError } from '../../workloads/kit/assay-error.ts';
import { fileName } from '../../workloads/kit/names.ts';
import { damaged } from './evidence-damaged.ts';
import { fileLimits } from './file-limits.ts';
import { GuardedPaths } from './guarded-paths.ts';
import { findStranger, kindOf } from './own-folder.ts';
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
  /** What was signed of the verdict by a profile, and by whom. */
  signed: (profile: string) => `signed/${profile}`,
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
  #isThere = false;
  /** Whether it says that it is this run's. */
  #isMarked = false;

  private constructor(path: string, run: RunDirectory) {
    this.path = path;
    this.#run = run;
    this.#paths = new GuardedPaths(path);
  }

  /** The folder for the reports of a run, which need not be there. Throws RUN_EXISTS when it is another run's. */
  static async open(run: RunDirectory, path = `${run.path}.report`): Promise<ReportFolder> {
    const folder = new ReportFolder(path, run);
    // Through a link we would read and remove in a place that somebody else chose: it has nothing of ours.
    folder.#isThere = (await lookAt(path))?.isDirectory() === true;
    const stranger = folder.#isThere ? findStranger(path) : undefined;
    if (stranger !== undefined)
      throw damaged(join(path, stranger.path), `${stranger.expected} among reports`, stranger.found);
    const mark = await folder.read(reportPaths.mark);
    const owner = mark === undefined ? undefined : readDocument(Mark, mark, join(path, reportPaths.mark));
    if (owner !== undefined && owner.run !== run.header.id)
      throw new AssayError(
        'RUN_EXISTS',
        `expected a folder for the reports of run ${run.header.id}, found that ${path} has those of run ${owner.run}`,
        { hint: 'Choose another --out.' },
      );
    folder.#isMarked = owner !== undefined;
    return folder;
  }

  /** The text of a file; absent when there is none. */
  async read(relative: string): Promise<string | undefined> {
    const most = relative === reportPaths.mark ? fileLimits.mark : fileLimits.verdict;
    return (await this.readBytes(relative, most))?.toString('utf8');
  }

  /** The bytes of a file, of which there may be so many; absent when there is none. */
  async readBytes(relative: string, most: number): Promise<Buffer | undefined> {
    const path = this.#paths.at(relative);
    const found = this.#isThere ? await lookAt(path) : undefined;
    if (found === undefined) return undefined;
    if (!found.isFile()) throw damaged(path, 'a file', kindOf(found));
    if (found.size > most) throw damaged(path, `at most ${most} bytes`, `${found.size}`);
    return readFile(path);
  }

  /** Names in a folder; none when it is not there. */
  async list(relative: string): Promise<readonly string[]> {
    const path = this.#paths.at(relative);
    const found = this.#isThere ? await lookAt(path) : undefined;
    return found?.isDirectory() === true ? (await readdir(path)).toSorted() : [];
  }

  /** Writes a file so that it is there whole or not at all. */
  write(relative: string, content: string | Uint8Array | Iterable<string>): void {
    writeNow(this.#paths.claim(relative), content);
  }

  /** Takes the folder for this run, before anything is written to it. */
  mark(): void {
    const mark = { schema: 'assay/reports', schemaVersion: 1, run: this.#run.header.id };
    this.write(reportPaths.mark, toJson(mark));
    this.#isThere = true;
    this.#isMarked = true;
  }

  /** Removes what is ours in a folder, but for the entries with these names: what is no longer said of anybody. */
  async removeOthers(relative: string, kept: ReadonlySet<string>): Promise<void> {
    const found = await lookAt(this.#paths.at(relative));
    if (found?.isDirectory() !== true) return;
    const others = (await readdir(this.#paths.at(relative))).filter((name) => !kept.has(name));
    await this.remove(others.filter((name) => fileName.test(name)).map((name) => `${relative}/${name}`));
  }

  /**
   * Removes files, and folders with what is ours in them, that say what is no longer so. Of a folder that does not say
   * that it is this run's nothing is removed.
   */
  async remove(relatives: readonly string[]): Promise<void> {
    if (!this.#isMarked) return;
    for (const relative of relatives) {
      const path = this.#paths.at(relative);
      const found = await lookAt(path);
      if (found?.isDirectory() === true) await removeBelow(path);
      else if (found !== undefined && ours.test(path)) await rm(path, { force: true });
    }
  }
}

/**
 * As `writeWhole`, and at once: nothing else is to be done meanwhile, reports on a thousand nodes are three thousand files,
 * and to wait for each of six steps costs more than to make it.
 */
function writeNow(path: string, content: string | Uint8Array | Iterable<string>): void {
  const partial = partialOf(path);
  const file = openSync(partial, 'wx', ownMode);
  try {
    try {
      fchmodSync(file, ownMode);
      if (content instanceof Uint8Array) writeFileSync(file, content);
      else
        for (const part of typeof content === 'string' ? [content] : inParts(content))
          writeFileSync(file, part);
      fsyncSync(file);
    } finally {
      closeSync(file);
    }
    renameSync(partial, path);
  } catch (cause) {
    rmSync(partial, { force: true });
    throw cause;
  }
}

/** The same text in parts that are worth a call of the system each. */
function* inParts(pieces: Iterable<string>): Iterable<string> {
  let part = '';
  for (const piece of pieces) {
    part += piece;
    if (part.length < 65_536) continue;
    yield part;
    part = '';
  }
  yield part;
}

/** The files that we write by their endings: what else lies there is somebody's, and keeps its folder. */
const ours = /\.(json|html|md|xml|csv|pdf)$/;

async function removeBelow(folder: string): Promise<void> {
  for (const entry of await readdir(folder, { withFileTypes: true })) {
    const path = join(folder, entry.name);
    if (entry.isDirectory()) await removeBelow(path);
    else if (entry.isFile() && ours.test(entry.name)) await rm(path, { force: true });
  }
  if ((await readdir(folder)).length === 0) await rmdir(folder);
}

/** What has a path, links not followed; absent when nothing has. */
async function lookAt(path: string): Promise<Stats | undefined> {
  try {
    return await lstat(path);
  } catch (cause) {
    if (cause instanceof Error && 'code' in cause && (cause.code === 'ENOENT' || cause.code === 'ENOTDIR'))
      return undefined;
    throw cause;
  }
}
