import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { compareConfig } from '../test/support/openssh/compare-config.ts';
import { compareKnownHosts, createKeys } from '../test/support/openssh/compare-known-hosts.ts';
import { compareTarget } from '../test/support/openssh/compare-target.ts';
import { compareUserFiles } from '../test/support/openssh/compare-user-files.ts';
import type { Comparison } from '../test/support/openssh/comparison.ts';

// How Assay reads ssh_config, targets and known_hosts, beside the installed OpenSSH, on generated cases: what ssh -G, a
// login that ssh begins, and a real sshd say. A difference that docs/ssh.md does not list is an error, and so is taking less
// than nine tenths of what ssh takes. Best in a network namespace of its own: some configurations ask the DNS.
// Usage: node bench/openssh.ts [cases of each] [first seed]

const [cases = 300, first = 1000] = process.argv.slice(2).map(Number);
const leastShare = 0.9;
const folder = mkdtempSync(join(tmpdir(), 'assay-openssh-'));

async function compare(title: string, one: (seed: number) => Promise<Comparison>): Promise<boolean> {
  const comparisons: Comparison[] = [];
  for (let seed = first; seed < first + cases; seed += 1) {
    const comparison = await one(seed);
    comparisons.push(comparison);
    if (comparison.kind === 'differs')
      process.stdout.write(`--- ${title} ${seed}\n${comparison.about}\n${comparison.why}\n`);
  }
  const count = (kind: Comparison['kind']): number => comparisons.filter((each) => each.kind === kind).length;
  const theirs = comparisons.filter(({ isAcceptedByThem }) => isAcceptedByThem);
  const ours = theirs.filter(({ isAcceptedByUs }) => isAcceptedByUs);
  const listed = new Map<string, number>();
  for (const { kind, why } of comparisons) if (kind === 'listed') listed.set(why, (listed.get(why) ?? 0) + 1);
  process.stdout.write(
    [
      `${title}: ${cases} compared, ${count('equal')} equal, ${count('listed')} listed, ${count('differs')} differ`,
      `  of ${theirs.length} that ssh takes we take ${ours.length} (${((100 * ours.length) / theirs.length).toFixed(1)} %)`,
      `  listed: ${[...listed].map(([name, times]) => `${name} ${times}`).join(', ')}`,
      '',
    ].join('\n'),
  );
  return count('differs') === 0 && ours.length >= leastShare * theirs.length;
}

try {
  const version = spawnSync('ssh', ['-V'], { encoding: 'utf8' }).stderr.trim();
  process.stdout.write(`beside ${version}, seeds from ${first}\n`);
  const keys = createKeys(join(folder, 'keys'));
  const areSame = [
    await compare('targets', (seed) => Promise.resolve(compareTarget(seed))),
    await compare('ssh_config', (seed) => compareConfig(seed, join(folder, 'config'))),
    await compare("the user's and the system's ssh_config", (seed) =>
      compareUserFiles(seed, join(folder, 'user')),
    ),
    await compare('known_hosts', (seed) => compareKnownHosts(seed, join(folder, 'keys'), keys)),
  ];
  if (areSame.includes(false)) process.exitCode = 1;
} finally {
  rmSync(folder, { recursive: true, force: true });
}
