import { createHash } from 'node:crypto';
import { mkdir, readdir, readFile, writeFile } from 'node:fs/promises';
import { join, relative } from 'node:path';
import { promisify } from 'node:util';
import { gzip } from 'node:zlib';
import type { BuildOptions, Plugin } from 'esbuild';
import * as z from 'zod';
import type { WorkloadFiles } from '../../workloads/list-workloads.ts';
import { listWorkloads } from '../../workloads/list-workloads.ts';
import { isCheckout, resource } from '../resources.ts';

/** What is pushed to a node of one kind of processor. */
export interface Bundle {
  /** Lower-case hex SHA-256 of its manifest: names the whole. */
  readonly hash: string;
  /**
   * What openLine unpacks: gzip of a line `<bytes> <path>` per file, a line `end`, then the bytes in the same order. The
   * last file is `manifest`.
   */
  readonly packed: () => Promise<Buffer>;
}

/**
 * By what `uname -m` says, for the processors that programs are compiled for before; `*` is for all others, as in a
 * shell's `case`.
 */
export type Bundles<B extends Bundle = Bundle> = Readonly<Record<string, B>> & { readonly '*': B };

export interface BuiltBundle extends Bundle {
  /** `sha256sum` format, sorted by path: the node checks it with coreutils alone. */
  readonly manifest: string;
  /** By relative path, without the manifest. */
  readonly files: ReadonlyMap<string, Uint8Array>;
}

/** The agent to push: built from a checkout's sources, or the one that the built package carries. */
export function loadBundles(): Promise<Bundles> {
  return (loaded ??= load());
}

/** Loaded once per process: a second build would need a builder that a Ctrl-C at the terminal may have ended. */
let loaded: Promise<Bundles> | undefined;

async function load(): Promise<Bundles> {
  const built = isCheckout ? await buildBundles(resource('.')) : await readBundles(resource('agent'));
  return mapBundles(built, ({ hash, packed }) => {
    let whole: Promise<Buffer> | undefined;
    return { hash, packed: () => (whole ??= packed()) };
  });
}

const mapBundles = <A extends Bundle, B extends Bundle>(
  bundles: Bundles<A>,
  map: (bundle: A) => B,
): Bundles<B> => ({
  ...Object.fromEntries(Object.entries(bundles).map(([machine, bundle]) => [machine, map(bundle)])),
  '*': map(bundles['*']),
});

/** The bundle for a processor. */
export const bundleFor = <B extends Bundle>(bundles: Bundles<B>, machine: string): B =>
  (Object.hasOwn(bundles, machine) ? bundles[machine] : undefined) ?? bundles['*'];

const hashesName = 'hashes.json';
const Hashes = z.intersection(z.record(z.string(), z.string()), z.object({ '*': z.string() }));

/** Those that a built package carries: their digests, and each under its own. */
async function readBundles(folder: string): Promise<Bundles> {
  const hashes = Hashes.parse(JSON.parse(await readFile(join(folder, hashesName), 'utf8')));
  const bundle = (hash: string): Bundle => ({ hash, packed: () => readFile(join(folder, hash)) });
  return {
    ...Object.fromEntries(Object.entries(hashes).map(([machine, hash]) => [machine, bundle(hash)])),
    '*': bundle(hashes['*']),
  };
}

/** Writes bundles for `loadBundles` of a built package whose data files are in `out`. */
export async function writeBundles(out: string, bundles: Bundles): Promise<void> {
  const folder = join(out, 'agent');
  await mkdir(folder, { recursive: true });
  const all = Object.entries(bundles);
  for (const [, { hash, packed }] of all) await writeFile(join(folder, hash), await packed());
  const hashes = Object.fromEntries(all.map(([machine, { hash }]) => [machine, hash]));
  await writeFile(join(folder, hashesName), `${JSON.stringify(hashes)}\n`);
}

