import { randomBytes } from 'node:crypto';
import { link, mkdir, readdir, readFile, rm, rmdir } from 'node:fs/promises';
import { join } from 'node:path';
import * as z from 'zod';
import { AssayError } from '../../workloads/kit/assay-error.ts';
import { parseJson } from '../../workloads/kit/parse-json.ts';
import { Beacon } from '../protocol/messages.ts';
import { writeWhole } from '../protocol/write-whole.ts';

export const journalFile = 'journal.ndjson';

/** What the node knows about a run before any record: written once, when the run is opened. */
export const NodeRun = z.strictObject({
  run: z.string(),
  node: z.string(),
  head: z.string(),
  /** Where the journal on this node begins: behind what the coordinator had when the run was opened here. */
  from: z.strictObject({ records: z.number().int().nonnegative(), head: z.string() }),
  bootId: z.string(),
  bundle: z.string(),
  token: z.string().regex(/^[0-9a-f]{64}$/),
  beacon: Beacon,
});
export type NodeRun = z.infer<typeof NodeRun>;

/** `<state>/<boot id>/<run>`: a run belongs to one boot, so that a reboot is visible as another directory. */
export const nodeRunDirectory = (state: string, bootId: string, run: string): string =>
  join(state, 'runs', bootId, run);

export async function readBootId(): Promise<string> {
  return (await readFile('/proc/sys/kernel/random/boot_id', 'utf8')).trim();
}

/** A run that this node holds. */
export interface HeldRun extends NodeRun {
  readonly directory: string;
}

/** Finds a run on this node, in whichever boot it was opened. Throws PROTOCOL_MISMATCH for one of another version. */
export async function findNodeRun(state: string, run: string): Promise<HeldRun | undefined> {
  for (const boot of await list(join(state, 'runs'))) {
    const directory = nodeRunDirectory(state, boot, run);
    try {
      return { ...(await loadNodeRun(directory)), directory };
    } catch (cause) {
      // Not of this boot; or it is being removed just now.
      if (!(cause instanceof Error && 'code' in cause && isAbsent(cause.code))) throw cause;
    }
  }
  return undefined;
}

/** Directories of all runs that this user has on this node. */
export async function listNodeRuns(state: string): Promise<readonly string[]> {
  const boots = await list(join(state, 'runs'));
  const runs = await Promise.all(
    boots.map(async (boot) =>
      (await list(join(state, 'runs', boot))).map((run) => nodeRunDirectory(state, boot, run)),
    ),
  );
  return runs.flat();
}

/** Creates the run's directory with a fresh token (0600): who can read it may speak to the keeper. */
export async function createNodeRun(directory: string, run: Omit<NodeRun, 'token'>): Promise<NodeRun> {
  const node: NodeRun = { ...run, token: randomBytes(32).toString('hex') };
  await mkdir(directory, { recursive: true, mode: 0o700 });
  const whole = join(directory, `node.json.${node.token.slice(0, 16)}`);
  await writeWhole(whole, JSON.stringify(node));
  try {
    // Two connections may open one run at once (a machine with two names): the first one's document stands.
    await link(whole, join(directory, 'node.json'));
    return node;
  } catch (cause) {
    if (!(cause instanceof Error && 'code' in cause && cause.code === 'EEXIST')) throw cause;
    return await loadNodeRun(directory);
  } finally {
    await rm(whole, { force: true });
  }
}

/** Throws PROTOCOL_MISMATCH for what another version of the agent wrote. */
export async function loadNodeRun(directory: string): Promise<NodeRun> {
  const file = join(directory, 'node.json');
  const read = NodeRun.safeParse(parseJson(await readFile(file, 'utf8')));
  if (read.success) return read.data;
  throw new AssayError(
    'PROTOCOL_MISMATCH',
    `${file}: expected a run that was opened by this version, found one of another`,
    { hint: 'Go on with the version that began it.' },
  );
}

/** Removes a run whose keeper never had this node: somebody else was faster. */
export async function removeUnbegun(state: string, directory: string): Promise<void> {
  const hasBegun = (await list(directory)).includes(journalFile);
  if (!hasBegun) await removeNodeRun(state, directory);
}

/** Removes a run from the node, and the directories above it that are empty then: only the cache stays. */
export async function removeNodeRun(state: string, directory: string): Promise<void> {
  await rm(directory, { recursive: true, force: true });
  const runs = join(state, 'runs');
  for (const boot of await list(runs)) await removeIfEmpty(join(runs, boot));
  await removeIfEmpty(runs);
}

async function removeIfEmpty(directory: string): Promise<void> {
  try {
    await rmdir(directory);
  } catch (cause) {
    if (
      !(cause instanceof Error && 'code' in cause && (cause.code === 'ENOTEMPTY' || cause.code === 'ENOENT'))
    )
      throw cause;
  }
}

async function list(directory: string): Promise<readonly string[]> {
  try {
    return await readdir(directory);
  } catch (cause) {
    if (cause instanceof Error && 'code' in cause && isAbsent(cause.code)) return [];
    throw cause;
  }
}

const isAbsent = (code: unknown): boolean => code === 'ENOENT' || code === 'ENOTDIR';
