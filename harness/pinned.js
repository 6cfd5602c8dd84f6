// Plain JavaScript on purpose: it must run on any Node.js, and finds the one that everything else needs.
import { fileURLToPath } from 'node:url';

/** Is this Node.js new enough to run Assay itself? */
export const isRecent = Number(process.versions.node.split('.')[0]) >= 24;

/** Runs the pinned runtime with these arguments, and these variables more, in place of this process. */
export async function runPinned(args, more = {}) {
  // Not loaded where it is not needed: on a recent Node.js every command begins sooner without them.
  const [{ existsSync }, { spawn }] = await Promise.all([import('node:fs'), import('node:child_process')]);
  // Not through node_modules/.bin: npm 10 makes no link for an optional dependency.
  const runtime = isRecent
    ? process.execPath
    : fileURLToPath(new URL(`../node_modules/node-linux-${process.arch}/bin/node`, import.meta.url));
  if (!existsSync(runtime)) {
    process.stderr.write(
      `✖ RUNTIME_UNSUPPORTED expected Node.js 24, or the pinned runtime at ${runtime}; found ${process.version}\n` +
        '  Run npm ci on Linux (x86-64 or arm64, glibc 2.28 or newer), or use Node.js 24.\n',
    );
    process.exitCode = 3;
    return;
  }
  const child = spawn(runtime, args, { stdio: streamsOf(args), env: { ...process.env, ...more } });
  // The terminal signals the whole foreground group: the child decides, we only wait for it.
  process.on('SIGINT', () => undefined);
  for (const signal of ['SIGTERM', 'SIGHUP']) process.on(signal, () => child.kill(signal));
  child.on('exit', (code) => {
    process.exitCode = code ?? 70;
  });
}

if (process.argv[1] === fileURLToPath(import.meta.url)) await runPinned(process.argv.slice(2));

/** Standard streams, and the one that an option names: a child is given no other descriptor by itself. */
function streamsOf(args) {
  const at = args.findIndex((word) => /^--passphrase-fd(=|$)/.test(word));
  const named = Number(at < 0 ? NaN : (args[at].split('=')[1] ?? args[at + 1]));
  const last = Number.isInteger(named) && named > 2 && named < 256 ? named : 2;
  return Array.from({ length: last + 1 }, (_, fd) => (fd < 3 || fd === last ? 'inherit' : 'ignore'));
}
