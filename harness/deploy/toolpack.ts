import { randomBytes } from 'node:crypto';
import { constants, createReadStream } from 'node:fs';
import { chmod, copyFile, mkdir, open, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { dirname, join, resolve } from 'node:path';
import { Readable } from 'node:stream';
import { AssayError } from '../../workloads/kit/assay-error.ts';
import { codeOf } from '../../workloads/kit/code-of.ts';
import { toolpackDocument } from '../../workloads/kit/facts/read-toolpack.ts';
import type { LoadedToolpack, Toolpack, ToolpackFile } from '../config/toolpack.ts';
import { checkPaths, loadToolpack } from '../config/toolpack.ts';
import type { Deadlines } from '../transport/deadlines.ts';
import type { Transport } from '../transport/transport.ts';
import { ask } from './ask.ts';
import { toolpackPushLine } from './command-lines.ts';
import { hashFile } from './runtime.ts';

/**
 * Copies the files of a description into a new folder, with a document of their sizes and digests. Throws CONFIG_INVALID for a file
 * that is not there, is of another processor, or for a folder that is; nothing is left of what did not become whole.
 */
export async function buildToolpack(
  { file, written }: { readonly file: string; readonly written: ToolpackFile },
  out: string,
): Promise<LoadedToolpack> {
  checkPaths(written.files, file);
  const making = `${out}.${randomBytes(6).toString('hex')}`;
  try {
    await mkdir(making);
    const files: Toolpack['files'] = [];
    for (const { from, path, ...said } of written.files) {
      const to = join(making, path);
      await mkdir(dirname(to), { recursive: true });
      const source = resolve(dirname(file), from);
      await copyFile(source, to, constants.COPYFILE_EXCL).catch((cause: unknown) => {
        throw refuse(
          `${file}: ${path}: expected a readable file at ${source}, got ${codeOf(cause) ?? String(cause)}`,
        );
      });
      await chmod(to, path.startsWith('bin/') ? 0o755 : 0o644);
      const found = await readProcessor(to);
      if (found !== written.machine && (found !== undefined || path.startsWith('lib/')))
        throw refuse(
          `${file}: ${path}: expected a ${path.startsWith('lib/') ? 'library' : 'program'} for ${written.machine}, found ${found ?? `no ELF file at ${source}`}`,
        );
      const { bytes, hash } = await hashFile(to);
      files.push({ path, ...said, bytes, sha256: hash });
    }
    const document: Toolpack = { ...written, schema: 'assay/toolpack', files };
    await writeFile(join(making, toolpackDocument), `${JSON.stringify(document, undefined, 1)}\n`);
    await rename(making, out).catch((cause: unknown) => {
      throw refuse(`expected no file or folder at ${out}, got ${codeOf(cause) ?? String(cause)}`);
    });
    return await loadToolpack(out);
  } finally {
    await rm(making, { recursive: true, force: true });
  }
}

const refuse = (message: string): AssayError =>
  new AssayError('CONFIG_INVALID', message, {
    hint: 'Correct the description of the pack, or name another folder.',
  });

/** ELF's numbers of processors (elf.h: EM_X86_64, EM_AARCH64), by what `uname -m` says. */
const processors: ReadonlyMap<number, string> = new Map([
  [62, 'x86_64'],
  [183, 'aarch64'],
]);

/** The processor that an ELF file of 64 bits is for; `undefined` for any other file. */
async function readProcessor(path: string): Promise<string | undefined> {
  await using file = await open(path);
  const { bytesRead, buffer } = await file.read(Buffer.alloc(20), 0, 20, 0);
  if (bytesRead < 20 || buffer.readUInt32BE(0) !== 0x7f454c46) return undefined;
  const machine = buffer.readUInt16LE(18);
  return processors.get(machine) ?? `processor ${machine} of elf.h`;
}

/** The files of a pack that are not what its document says, each with the reason. */
export async function findDamage({ folder, document }: LoadedToolpack): Promise<readonly string[]> {
  const damage: string[] = [];
  for (const { path, bytes, sha256 } of document.files) {
    try {
      const found = await hashFile(join(folder, path));
      if (found.hash !== sha256)
        damage.push(
          `${path}: expected ${bytes} bytes with SHA-256 ${sha256}, found ${found.bytes} with ${found.hash}`,
        );
    } catch (cause) {
      damage.push(`${path}: expected ${bytes} bytes, found ${codeOf(cause) ?? String(cause)}`);
    }
  }
  return damage;
}

/** Sends a pack to the cache of a node, where it is verified. Throws TOOLPACK_DAMAGED, AGENT_LOST, NODE_SILENT. */
export async function sendToolpack(
  transport: Transport,
  pack: LoadedToolpack,
  {
    state,
    deadlines,
    signal,
  }: { readonly state: string; readonly deadlines: Deadlines; readonly signal?: AbortSignal | undefined },
): Promise<void> {
  const nonce = randomBytes(16).toString('hex');
  const bytes = pack.document.files.reduce((sum, each) => sum + each.bytes, 0);
  const answer = await ask(transport, toolpackPushLine({ nonce, state, digest: pack.digest, bytes }), nonce, {
    expected: 'an answer about the tool pack',
    hint: 'Check the room in the state directory and the connection, then try again.',
    question: 'toolpack-push',
    input: Readable.from(stream(pack), { objectMode: false }),
    deadlines,
    signal,
  });
  const [outcome = '', ...found] = answer.split(' ');
  if (outcome === 'pushed') return;
  throw new AssayError(
    'TOOLPACK_DAMAGED',
    outcome === 'no-room'
      ? `expected ${Math.ceil(bytes / 2 ** 20)} MiB of room for the tool pack in ${state}, found ${found.join(' ')} MiB`
      : `the tool pack did not arrive intact: ${found.join(' ')}`,
    {
      node: transport.name,
      hint:
        outcome === 'no-room'
          ? 'Make room there, or name another `stateDir` in the inventory.'
          : 'See whether it is whole here (assay toolpack show), and whether the disk there is full, then push it again.',
    },
  );
}

/** What `toolpackPushLine` reads: a line `<bytes> <path>` per file, a line `end`, then the bytes in the same order. */
async function* stream({ folder, document, manifest }: LoadedToolpack): AsyncGenerator<Buffer> {
  const json = await readFile(join(folder, toolpackDocument));
  const small = [
    [toolpackDocument, json],
    ['manifest', Buffer.from(manifest)],
  ] as const;
  const list = [
    ...document.files.map(({ bytes, path }) => `${bytes} ${path}\n`),
    ...small.map(([path, bytes]) => `${bytes.length} ${path}\n`),
  ];
  yield Buffer.from(`${list.join('')}end\n`);
  // More than was said would be taken for the next file.
  for (const { path, bytes } of document.files)
    yield* createReadStream(join(folder, path), {
      end: bytes - 1,
      highWaterMark: 256 * 1024,
    }) as AsyncIterable<Buffer>;
  for (const [, bytes] of small) yield bytes;
}