/** Builds the agent from the checkout at `root`. The same sources give the same hashes in any directory. */
export async function buildBundles(root: string): Promise<Bundles<BuiltBundle>> {
  const { build } = await import('esbuild');
  const workloads = await listWorkloads(join(root, 'workloads'));
  const shared = {
    absWorkingDir: root,
    bundle: true,
    write: false,
    platform: 'node',
    target: 'node24',
    legalComments: 'none',
    minify: true,
    sourcemap: false,
    outdir: 'bundle',
    // The names of shared parts come from the paths of what is in them, and those must not tell where packages lie.
    preserveSymlinks: true,
    logLevel: 'silent',
    // Not what lies beside the sources decides what the agent is.
    tsconfigRaw: {},
  } satisfies BuildOptions & { write: false };
  const external = ['@napi-rs/nice'];
  const kernels = Object.fromEntries(
    workloads.filter((one) => one.hasKernel).map(({ id }) => [`kernels/${id}`, `workloads/${id}/kernel.ts`]),
  );
  const [agent, pool, worker] = await Promise.all([
    // One file, and no ES module: what a module costs to be looked up and linked, and each builtin that it imports, is a
    // fifth of what a node spends until it says its first word.
    build({
      ...shared,
      format: 'cjs',
      entryPoints: { agent: 'agents/main.ts' },
      // What only people have is read by the coordinator.
      plugins: [staticDiscovery(workloads.map((one) => ({ ...one, logs: [] })))],
    }),
    build({
      ...shared,
      format: 'esm',
      splitting: true,
      outExtension: { '.js': '.mjs' },
      entryPoints: { pool: 'agents/pool/main.ts', ...kernels },
      banner: commonJsBanner,
      external,
    }),
    // Piscina starts its threads from a file of this name next to itself.
    build({
      ...shared,
      format: 'cjs',
      entryPoints: { worker: 'node_modules/piscina/dist/worker.js' },
      external,
    }),
  ]);
  const files = new Map<string, Uint8Array>();
  for (const { path, contents } of [agent, pool, worker].flatMap(({ outputFiles }) => outputFiles)) {
    files.set(relative(join(root, 'bundle'), path), contents);
  }
  files.set('package.json', Buffer.from('{"type":"commonjs"}\n'));
  // Sources lie on a node as they lie here, so that one finds another by its relative path.
  const common = { id: 'kit', native: await readdir(join(root, 'workloads/kit/native')) };
  for (const { id, native } of [common, ...workloads])
    for (const name of native) {
      const path = `workloads/${id}/native/${name}`;
      files.set(path, await readFile(join(root, path)));
    }
  const prebuilt: (readonly [path: string, bytes: Uint8Array])[] = [];
  for (const { id, prebuilt: programs } of workloads)
    for (const name of programs) {
      const path = `workloads/${id}/prebuilt/${name}`;
      prebuilt.push([path, await readFile(join(root, path))]);
    }
  const machineOf = ([path]: (typeof prebuilt)[number]): string => path.split('/').at(-2) ?? '';
  const byMachine = Map.groupBy(prebuilt, machineOf);
  return {
    ...Object.fromEntries(
      [...byMachine].map(([machine, programs]) => [machine, createBundle(new Map([...files, ...programs]))]),
    ),
    '*': createBundle(files),
  };
}

/** CommonJS packages inside an ES module look for `require` and `__dirname`. */
export const commonJsBanner = {
  js: [
    "import { createRequire as assayCreateRequire } from 'node:module';",
    'const require = assayCreateRequire(import.meta.url);',
    'const __filename = import.meta.filename, __dirname = import.meta.dirname;',
  ].join(' '),
};

/** A bundle of these files, by relative path. */
export function createBundle(unsorted: ReadonlyMap<string, Uint8Array>): BuiltBundle {
  const files = new Map([...unsorted].toSorted(([a], [b]) => (a < b ? -1 : 1)));
  const manifest = [...files].map(([path, bytes]) => `${digest(bytes)}  ${path}\n`).join('');
  return { manifest, hash: digest(manifest), files, packed: () => pack(manifest, files) };
}

function pack(manifest: string, files: ReadonlyMap<string, Uint8Array>): Promise<Buffer> {
  const all = [...files, ['manifest', Buffer.from(manifest)] as const];
  const list = all.map(([path, bytes]) => `${bytes.length} ${path}\n`).join('');
  return promisify(gzip)(Buffer.concat([Buffer.from(`${list}end\n`), ...all.map(([, bytes]) => bytes)]), {
    level: 9,
  });
}

const digest = (bytes: Uint8Array | string): string => createHash('sha256').update(bytes).digest('hex');

/** Replaces the directory listing of workloads/discovered.ts by imports that a bundler can follow, all in one file. */
export function staticDiscovery(workloads: readonly WorkloadFiles[]): Plugin {
  const modules = workloads.flatMap(({ id, tools, logs }) =>
    ['workload.ts', ...tools.map((name) => `tools/${name}`), ...logs.map((name) => `logs/${name}`)].map(
      (path) => JSON.stringify(`./${id}/${path}`),
    ),
  );
  const imports = modules.map((path, index) => `import * as m${index} from ${path};`);
  const load = (path: string): string => `async () => m${modules.indexOf(JSON.stringify(path))}`;
  const entries = workloads.map((files) => {
    const list = (folder: 'tools' | 'logs'): string =>
      files[folder].map((name) => load(`./${files.id}/${folder}/${name}`)).join(', ');
    const workload = load(`./${files.id}/workload.ts`);
    return `{ ...${JSON.stringify(files)}, loadWorkload: ${workload}, loadTools: [${list('tools')}], loadLogs: [${list('logs')}] }`;
  });
  const contents = `${imports.join('\n')}\nexport const discovered = async () => [${entries.join(', ')}];`;
  return {
    name: 'static-discovery',
    setup(build) {
      build.onLoad({ filter: /[/\\]workloads[/\\]discovered\.ts$/ }, ({ path }) => ({
        contents,
        loader: 'ts',
        resolveDir: path.slice(0, path.lastIndexOf('/')),
      }));
    },
  };
}
