import { mkdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { build } from 'esbuild';
import type { Bundle } from '../../harness/deploy/bundle.ts';
import { commonJsBanner, listWorkloads, staticDiscovery } from '../../harness/deploy/bundle.ts';

/** Builds our client as `npm run build` builds the command line, and the plain script without its types. */
export async function buildClient(
  root: string,
  out: string,
  agent: Bundle,
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
    plugins: [staticDiscovery(await listWorkloads(root))],
    sourcemap: 'external', // not named in the code, so that nobody loads it; it serves --profile
  });
  await build({
    ...shared,
    outExtension: { '.js': '.mjs' },
    entryPoints: { 'plain-ssh2': 'bench/fanout/plain-ssh2.ts' },
  });
  for (const [path, bytes] of agent.files) {
    mkdirSync(dirname(join(out, 'agent', path)), { recursive: true });
    writeFileSync(join(out, 'agent', path), bytes);
  }
  writeFileSync(join(out, 'package.json'), '{"type":"module"}');
  symlinkSync(join(root, 'node_modules'), join(out, 'node_modules'));
  return { ours: join(out, 'open-sessions.js'), plain: join(out, 'plain-ssh2.mjs') };
}
