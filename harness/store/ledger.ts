import type { KeyObject } from 'node:crypto';
import {
  closeSync,
  existsSync,
  fsyncSync,
  lstatSync,
  openSync,
  readFileSync,
  rmSync,
  truncateSync,
  writeSync,
} from 'node:fs';
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { ownMode, writeWhole } from '../../agents/protocol/write-whole.ts';
import { AssayError } from '../../workloads/kit/assay-error.ts';
import { codeOf } from '../../workloads/kit/code-of.ts';
import { canonical } from '../evidence/canonical-json.ts';
import type { Checkpoint } from '../evidence/checkpoint.ts';
import { readCheckpoint, writeCheckpoint } from '../evidence/checkpoint.ts';
import type { LedgerEntry } from '../evidence/ledger-entry.ts';
import { readEntry } from '../evidence/ledger-entry.ts';
import { leafHash, rootOf } from '../evidence/merkle.ts';
import type { Signer } from '../evidence/private-key.ts';
import { generateKey, readPrivateKey, signerOf, writePrivateKey } from '../evidence/private-key.ts';
import type { PublicKey } from '../evidence/public-key.ts';
import { readPublicKey } from '../evidence/public-key.ts';
import { damaged } from './evidence-damaged.ts';
import { readPrivateFile, writeKeyFile } from './key-file.ts';
import { isAlive } from './own-folder.ts';
import { claimStateFolder, stateFolder } from './user-state.ts';

const names = {
  entries: 'entries.ndjson',
  checkpoint: 'checkpoint',
  origin: 'origin',
  key: 'ledger.key',
  publicKey: 'ledger.pub',
  lock: 'lock',
};
/** A begin has half a kilobyte, the identities of a thousand machines half a megabyte. */
const mostBytes = 512 * 1024 * 1024 - 1024;

/** A ledger as it lies on the disk: its entries are those of its last checkpoint, which its own key has signed. */
export interface ReadLedger {
  readonly folder: string;
  readonly key: PublicKey;
  /** The texts of entries, as they are hashed. */
  readonly lines: readonly Buffer[];
  readonly entries: readonly LedgerEntry[];
  readonly leaves: readonly Buffer[];
  readonly checkpoint: Checkpoint;
  readonly note: string;
}

/** Where the ledger of this user is, if one is kept. */
export const ledgerFolder = (stateHome: string): string | undefined => {
  const folder = stateFolder(stateHome, 'ledger');
  return existsSync(join(folder, names.origin)) ? folder : undefined;
};

const unusable = (folder: string, cause: unknown): AssayError =>
  new AssayError(
    'LEDGER_UNUSABLE',
    `expected to add to the ledger ${folder}, could not: ${AssayError.from(cause).message}`,
    {
      cause,
      hint: 'Nothing is measured that is not entered. Mend it, or look at: assay ledger verify',
    },
  );

/** Begins a ledger for all runs of this user. Throws USAGE when there is one. */
export async function initLedger(stateHome: string, origin: string): Promise<ReadLedger> {
  const folder = await claimStateFolder(stateHome, 'ledger');
  if (ledgerFolder(stateHome) !== undefined)
    throw new AssayError('USAGE', `expected no ledger yet, found one in ${folder}`, {
      hint: 'See: assay ledger show',
    });
  const key = generateKey('ed25519');
  const signer = signerWith(key);
  await writeKeyFile(join(folder, names.key), writePrivateKey(key, undefined));
  await writeWhole(join(folder, names.publicKey), signer.publicKey.pem);
  await writeWhole(join(folder, names.entries), '');
  await writeWhole(
    join(folder, names.checkpoint),
    await writeCheckpoint({ origin, size: 0, root: rootOf([]) }, signer),
  );
  await writeWhole(join(folder, names.origin), `${origin}\n`);
  return readLedger(folder);
}

/** Reads a ledger, this user's or a copy of somebody's, and proves it. Throws EVIDENCE_DAMAGED. */
export function readLedger(folder: string): ReadLedger {
  const key = readPublicKey(textAt(folder, names.publicKey));
  if (!key.ok) throw damaged(join(folder, names.publicKey), 'the public key of the ledger', key.error);
  const note = textAt(folder, names.checkpoint);
  const checkpoint = readCheckpoint(note, key.value);
  if (!checkpoint.ok)
    throw damaged(join(folder, names.checkpoint), 'a checkpoint signed by the ledger', checkpoint.error);
  const where = join(folder, names.entries);
  const text = textAt(folder, names.entries);
  if (text !== '' && !text.endsWith('\n')) throw damaged(where, 'whole lines', 'a last line that is torn');
  const lines = text
    .split('\n')
    .slice(0, -1)
    .map((line) => Buffer.from(line));
  const entries = lines.map((line, index) => {
    const entry = readEntry(line);
    if (!entry.ok) throw damaged(`${where} line ${index + 1}`, 'an entry', entry.error);
    return entry.value;
  });
  const leaves = lines.map(leafHash);
  const { size, root } = checkpoint.value;
  if (size !== lines.length)
    throw damaged(where, `${size} entries, as its checkpoint says`, `${lines.length}`);
  if (!rootOf(leaves).equals(root))
    throw damaged(where, `entries with the root ${root.toString('base64')}`, 'others: it was rewritten');
  return { folder, key: key.value, lines, entries, leaves, checkpoint: checkpoint.value, note };
}

