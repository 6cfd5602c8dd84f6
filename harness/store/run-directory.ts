import { constants } from 'node:fs';
import type { FileHandle } from 'node:fs/promises';
import { lstat, open, readdir, realpath, rm } from 'node:fs/promises';
import { join, posix } from 'node:path';
import type * as z from 'zod';
import { sha256 } from '../../agents/protocol/chain.ts';
import { ownMode, writeWhole } from '../../agents/protocol/write-whole.ts';
import { AssayError } from '../../workloads/kit/assay-error.ts';
import { shellWord } from '../../workloads/kit/shell-quote.ts';
import { damaged } from './evidence-damaged.ts';
import { limitOf } from './file-limits.ts';
import { GuardedPaths } from './guarded-paths.ts';
import { findStranger, kindOf, makeOwnFolder } from './own-folder.ts';
import { readDocument, toJson } from './read-document.ts';
import { RunHeader } from './run-header.ts';

/** Paths inside a run directory. Every name in them passes one pattern before it is used (`#at`). */
export const runPaths = {
  header: 'run.json',
  plan: 'plan.json',
  /** What the coordinator decided and saw. */
  coordinator: 'coordinator.ndjson',
  /** The same in a run of version 1. */
  decisions: 'decisions.ndjson',
  /** Notes of operators to whoever measures; no evidence. */
  stops: 'stops.ndjson',
  inputs: 'inputs',
  journal: (node: string) => `nodes/${node}/journal.ndjson`,
  unreached: (node: string) => `nodes/${node}/unreached.json`,
  /** The steps of a node in one uncompressed tar, and what is where in it. */
  pack: (node: string) => `nodes/${node}/evidence.tar`,
  packIndex: (node: string) => `nodes/${node}/evidence.json`,
  /** A folder for each step: a name for evidence everywhere, and where it lies in runs from before there were packs. */
  steps: (node: string) => `nodes/${node}/steps`,
  step: (node: string, step: string) => `${runPaths.steps(node)}/${step}`,
};

/** Runs are kept below the working directory unless `--out` says otherwise: they are the user's documents. */
export const runsFolder = 'assay-runs';

/** Names of the documents in `inputs/`. */
export const inputNames = {
  inventory: 'inventory.json',
  suite: 'suite.json',
  limits: 'limits.json',
  manifest: 'manifest.json',
  contract: 'contract.json',
  series: 'series.json',
  profile: (id: string) => `profiles/${id}.json`,
};

/** A run on disk: everything that is needed to judge it again, anywhere. */
export class RunDirectory {
  readonly path: string;
  readonly header: RunHeader;
  /** Digest of `run.json`: the head of every journal chain. */
  readonly headDigest: string;
  readonly #paths: GuardedPaths;
  /** Files that were found to have one name: a journal has thousands of lines. */
  readonly #appended = new Set<string>();

  private constructor(path: string, header: RunHeader, headDigest: string) {
    this.path = path;
    this.#paths = new GuardedPaths(path);
    this.header = header;
    this.headDigest = headDigest;
  }

  /**
   * How the run is named on a command line, quoted where it must be: by its id below `assay-runs/` of the working directory,
   * else by its path, which is right from wherever a command is pasted.
   */
  get called(): string {
    const { id } = this.header;
    return this.path === join(process.cwd(), runsFolder, id) ? id : shellWord(this.path);
  }

  /** Creates the directory with its inputs and header. Refuses one that exists. */
  static async create(
    path: string,
    header: Omit<RunHeader, 'inputs'>,
    inputs: ReadonlyMap<string, string>,
  ): Promise<RunDirectory> {
    makeRunDirectory(path);
    const listed = [...inputs]
      .toSorted(([a], [b]) => (a < b ? -1 : 1))
      .map(([name, text]) => ({ path: `${runPaths.inputs}/${name}`, text, sha256: sha256(text) }));
    const full: RunHeader = {
      ...header,
      inputs: listed.map((input) => ({ path: input.path, sha256: input.sha256 })),
    };
    const text = toJson(full);
    const directory = new RunDirectory(path, full, sha256(text));
    try {
      for (const input of listed) await directory.write(input.path, input.text);
      await directory.write(runPaths.header, text);
    } catch (cause) {
      await rm(path, { recursive: true });
      throw cause;
    }
    return directory;
  }

