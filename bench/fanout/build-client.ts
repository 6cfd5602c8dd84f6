import { symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { build } from 'esbuild';
import type { Bundles } from '../../harness/deploy/bundle.ts';
import { commonJsBanner, staticDiscovery, writeBundles } from '../../harness/deploy/bundle.ts';
import { writeRuntimes } from '../../harness/deploy/runtime.ts';
import { listWorkloads } from '../../workloads/list-workloads.ts';

/** Builds our client as `npm run build` builds the command line, and the plain script without its types. */
export async function buildClient(
  root: string,
  out: string,
  agents: Bundles,
): Promise<{ readonly ours: string; readonly plain: string }> {
  const shared = {
    absWorkingDir: root,
    format: 'esm',
    platform: 'node',
    target: 'node24',
    outdir: out,
  } as const;
  await build({
    ...shared,
    bundle: true,
    splitting: true,
    minify: true,
    legalComments: 'none',
    entryPoints: { 'open-sessions': 'bench/fanout/open-sessions.ts' },
    external: ['esbuild', '*.node'],
    banner: commonJsBanner,
    plugins: [staticDiscovery(await listWorkloads(join(root, 'workloads')))],
    sourcemap: 'external', // not named in the code, so that nobody loads it; it serves --profile
  });
  await build({
    ...shared,
    outExtension: { '.js': '.mjs' },
    entryPoints: { 'plain-ssh2': 'bench/fanout/plain-ssh2.ts' },
  });
  await writeBundles(out, agents);
  await writeRuntimes(out);
  writeFileSync(join(out, 'package.json'), '{"type":"module"}');
  symlinkSync(join(root, 'node_modules'), join(out, 'node_modules'));
  return { ours: join(out, 'open-sessions.js'), plain: join(out, 'plain-ssh2.mjs') };
}
