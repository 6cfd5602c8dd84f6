import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { PassThrough } from 'node:stream';
import { addRuns } from '../harness/cli/add-nights.ts';
import type { CliContext } from '../harness/cli/command.ts';
import { createCommandLine } from '../harness/cli/command-line.ts';
import { openHistory } from '../harness/cli/open-history.ts';
import { readEnvironment } from '../harness/environment.ts';
import { initLedger } from '../harness/store/ledger.ts';
import { Claim } from '../reports/verdict/claim.ts';
import { recordedStep } from '../test/support/constructed/recorded-step.ts';
import { writeRunDirectory } from '../test/support/constructed-run-directory.ts';
import { constructed } from '../test/unit/workloads/kit/facts/documents.ts';

// `node harness/pinned.js bench/claim.ts [nodes [runs [others]]]`: what `assay claim` costs for one machine of a fleet (200 machines and 10
// nights, beside which so many runs lie that are of none of them): time, processor and memory. Reports, and never fails for a figure.

const [nodes = 200, runs = 10, others = 20] = process.argv.slice(2).map(Number);
const cwd = mkdtempSync(join(tmpdir(), 'assay-bench-claim-'));
const stateHome = join(cwd, 'state');
const out = new PassThrough();
const context: CliContext = {
  environment: { ...readEnvironment(), workingDirectory: cwd, stateHome, variables: {} },
  ...{ out, err: new PassThrough().resume(), now: () => new Date('2026-12-31T09:00:00Z') },
};
const steps = [1, 2, 3].map((repetition) => recordedStep('memory', 'triad-gcc12.2.0-all', { repetition }));
const dateOf = (at: number): string => `2026-11-${String(at + 1).padStart(2, '0')}`;

try {
  mkdirSync(join(cwd, 'assay-runs'));
  const paths: string[] = [];
  for (let at = 0; at < runs; at += 1) paths.push(await write(`night-${at}`, dateOf(at), nodes));
  for (let at = 0; at < others; at += 1) await write(`other-${at}`, '2026-10-01', Math.ceil(nodes / 10));
  const history = await openHistory(stateHome, undefined, 'UTC');
  await addRuns(history, paths, { ...context, out: new PassThrough().resume() });
  await history.close();
  const contract = {
    ...{ schema: 'assay/contract', schemaVersion: 1, id: 'hall-3', title: 'Annex B', by: 'Example Ltd' },
    ...{ date: '2026-11-01', profile: 'cpu-cluster', class: 'hall-node' },
    limits: [{ requirement: 'memory-speed', atLeast: '30 GB/s', says: 'row 4' }],
  };
  writeFileSync(join(cwd, 'contract.json'), JSON.stringify(contract));
  await initLedger(stateHome, 'example.com/hall-3');
  const [before, began] = [process.cpuUsage(), performance.now()];
  await createCommandLine(context, () => undefined).parseAsync(
    `claim node7 --from ${dateOf(0)} --to ${dateOf(runs - 1)} --contract contract.json --json`.split(' '),
  );
  const wallS = (performance.now() - began) / 1000;
  const { user, system } = process.cpuUsage(before);
  const claim = Claim.parse(JSON.parse(String(out.read())));
  process.stdout.write(
    `${nodes} machines, ${runs} nights, ${others} other runs: ${claim.runs.length} runs in the claim after ${wallS.toFixed(1)} s, of a processor ${((user + system) / 1e6).toFixed(1)} s; ${Math.round(process.resourceUsage().maxRSS / 1024)} MB at most, also to write them\n`,
  );
} finally {
  rmSync(cwd, { recursive: true, force: true });
}

/** A run of machines that are told from each other by what their systems call themselves. */
async function write(id: string, date: string, count: number): Promise<string> {
  const path = join(cwd, 'assay-runs', id);
  await writeRunDirectory(path, {
    ...{ id, startedAt: `${date}T01:00:00.000Z`, profile: 'cpu-cluster' },
    nodes: Array.from({ length: count }, (_, at) => {
      const hex = at.toString(16).padStart(8, '0');
      const probes = constructed({
        '/proc/sys/kernel/random/boot_id': `${hex}-1111-4222-8333-000000000001\n`,
        '/etc/machine-id': `${hex.repeat(4)}\n`,
        '/sys/class/dmi/id/product_uuid': `${hex}-0000-4222-8333-000000000001\n`,
      });
      return { id: `node${at}`, class: 'hall-node', probes, steps };
    }),
  });
  return path;
}