  /**
   * Opens a run directory, which anybody may have made: it holds files and directories and nothing else, which is looked at
   * before anything is read, and its inputs are what the header says. Throws RUN_NOT_FOUND, EVIDENCE_DAMAGED.
   */
  static async open(path: string): Promise<RunDirectory> {
    if (!(await exists(join(path, runPaths.header)))) {
      throw new AssayError(
        'RUN_NOT_FOUND',
        `expected a run directory with ${runPaths.header}, found none at ${path}`,
        {
          hint: 'Give the directory that survey printed, or its name below assay-runs/.',
        },
      );
    }
    await refuseStrangers(path);
    await using header = await open(join(path, runPaths.header), 'r');
    await refuseLarge(header, runPaths.header);
    const text = await header.readFile('utf8');
    const directory = new RunDirectory(path, readDocument(RunHeader, text, runPaths.header), sha256(text));
    for (const input of directory.header.inputs) {
      const found = sha256(await directory.read(input.path));
      if (found !== input.sha256) throw damaged(input.path, `sha256 ${input.sha256}`, `sha256 ${found}`);
    }
    return directory;
  }

  /**
   * Reads a file of the run. A missing one is damaged evidence: nothing in a run directory is optional once listed. One that
   * the system refuses to open may be in order, and its refusal is thrown as it is. What is larger than its kind can be
   * is not read.
   */
  async read(relative: string): Promise<Buffer> {
    await using file = await this.openToRead(relative);
    await refuseLarge(file, relative);
    return await file.readFile();
  }

