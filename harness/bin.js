#!/usr/bin/env node
import { existsSync } from 'node:fs';
import module from 'node:module';
import { fileURLToPath } from 'node:url';
import v8 from 'node:v8';
import { isRecent, runPinned } from './pinned.js';

if (isRecent) {
  // What many nodes leave is read once and let go, and V8 would take it for what stays: a fifth of the memory of judging them.
  v8.setFlagsFromString('--no-allocation-site-pretenuring');
  module.enableCompileCache?.();
  const checkout = new URL('main.ts', import.meta.url);
  // ASSAY_BUILT=1 runs the built command line from a checkout, for tests and benchmarks of it.
  const isBuilt = !existsSync(checkout) || process.env.ASSAY_BUILT === '1';
  await import((isBuilt ? new URL('../dist/assay.js', import.meta.url) : checkout).href);
} else {
  runPinned([fileURLToPath(import.meta.url), ...process.argv.slice(2)]);
}
