import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { createRig } from '../test/rig/rig.ts';
import { writeSuite } from '../test/support/run-assay.ts';
import { cellOf, ownCompilerFirst, playSoak } from '../test/support/soak-scene.ts';

// What a soak of four nodes tells when its coordinator is killed (window 2) and resumed, node2 is rebooted (window 3) and one bit
// flips on node3 (window 2): a row per node, then what it shows of all. The load is the shipped suite `soak`, on a machine that
// the four share. Reports, and never fails for a figure. Needs root, for namespaces.
// Usage: node harness/pinned.js bench/soak.ts [--soak 10m] [--verbose]

const { values: flags } = parseArgs({
  options: { soak: { type: 'string', default: '10m' }, verbose: { type: 'boolean', default: false } },
});
const directory = mkdtempSync(join(tmpdir(), 'assay-soak-'));
const before = {
  id: 'hash',
  workload: 'sha256',
  params: { mode: 'bulk', blockBytes: 16384, cores: 'one', seconds: 1 },
  repetitions: 1,
  budgetSeconds: 120,
};
try {
  await using rig = await createRig({
    directory: join(directory, 'rig'),
    nodes: 4,
    sshdConfig: ownCompilerFirst,
  });
  const suite = writeSuite(directory, [before]);
  const { ended, verdict } = await playSoak({ rig, directory, suite, soak: flags.soak });
  if (flags.verbose) process.stdout.write(`${ended.stdout}\n${ended.stderr}\n`);
  const disturbed: Readonly<Record<string, string>> = { node2: 'rebooted', node3: 'one bit flipped' };
  process.stdout.write('| node | disturbed | endured | results |\n| --- | --- | --- | --- |\n');
  for (const { name } of rig.nodes) {
    const cells = ['sustained-load', 'soak-exact'].map((id) => cellOf(verdict, name, id));
    process.stdout.write(`| ${[name, disturbed[name] ?? '–', ...cells].join(' | ')} |\n`);
  }
  const groups = verdict.block?.trials.filter(({ step }) => step.startsWith('w')) ?? [];
  const good = groups.filter(({ outcome }) => outcome === 'good').length;
  const { soak } = verdict;
  process.stdout.write(`\nall-reduce of pairs: ${good} of ${groups.length} windows good\n`);
  if (soak !== undefined)
    process.stdout.write(
      `exposure: ${soak.nodeSeconds.toFixed(0)} s of ${soak.nodes} nodes, ${soak.failures.length} failures, at least ${soak.meanSeconds.toFixed(0)} s between failures at ${100 * soak.confidence} %\nexit code ${ended.exitCode}\n`,
    );
} finally {
  rmSync(directory, { recursive: true });
}
