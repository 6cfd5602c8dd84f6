import { spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { createReadStream } from 'node:fs';
import { chmod, cp, mkdir, mkdtemp, readdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import process from 'node:process';
import { buffer } from 'node:stream/consumers';
import { pipeline } from 'node:stream/promises';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { constants, zstdCompressSync } from 'node:zlib';
import { execa } from 'execa';
import * as z from 'zod';
import { AssayError } from '../../workloads/kit/assay-error.ts';
import { assayVersion } from '../version.ts';

// `npm run package [-- --arch arm64] [--out DIRECTORY]`: Assay as one archive for machines without a network, npm or a checkout:
// unpack it and run bin/assay. Two builds of one commit on one machine give the same bytes.

const root = fileURLToPath(new URL('../..', import.meta.url));

/** Of every file in an archive, so that its bytes follow from its content. */
const moment = '2026-01-01T00:00:00Z';

/** Of the checkout, as it lies there: the documents, and what starts the command line. */
const copied = [
  'README.md',
  'LICENSE',
  'docs',
  'package.json',
  'harness/bin.js',
  'harness/pinned.js',
  'dist',
] as const;

const starter = `#!/bin/sh
# Runs Assay with the Node.js that lies beside it, wherever both were unpacked and by whatever link this is called.
here=$(dirname "$(readlink -f "$0")")/..
export ASSAY_CALLED="$0"
exec "$here/node_modules/node-linux-{arch}/bin/node" "$here/harness/bin.js" "$@"
`;

async function main(args: string[]): Promise<void> {
  const { values } = parseArgs({
    args,
    options: {
      arch: { type: 'string', default: process.arch },
      out: { type: 'string', default: 'dist-packages' },
      level: { type: 'string', default: '19' },
    },
  });
  const { arch } = values;
  if (arch !== 'x64' && arch !== 'arm64')
    throw new AssayError('USAGE', `expected --arch x64 or arm64, got \`${arch}\``, {
      hint: 'Those are the processors that Node.js is there for.',
    });
  await execa(process.execPath, [join(root, 'harness/deploy/build-cli.ts')], { stdio: 'inherit' });
  const name = `assay-${assayVersion}-linux-${arch}`;
  const folder = await mkdtemp(join(tmpdir(), 'assay-package-'));
  try {
    const staged = join(folder, name);
    for (const path of copied) await copyIfThere(join(root, path), join(staged, path));
    await copyRuntime(arch, join(staged, `node_modules/node-linux-${arch}`), folder);
    await writeFile(join(staged, 'THIRD-PARTY.txt'), await licences());
    await mkdir(join(staged, 'bin'));
    await writeFile(join(staged, 'bin/assay'), starter.replace('{arch}', arch));
    await chmod(join(staged, 'bin/assay'), 0o755);
    const file = join(resolve(values.out), `${name}.tar.zst`);
    await mkdir(dirname(file), { recursive: true });
    await compress(folder, name, file, Number(values.level));
    const hash = createHash('sha256');
    await pipeline(createReadStream(file), hash);
    process.stdout.write(`${hash.digest('hex')}  ${file}\n`);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

async function copyIfThere(from: string, to: string): Promise<void> {
  try {
    await cp(from, to, { recursive: true });
  } catch (cause) {
    if (!(cause instanceof Error && 'code' in cause && cause.code === 'ENOENT')) throw cause;
  }
}

const Lock = z.object({
  packages: z.record(
    z.string(),
    z.object({
      version: z.string().optional(),
      integrity: z.string().optional(),
      license: z.string().optional(),
      dev: z.boolean().optional(),
      optional: z.boolean().optional(),
    }),
  ),
});
const readLock = async (): Promise<z.infer<typeof Lock>> =>
  Lock.parse(JSON.parse(await readFile(join(root, 'package-lock.json'), 'utf8')));

/** What is built into the command line, of whom, and under which terms. */
async function licences(): Promise<string> {
  const parts: string[] = [];
  for (const [path, { version = '', license = 'not said', dev, optional }] of Object.entries(
    (await readLock()).packages,
  )) {
    if (path === '' || dev === true || optional === true) continue;
    const names = (await readdir(join(root, path))).filter((name) => /^(licen[cs]e|notice)/i.test(name));
    const texts = await Promise.all(names.toSorted().map((name) => readFile(join(root, path, name), 'utf8')));
    parts.push(
      `${path.replace(/^.*node_modules\//, '')} ${version} (${license})\n\n${texts.map((text) => text.trim()).join('\n\n')}\n`,
    );
  }
  return parts.join(`\n${'-'.repeat(80)}\n\n`);
}

/** The pinned runtime and its licence: what npm has installed here, else fetched and held against the lock file. */
async function copyRuntime(arch: 'x64' | 'arm64', to: string, folder: string): Promise<void> {
  const name = `node-linux-${arch}`;
  let from = join(root, 'node_modules', name);
  if (process.arch !== arch) {
    const { packages } = await readLock();
    const { version = '', integrity } = packages[`node_modules/${name}`] ?? {};
    await execa('npm', ['pack', '--silent', `${name}@${version}`], { cwd: folder });
    const archive = join(folder, `${name}-${version}.tgz`);
    const found = `sha512-${createHash('sha512')
      .update(await readFile(archive))
      .digest('base64')}`;
    if (found !== integrity)
      throw new AssayError(
        'CONFIG_INVALID',
        `expected ${name} ${version} with ${integrity}, found ${found}`,
        {
          hint: 'Look at where npm fetches packages from: this is not what package-lock.json names.',
        },
      );
    await execa('tar', ['-xzf', archive, '-C', folder]);
    await rm(archive);
    from = join(folder, 'package');
  }
  for (const path of ['package.json', 'LICENSE', 'bin/node']) await cp(join(from, path), join(to, path));
  if (from.startsWith(folder)) await rm(from, { recursive: true });
}

/** Writes the archive, whole or not at all. */
async function compress(folder: string, name: string, file: string, level: number): Promise<void> {
  const tar = spawn(
    'tar',
    [
      '--create',
      '--format=ustar',
      '--sort=name',
      `--mtime=${moment}`,
      '--owner=0',
      '--group=0',
      '--numeric-owner',
      '--mode=u+rwX,go+rX,go-w',
      '--directory',
      folder,
      name,
    ],
    { stdio: ['ignore', 'pipe', 'inherit'] },
  );
  const ended = once(tar, 'close') as Promise<[number | null]>;
  const content = await buffer(tar.stdout);
  const [code] = await ended;
  if (code !== 0) throw new AssayError('INTERNAL', `tar ended with exit code ${code}`);
  // In one piece: what a stream makes of it depends on where the pieces end that it happens to be given.
  const compressed = zstdCompressSync(content, {
    params: { [constants.ZSTD_c_compressionLevel]: level, [constants.ZSTD_c_checksumFlag]: 1 },
  });
  const partial = `${file}.partial`;
  await writeFile(partial, compressed);
  await rename(partial, file);
}

await main(process.argv.slice(2));