/** Whether a ledger goes on from an earlier checkpoint of it. Throws EVIDENCE_DAMAGED with both where it does not. */
export function requireContinues(
  { leaves, key, checkpoint }: ReadLedger,
  note: string,
  where: string,
): Checkpoint {
  const earlier = readCheckpoint(note, key);
  if (!earlier.ok) throw damaged(where, 'a checkpoint signed by this ledger', earlier.error);
  const { origin, size, root } = earlier.value;
  if (origin !== checkpoint.origin)
    throw damaged(where, `a checkpoint of ${checkpoint.origin}`, `one of ${origin}`);
  if (size > leaves.length)
    throw damaged(where, `at most ${leaves.length} entries`, `${size}: some are gone`);
  if (!rootOf(leaves.slice(0, size)).equals(root))
    throw damaged(where, `the root of the first ${size} entries`, 'another one: the ledger was rewritten');
  return earlier.value;
}

function textAt(folder: string, name: string): string {
  const path = join(folder, name);
  try {
    const found = lstatSync(path);
    if (!found.isFile() || found.size > mostBytes)
      throw damaged(path, `a file of at most ${mostBytes} bytes`, 'something else');
    return readFileSync(path, 'utf8');
  } catch (cause) {
    if (codeOf(cause) !== 'ENOENT') throw cause;
    throw damaged(path, 'a file of the ledger', 'none', cause);
  }
}

function signerWith(key: KeyObject): Signer {
  const signer = signerOf(key);
  if (!signer.ok) throw new Error(signer.error);
  return signer.value;
}

/**
 * Adds an entry to the ledger of this user, on the disk and signed when this returns. Without a ledger nothing is done. Throws
 * LEDGER_UNUSABLE.
 */
export async function enter(stateHome: string, entry: LedgerEntry): Promise<void> {
  const folder = ledgerFolder(stateHome);
  if (folder === undefined) return;
  try {
    await inLock(folder, async () => {
      cutTorn(folder);
      const { checkpoint, leaves } = readLedger(folder);
      const pem = readPrivateKey(await readPrivateFile(join(folder, names.key)), undefined);
      if (!pem.ok) throw damaged(join(folder, names.key), 'the key of the ledger', pem.error);
      const line = Buffer.from(canonical(entry));
      const all = [...leaves, leafHash(line)];
      const note = await writeCheckpoint(
        { origin: checkpoint.origin, size: all.length, root: rootOf(all) },
        signerWith(pem.value),
      );
      addLine(join(folder, names.entries), line);
      await writeWhole(join(folder, names.checkpoint), note);
      await mkdir(join(folder, 'checkpoints'), { recursive: true, mode: 0o700 });
      await writeWhole(join(folder, 'checkpoints', String(all.length)), note);
    });
  } catch (cause) {
    throw unusable(folder, cause);
  }
}

function addLine(path: string, line: Buffer): void {
  const file = openSync(path, 'a', ownMode);
  try {
    writeSync(file, Buffer.concat([line, Buffer.from('\n')]));
    fsyncSync(file);
  } finally {
    closeSync(file);
  }
}

/** What stands behind the entries of the last checkpoint was being written when its writer died: it was never said. */
function cutTorn(folder: string): void {
  const key = readPublicKey(textAt(folder, names.publicKey));
  const checkpoint = key.ok ? readCheckpoint(textAt(folder, names.checkpoint), key.value) : undefined;
  if (checkpoint?.ok !== true) return;
  const text = textAt(folder, names.entries);
  const lines = text.split('\n');
  if (lines.length - 1 < checkpoint.value.size) return;
  const kept = lines
    .slice(0, checkpoint.value.size)
    .map((line) => `${line}\n`)
    .join('');
  if (kept !== text) truncateSync(join(folder, names.entries), Buffer.byteLength(kept));
}

/** Another process of ours has the ledger for milliseconds. */
const patienceMs = 10_000;

async function inLock<T>(folder: string, use: () => Promise<T>): Promise<T> {
  const path = join(folder, names.lock);
  for (let waitedMs = 0; ; waitedMs += 20) {
    try {
      const file = openSync(path, 'wx', ownMode);
      writeSync(file, String(process.pid));
      closeSync(file);
      break;
    } catch (cause) {
      if (codeOf(cause) !== 'EEXIST' || waitedMs >= patienceMs) throw cause;
      // One that died has left it there.
      const holder = existsSync(path) ? Number(readFileSync(path, 'utf8')) : 0;
      if (holder > 0 && !isAlive(holder)) rmSync(path, { force: true });
      await sleep(20);
    }
  }
  try {
    return await use();
  } finally {
    rmSync(path, { force: true });
  }
}
