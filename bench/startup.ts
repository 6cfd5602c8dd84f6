import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { median } from '../harness/stats/median.ts';

// CPU time of `assay --help` (built command line, warm compile cache) against `node -e 0`, in pairs in one run.
// Fails when the median ratio is above 2. Usage: npm run build && node bench/startup.ts

const pairs = 20;
const limit = 2;
const root = fileURLToPath(new URL('..', import.meta.url));
const cache = mkdtempSync(join(tmpdir(), 'assay-compile-cache-'));
const env = { PATH: process.env['PATH'] ?? '', ASSAY_BUILT: '1', NODE_COMPILE_CACHE: cache };

/** User and system CPU milliseconds of one process, from the kernel's accounting of waited-for children. */
function cpuMs(args: readonly string[]): number {
  const timed = spawnSync(
    'bash',
    ['-c', 'TIMEFORMAT="%U %S"; time "$@" > /dev/null', 'bash', process.execPath, ...args],
    { env, encoding: 'utf8' },
  );
  if (timed.status !== 0) throw new Error(`${args.join(' ')}: ${timed.stderr}`);
  const [user = '', system = ''] = timed.stderr.trim().split('\n').at(-1)?.split(' ') ?? [];
  return (Number(user) + Number(system)) * 1000;
}

const help = [join(root, 'harness/bin.js'), '--help'];
const nothing = ['-e', '0'];
try {
  cpuMs(help);
  const ratios: number[] = [];
  const base: number[] = [];
  for (let pair = 0; pair < pairs; pair += 1) {
    const [node, assay] =
      pair % 2 === 0 ? [cpuMs(nothing), cpuMs(help)] : [cpuMs(help), cpuMs(nothing)].toReversed();
    ratios.push((assay ?? NaN) / (node ?? NaN));
    base.push(node ?? NaN);
  }
  const ratio = median(ratios);
  process.stdout.write(
    `assay --help / node -e 0, CPU time: median ratio ${ratio.toFixed(2)} (limit ${limit}), ${pairs} pairs, node alone ${median(base).toFixed(0)} ms\n`,
  );
  process.exitCode = ratio <= limit ? 0 : 1;
} finally {
  rmSync(cache, { recursive: true, force: true });
}