  /** Opens a file to read parts of it; what has its name and is no file is damaged evidence too. */
  async openToRead(relative: string): Promise<FileHandle> {
    const { O_NOFOLLOW, O_NONBLOCK, O_RDONLY } = constants;
    const flags = O_RDONLY | O_NOFOLLOW | O_NONBLOCK;
    const file = await open(this.#paths.at(relative), flags).catch(refuseNoFile(relative));
    const found = await file.stat();
    if (found.isFile()) return file;
    await file.close();
    throw damaged(relative, 'a file', kindOf(found));
  }

  async has(relative: string): Promise<boolean> {
    return exists(this.#paths.at(relative));
  }

  /** Names in a folder of the run; none when the folder does not exist. */
  async list(relative: string): Promise<readonly string[]> {
    const names = await readdir(this.#paths.at(relative)).catch((cause: unknown) => {
      if (isNoFile(cause)) return [];
      throw cause;
    });
    return names.toSorted();
  }

  /** Paths of all files below a folder of the run; none when the folder does not exist. */
  async listAll(relative: string): Promise<readonly string[]> {
    if (!(await this.has(relative))) return [];
    const entries = await readdir(this.#paths.at(relative), { recursive: true, withFileTypes: true });
    return entries
      .filter((entry) => !entry.isDirectory())
      .map((entry) =>
        posix.join(relative, posix.relative(this.#paths.at(relative), join(entry.parentPath, entry.name))),
      )
      .toSorted();
  }

  /** The records of a file of NDJSON; none when there is no such file. A last line that is torn was never said. */
  async readLines<T>(schema: z.ZodType<T>, relative: string): Promise<readonly T[]> {
    if (!(await this.has(relative))) return [];
    const lines = (await this.read(relative)).toString('utf8').split('\n').slice(0, -1);
    return lines.map((line, index) => readDocument(schema, line, `${relative} line ${index + 1}`));
  }

  async readDocument<T>(schema: z.ZodType<T>, relative: string): Promise<T> {
    return readDocument(schema, (await this.read(relative)).toString('utf8'), relative);
  }

  /** Writes a file so that it is there whole or not at all. */
  async write(relative: string, content: string | Uint8Array): Promise<void> {
    await writeWhole(this.#paths.claim(relative), content);
  }

  /** Adds to a file. One that has a second name is refused: it may be somebody's file elsewhere. */
  async append(relative: string, line: string): Promise<void> {
    await using file = await this.openToAppend(relative);
    await file.writeFile(line);
  }

  /** Opens a file to add to it, as `append` does. */
  async openToAppend(relative: string): Promise<FileHandle> {
    const path = this.#paths.claim(relative);
    const { O_APPEND, O_CREAT, O_NOFOLLOW, O_WRONLY } = constants;
    const file = await open(path, O_APPEND | O_CREAT | O_NOFOLLOW | O_WRONLY, ownMode);
    try {
      if (!this.#appended.has(relative)) {
        const { nlink } = await file.stat();
        if (nlink !== 1)
          throw damaged(relative, 'a file with this one name', `one with ${nlink} (hard links)`);
        await file.chmod(ownMode);
        this.#appended.add(relative);
      }
      return file;
    } catch (cause) {
      await file.close();
      throw cause;
    }
  }

  async remove(relative: string): Promise<void> {
    await rm(this.#paths.claim(relative), { force: true });
  }

  /** Cuts what was being written to a file of lines when its writer died: it was never said. */
  async cutTornLine(relative: string): Promise<void> {
    if (!(await this.has(relative))) return;
    const text = (await this.read(relative)).toString('utf8');
    const whole = text.slice(0, text.lastIndexOf('\n') + 1);
    if (whole !== text) await this.write(relative, whole);
  }

  /** Waits until a file is on the disk, not only in memory. */
  async flush(relative: string): Promise<void> {
    const file = await open(this.#paths.at(relative), 'r');
    try {
      await file.sync();
    } finally {
      await file.close();
    }
  }
}

/** Whoever opens a run directory may have got it from somebody: a link in it would lead reader and writer elsewhere. */
async function refuseStrangers(path: string): Promise<void> {
  if ((await lstat(path)).isSymbolicLink())
    throw damaged(path, 'a run directory', `a symbolic link to ${await realpath(path)}`);
  const stranger = findStranger(path);
  if (stranger !== undefined)
    throw damaged(stranger.path, `${stranger.expected} in a run directory`, stranger.found);
}

/** Is anything there, be it a link to nowhere? */
async function exists(path: string): Promise<boolean> {
  try {
    await lstat(path);
    return true;
  } catch (cause) {
    if (isNoFile(cause)) return false;
    throw cause;
  }
}

/** What a file call says where no file has the name: nothing, a file as folder, a folder, a link, a socket. */
const noFile: ReadonlySet<string> = new Set(['ENOENT', 'ENOTDIR', 'EISDIR', 'ELOOP', 'ENXIO']);

const isNoFile = (cause: unknown): boolean =>
  cause instanceof Error && 'code' in cause && noFile.has(String(cause.code));

const refuseNoFile = (relative: string) => (cause: unknown) => {
  throw isNoFile(cause) ? damaged(relative, 'a readable file', 'none', cause) : cause;
};

/** Makes one new directory below one that exists: a typo in the path must not grow a tree somewhere. */
function makeRunDirectory(path: string): void {
  try {
    makeOwnFolder(path);
  } catch (cause) {
    const code = cause instanceof Error && 'code' in cause ? cause.code : undefined;
    if (code === 'EEXIST') {
      throw new AssayError('RUN_EXISTS', `expected a directory that does not exist yet, found ${path}`, {
        hint: 'Choose another --out.',
      });
    }
    if (code === 'ENOSPC' || code === 'EDQUOT') throw cause;
    throw new AssayError(
      'USAGE',
      `expected a place where a directory can be made, got ${path} (${String(code)})`,
      {
        cause,
        hint: 'Choose another --out, in a directory that exists and that you may write to.',
      },
    );
  }
}

async function refuseLarge(file: FileHandle, where: string): Promise<void> {
  const { size } = await file.stat();
  const most = limitOf(where);
  if (size > most) throw damaged(where, `at most ${most} bytes`, `${size}`);
}
