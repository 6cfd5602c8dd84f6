import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { median } from '../harness/stats/median.ts';
import { hashTree } from '../harness/store/hash-tree.ts';

// How fast `verify` reads and hashes the files of a run, beside `openssl dgst -sha256` over the same files, in turn. What is asked is CPU
// time: both read from the page cache, and neither may be charged for what else a machine does.
// node harness/pinned.js bench/hashing.ts [--files 1000] [--kib 1024] [--rounds 7]

const { values: flags } = parseArgs({
  options: {
    files: { type: 'string', default: '1000' },
    kib: { type: 'string', default: '1024' },
    rounds: { type: 'string', default: '7' },
  },
});
const folder = mkdtempSync(join(tmpdir(), 'assay-hashing-'));
const bytes = Number(flags.files) * Number(flags.kib) * 1024;

/** CPU seconds of this process and of children that it has waited for; openssl is started by a shell that tells its own. */
function ownCpu(use: () => void): number {
  const before = process.cpuUsage();
  use();
  const { user, system } = process.cpuUsage(before);
  return (user + system) / 1e6;
}

function opensslCpu(files: readonly string[]): number {
  // `times` tells what the shell's children took: user and system on its second line.
  const told = execFileSync(
    'bash',
    ['-c', 'openssl dgst -sha256 "$@" > /dev/null; times', 'bash', ...files],
    {
      encoding: 'utf8',
      env: { ...process.env, LC_ALL: 'C' },
    },
  );
  const [, children = ''] = told.split('\n');
  return [...children.matchAll(/(\d+)m([\d.]+)s/g)].reduce(
    (sum, [, minutes, seconds]) => sum + 60 * Number(minutes) + Number(seconds),
    0,
  );
}

try {
  mkdirSync(join(folder, 'run'));
  const content = Buffer.alloc(Number(flags.kib) * 1024, 'the raw output of a step\n');
  for (let file = 0; file < Number(flags.files); file += 1) {
    content.writeUInt32LE(file);
    writeFileSync(join(folder, 'run', `f${file}.txt`), content);
  }
  const files = readdirSync(join(folder, 'run')).map((name) => join(folder, 'run', name));
  const ratios: number[] = [];
  const speeds: { ours: number; theirs: number }[] = [];
  // The first round fills the page cache and compiles.
  for (let round = 0; round <= Number(flags.rounds); round += 1) {
    const theirs = opensslCpu(files);
    const ours = ownCpu(() => void hashTree(join(folder, 'run'), 'run'));
    if (round === 0) continue;
    ratios.push(theirs / ours);
    speeds.push({ ours: bytes / ours, theirs: bytes / theirs });
  }
  const show = (values: readonly number[]): string => (median(values) / 1e6).toFixed(0);
  process.stdout.write(
    `${flags.files} files of ${flags.kib} KiB, ${flags.rounds} rounds: ${show(speeds.map(({ ours }) => ours))} MB/s, openssl ${show(speeds.map(({ theirs }) => theirs))} MB/s, ratio ${median(ratios).toFixed(2)} (${Math.min(...ratios).toFixed(2)} to ${Math.max(...ratios).toFixed(2)})\n`,
  );
  process.exitCode = median(ratios) >= 0.8 ? 0 : 1;
} finally {
  rmSync(folder, { recursive: true, force: true });
}
