#!/usr/bin/env node
import { homedir } from 'node:os';
import { dirname, isAbsolute, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { isRecent, runPinned } from './pinned.js';

// Whoever imports `node:fs` evaluates all that it exports, streams and promises among it: a tenth of what a command takes to begin.
const { existsSync, mkdirSync } = process.getBuiltinModule?.('node:fs') ?? (await import('node:fs'));

if (isRecent) {
  beginAgainWithOneArena();
  if (!process.argv.some((word) => /^(-h|--help|-V|--version|help)$/.test(word))) {
    const { default: v8 } = await import('node:v8');
    // What many nodes leave is read once and let go, and V8 would take it for what stays: a fifth of the memory of judging them.
    v8.setFlagsFromString('--no-allocation-site-pretenuring');
    // Several runs are read at the same time, and little of each stays: it is looked for before it has doubled.
    if (/^(compare|conversion)$/.test(process.argv[2] ?? ''))
      v8.setFlagsFromString('--heap-growing-percent=30');
  }
  keepCompiled();
  const checkout = new URL('main.ts', import.meta.url);
  // ASSAY_BUILT=1 runs the built command line from a checkout, for tests and benchmarks of it.
  const isBuilt = !existsSync(checkout) || process.env.ASSAY_BUILT === '1';
  await import((isBuilt ? new URL('../dist/assay.js', import.meta.url) : checkout).href);
} else {
  // Hints name the command as it was called, and not as it goes on.
  const isNpx = process.env.npm_command === 'exec';
  const called = isNpx ? {} : { ASSAY_CALLED: process.env.ASSAY_CALLED ?? process.argv[1] };
  await runPinned([fileURLToPath(import.meta.url), ...process.argv.slice(2)], called);
}

/** Compiled code is kept with what else this user's Assay remembers, where nobody else can write; where that cannot be, it is not kept. */
function keepCompiled() {
  const given = process.env.XDG_STATE_HOME ?? '';
  const folder = join(isAbsolute(given) ? given : join(homedir(), '.local/state'), 'assay/compiled');
  try {
    makeFolder(folder);
  } catch {
    return; // a command that only reads needs no place to write to
  }
  process.getBuiltinModule('node:module').enableCompileCache(folder);
}

/** Node's own recursion never ends where a folder is there in which none can be made (below /proc). */
function makeFolder(path) {
  if (existsSync(path)) return;
  if (dirname(path) !== path) makeFolder(dirname(path));
  mkdirSync(path, { mode: 0o700 });
}

/**
 * glibc gives each thread a place of its own to allocate from and lets go of none: what the compiling threads once needed is a third
 * of the memory of judging a thousand nodes. That can be asked for before a process begins only, so this one is replaced, where
 * that is worth 30 ms: commands that read whole runs. A descriptor with a passphrase would not outlive it.
 */
function beginAgainWithOneArena() {
  const { argv, env, execArgv, execPath } = process;
  const readsRuns =
    /^(judge|report|verify|sign|bundle|compare|conversion|punch-list|claim|history|serve)$/.test(
      argv[2] ?? '',
    );
  const isHanded = argv.some((word) => word.startsWith('--passphrase-fd'));
  if (!readsRuns || isHanded || env.MALLOC_ARENA_MAX !== undefined || process.execve === undefined) return;
  process.execve(execPath, [execPath, ...execArgv, ...argv.slice(1)], { ...env, MALLOC_ARENA_MAX: '1' });
}
