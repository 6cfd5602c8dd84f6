import { appendFile, mkdir, open, readdir, readFile, rename, rm, stat, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import type * as z from 'zod';
import { sha256 } from '../../agents/protocol/chain.ts';
import { writeWhole } from '../../agents/protocol/write-whole.ts';
import { AssayError } from '../../workloads/kit/assay-error.ts';
import { RunHeader } from './run-header.ts';

/** Paths inside a run directory. Names come from our own schemas, never from a node. */
export const runPaths = {
  header: 'run.json',
  plan: 'plan.json',
  decisions: 'decisions.ndjson',
  inputs: 'inputs',
  journal: (node: string) => `nodes/${node}/journal.ndjson`,
  /** Evidence on its way in: not yet named by the journal, so not yet part of the run. */
  incoming: (node: string, step: string) => `nodes/${node}/incoming/${step}`,
  unreached: (node: string) => `nodes/${node}/unreached.json`,
  record: (node: string) => `nodes/${node}/record.ndjson`,
  step: (node: string, step: string) => `nodes/${node}/steps/${step}`,
  /** The block's page links there. */
  nodeReport: (node: string) => `nodes/${node}/report.html`,
  verdict: (profile: string) => `verdicts/${profile}.json`,
};

/** A run on disk: everything that is needed to judge it again, anywhere. */
export class RunDirectory {
  readonly path: string;
  readonly header: RunHeader;
  /** Digest of `run.json`: the head of every journal chain. */
  readonly headDigest: string;
  /** Folders that `append` has made: a journal has thousands of lines. */
  readonly #folders = new Set<string>();

  private constructor(path: string, header: RunHeader, headDigest: string) {
    this.path = path;
    this.header = header;
    this.headDigest = headDigest;
  }

  /** Creates the directory with its inputs and header. Refuses one that exists. */
  static async create(
    path: string,
    header: Omit<RunHeader, 'inputs'>,
    inputs: ReadonlyMap<string, string>,
  ): Promise<RunDirectory> {
    await makeRunDirectory(path);
    await mkdir(join(path, runPaths.inputs));
    const listed = [];
    for (const [name, text] of [...inputs].toSorted(([a], [b]) => (a < b ? -1 : 1))) {
      await mkdir(dirname(join(path, runPaths.inputs, name)), { recursive: true });
      await writeFile(join(path, runPaths.inputs, name), text);
      listed.push({ path: `${runPaths.inputs}/${name}`, sha256: sha256(text) });
    }
    const full: RunHeader = { ...header, inputs: listed };
    const text = toJson(full);
    await writeWhole(join(path, runPaths.header), text, 0o644);
    return new RunDirectory(path, full, sha256(text));
  }

  /** Opens a run directory and proves that its inputs are what the header says. */
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
    const text = await readFile(join(path, runPaths.header), 'utf8');
    const directory = new RunDirectory(path, readDocument(RunHeader, text, runPaths.header), sha256(text));
    for (const input of directory.header.inputs) {
      const found = sha256(await directory.read(input.path));
      if (found !== input.sha256) throw damaged(input.path, `sha256 ${input.sha256}`, `sha256 ${found}`);
    }
    return directory;
  }

  /** Reads a file of the run. A missing one is damaged evidence: nothing in a run directory is optional once listed. */
  async read(relative: string): Promise<Buffer> {
    try {
      return await readFile(join(this.path, relative));
    } catch (cause) {
      throw damaged(relative, 'a readable file', 'none', cause);
    }
  }

  async has(relative: string): Promise<boolean> {
    return exists(join(this.path, relative));
  }

  /** Names in a folder of the run; none when the folder does not exist. */
  async list(relative: string): Promise<readonly string[]> {
    return (await this.has(relative)) ? (await readdir(join(this.path, relative))).toSorted() : [];
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
    await mkdir(dirname(join(this.path, relative)), { recursive: true });
    await writeWhole(join(this.path, relative), content, 0o644);
  }

  async append(relative: string, line: string): Promise<void> {
    const folder = dirname(join(this.path, relative));
    if (!this.#folders.has(folder)) await mkdir(folder, { recursive: true });
    this.#folders.add(folder);
    await appendFile(join(this.path, relative), line);
  }

  /** Moves a folder into place, over whatever an interrupted attempt left there. */
  async move(from: string, to: string): Promise<void> {
    await rm(join(this.path, to), { recursive: true, force: true });
    await mkdir(dirname(join(this.path, to)), { recursive: true });
    await rename(join(this.path, from), join(this.path, to));
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
    const file = await open(join(this.path, relative), 'r');
    try {
      await file.sync();
    } finally {
      await file.close();
    }
  }
}

/** Documents are JSON with sorted insertion order as given, one space of indent, and a final line feed. */
export const toJson = (document: unknown): string => `${JSON.stringify(document, undefined, 1)}\n`;

export const damaged = (where: string, expected: string, found: string, cause?: unknown): AssayError =>
  new AssayError('EVIDENCE_DAMAGED', `${where}: expected ${expected}, found ${found}`, {
    cause,
    hint: 'Fetch the run directory again from where it was made; a changed one proves nothing.',
  });

/** Parses a document of ours. A newer schema version is refused as such, everything else as damage. */
export function readDocument<T>(schema: z.ZodType<T>, text: string, where: string): T {
  let json: unknown;
  try {
    json = JSON.parse(text);
  } catch (cause) {
    throw damaged(where, 'a JSON document', 'other text', cause);
  }
  const parsed = schema.safeParse(json);
  if (parsed.success) return parsed.data;
  const version =
    typeof json === 'object' && json !== null && 'schemaVersion' in json ? json.schemaVersion : undefined;
  if (typeof version === 'number' && version > 1) {
    throw new AssayError('SCHEMA_TOO_NEW', `${where}: expected schemaVersion 1, found ${version}`, {
      hint: 'Use the version of Assay that wrote it, or a newer one.',
    });
  }
  const issue = parsed.error.issues[0];
  throw damaged(
    where,
    `a document of schema version 1`,
    `${issue?.path.join('.') ?? ''}: ${issue?.message ?? 'something else'}`,
  );
}

async function exists(path: string): Promise<boolean> {
  try {
    await stat(path);
    return true;
  } catch (cause) {
    if (cause instanceof Error && 'code' in cause && (cause.code === 'ENOENT' || cause.code === 'ENOTDIR'))
      return false;
    throw cause;
  }
}

/** Makes one new directory below one that exists: a typo in the path must not grow a tree somewhere. */
async function makeRunDirectory(path: string): Promise<void> {
  try {
    await mkdir(path);
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
