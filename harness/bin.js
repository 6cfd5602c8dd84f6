#!/usr/bin/env node
// Plain JavaScript on purpose: it must start on any Node.js, find the pinned runtime and hand over to it.
import { existsSync } from 'node:fs';
import module from 'node:module';
import { fileURLToPath } from 'node:url';

const root = new URL('..', import.meta.url);
const built = new URL('dist/assay.js', root);
const checkout = new URL('harness/main.ts', root);
// ASSAY_BUILT=1 runs the built command line from a checkout, for tests and benchmarks of it.
const isBuilt = !existsSync(checkout) || process.env.ASSAY_BUILT === '1';

if (Number(process.versions.node.split('.')[0]) >= 24) {
  module.enableCompileCache?.();
  await import((isBuilt ? built : checkout).href);
} else {
  const { spawn } = await import('node:child_process');
  const pinned = fileURLToPath(new URL('node_modules/.bin/node', root));
  if (!existsSync(pinned)) {
    process.stderr.write(
      `✖ RUNTIME_UNSUPPORTED expected Node.js 24 or the pinned runtime at ${pinned}, found ${process.version}\n` +
        '  Run npm ci on a machine with glibc (x86-64 or arm64), or use Node.js 24.\n',
    );
    process.exitCode = 3;
  } else {
    const child = spawn(pinned, [fileURLToPath(import.meta.url), ...process.argv.slice(2)], {
      stdio: 'inherit',
    });
    // The terminal signals the whole foreground group: the child decides, we only wait for it.
    for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'])
      process.on(signal, () => signal === 'SIGINT' || child.kill(signal));
    child.on('exit', (code, signal) => {
      process.exitCode = signal === null ? (code ?? 70) : 70;
    });
  }
}
