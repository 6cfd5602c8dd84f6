import fs from 'node:fs';
import { cp, readdir, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Plugin } from 'esbuild';
import { build } from 'esbuild';
import { listWorkloads } from '../../workloads/list-workloads.ts';
import { writeBuiltIn } from '../config/built-in.ts';
import { loadSource } from '../config/load-source.ts';
import { readYaml } from '../config/read-yaml.ts';
import { buildBundles, commonJsBanner, staticDiscovery, writeBundles } from './bundle.ts';
import { writeRuntimes } from './runtime.ts';

// `npm run build`: the command line as it is installed: split modules, so that `--help` loads no workload, the
// agent ready to push, and the data files. No type stripping, no esbuild and no sources are needed to run it.

const root = fileURLToPath(new URL('../..', import.meta.url));
const out = join(root, 'dist');
const workloads = await listWorkloads(join(root, 'workloads'));

/**
 * yargs lays out its help with packages that know colours and every script: string-width builds an Intl.Segmenter when it is loaded,
 * half of the start-up of every command (bench/startup.ts). Our own texts know as much as help needs.
 */
const plainLayout: Plugin = {
  name: 'plain-layout',
  setup(build) {
    build.onResolve({ filter: /^(string-width|strip-ansi|wrap-ansi)$/ }, ({ path }) => ({
      path,
      namespace: 'plain',
    }));
    build.onLoad({ filter: /.*/, namespace: 'plain' }, ({ path }) => ({
      contents: layout[path as keyof typeof layout], // the filter above lets no other pass
      resolveDir: root,
    }));
  },
};
const layout = {
  'string-width': "export { displayWidth as default } from './reports/text/display-width.ts';",
  'strip-ansi': 'export default (text) => text;',
  'wrap-ansi': `import { wrapText } from './reports/text/wrap-text.ts';
    export default (text, columns) =>
      text.split('\\n').flatMap((line) => wrapText(line, columns)).join('\\n');`,
} as const;

/**
 * yargs takes four small functions of `assert` and `util`. Whoever imports those evaluates all that they export: Node's workers, a
 * differ of texts, decoders.
 */
const plainBuiltins: Plugin = {
  name: 'plain-builtins',
  setup(build) {
    build.onResolve({ filter: /^(assert|util)$/ }, ({ path, importer }) =>
      /[/](yargs|yargs-parser|y18n)[/]/.test(importer) ? { path, namespace: 'few' } : undefined,
    );
    build.onLoad({ filter: /.*/, namespace: 'few' }, () => ({
      contents: `const check = (isSo, message) => { if (!isSo) throw new Error(message); };
        export const strictEqual = (one, other, message) => check(Object.is(one, other), message);
        export const notStrictEqual = (one, other, message) => check(!Object.is(one, other), message);
        export const inspect = (value) => JSON.stringify(value);
        export const format = (text, ...values) => String(text).replace(/%[%sdj]/g, (sign) =>
          sign === '%%' ? '%' : values.length > 0 ? String(values.shift()) : sign);`,
    }));
  },
};

/**
 * Whoever imports `node:fs` has all that it exports evaluated, streams and promises among it. Asked for as a whole it has not, and
 * what is evaluated by being looked at is left to whoever requires it.
 */
const fewFiles: Plugin = {
  name: 'few-files',
  setup(build) {
    build.onResolve({ filter: /^(node:)?fs$/ }, ({ kind }) => ({
      path: kind === 'require-call' ? 'required' : 'imported',
      namespace: 'files',
    }));
    build.onLoad({ filter: /.*/, namespace: 'files' }, ({ path }) => ({
      contents:
        path === 'required'
          ? `module.exports = ${files};`
          : `const files = ${files}; export default files; export const { ${plainNames.join(', ')} } = files;`,
    }));
  },
};
const files = "process.getBuiltinModule('node:fs')";
const plainNames = Object.keys(fs).filter(
  (name) => Object.getOwnPropertyDescriptor(fs, name)?.get === undefined,
);

/** ssh2 brings agents for HTTP through a tunnel: Node's HTTP and TLS would be loaded for them before every connection. */
const noTunnelledHttp: Plugin = {
  name: 'no-tunnelled-http',
  setup(build) {
    build.onResolve({ filter: /[/]http-agents\.js$/ }, () => ({ path: 'http-agents', namespace: 'none' }));
    build.onLoad({ filter: /.*/, namespace: 'none' }, () => ({ contents: 'module.exports = {};' }));
  },
};

await rm(out, { recursive: true, force: true });
await build({
  absWorkingDir: root,
  bundle: true,
  splitting: true,
  format: 'esm',
  platform: 'node',
  target: 'node24',
  minify: true,
  legalComments: 'none',
  outdir: out,
  entryPoints: {
    assay: 'harness/main.ts',
    'run-reader': 'harness/cli/run-reader.ts',
    // Piscina starts its threads from a file of this name next to itself.
    worker: 'node_modules/piscina/dist/worker.js',
  },
  // ssh2 works without its native addons.
  external: ['esbuild', '*.node', '@napi-rs/nice'],
  banner: commonJsBanner,
  plugins: [staticDiscovery(workloads), plainLayout, plainBuiltins, fewFiles, noTunnelledHttp],
});
await writeBundles(out, await buildBundles(root));
await writeRuntimes(out);
await writeBuiltIn(out);
for (const path of [
  'harness/profiles/classes',
  // What a profile of one's own may name.
  'harness/profiles/requirements',
  'harness/profiles/vocabulary.yaml',
  'harness/suites',
  'docs/schemas',
  ...workloads.flatMap(({ id, suites }) => suites.map((name) => `workloads/${id}/suites/${name}`)),
]) {
  await cp(join(root, path), join(out, path), { recursive: true });
}
// JSON is YAML, and reading it takes a tenth of the time: what every command needs is read once, here.
for (const path of await readdir(out, { recursive: true })) {
  if (!path.endsWith('.yaml')) continue;
  const file = join(out, path);
  await writeFile(file, JSON.stringify(readYaml(await loadSource(file))));
}
