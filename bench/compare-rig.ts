import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Comparison } from '../reports/verdict/comparison.ts';
import { createRig } from '../test/rig/rig.ts';
import { runAssay } from '../test/support/run-assay.ts';

/** The smallest suite that has a network in it: one size, every node with every other one. */
const suite = {
  schema: 'assay/suite',
  schemaVersion: 1,
  id: 'pairs-alone',
  version: '1',
  title: 'Pairs alone',
  // The nodes are one machine.
  otherWorkAtMost: 1,
  entries: [
    {
      id: 'pairs',
      workload: 'allreduce',
      across: 'pairs',
      repetitions: 5,
      budgetSeconds: 60,
      params: { dtype: 'float32', minBytes: 8_388_608, maxBytes: 8_388_608, factor: 16, seconds: 0.5 },
    },
  ],
};

const slow = 'node3';

/**
 * Real runs on the rig: `sessions` before with all links at 2 Gbit/s, as many after with one of them at 1 Gbit/s. Links are limited on
 * both sides, since without a limit four nodes on a few processors measure the processors. Each run is taken for a session
 * (`--apart 0s`): between sessions that are hours apart more differs.
 */
export async function compareOnRig(sessions: number, directory = tmpdir()): Promise<void> {
  const folder = await mkdtemp(join(directory, 'assay-compare-rig-'));
  const began = performance.now();
  try {
    const names = ['node1', 'node2', 'node3', 'node4'];
    await using rig = await createRig({
      directory: join(folder, 'rig'),
      nodes: names.length,
      shape: Object.fromEntries(names.map((name) => [name, '2gbit'])),
    });
    await writeFile(join(folder, 'suite.yaml'), JSON.stringify(suite));
    const measure = async (run: string): Promise<string> => {
      const { exitCode, stderr } = await runAssay(
        ['certify', rig.files.inventory, '--profile', 'cpu-cluster', '--suite', 'suite.yaml', '--out', run],
        { cwd: folder },
      );
      if (exitCode === null || exitCode > 2) throw new Error(`${run}: exit code ${exitCode}\n${stderr}`);
      process.stdout.write(`${run} after ${((performance.now() - began) / 1000).toFixed(0)} s\n`);
      return run;
    };
    const [before, after]: [string[], string[]] = [[], []];
    for (let at = 1; at <= sessions; at += 1) before.push(await measure(`before-${at}`));
    await rig.node(slow).shape('1gbit');
    for (let at = 1; at <= sessions; at += 1) after.push(await measure(`after-${at}`));
    const args = ['compare', ...before, '--after', ...after, '--apart', '0s', '--out', 'compared'];
    const { exitCode, stderr } = await runAssay(args, { cwd: folder });
    const document = await readFile(join(folder, 'compared', 'comparison.json'), 'utf8').catch(() => {
      throw new Error(stderr);
    });
    const { conclusion, assets, rows } = Comparison.parse(JSON.parse(document));
    const bandwidth = rows.filter(({ metric }) => metric === 'allreduce.busBandwidth');
    for (const { members = [], outcome, ratio } of bandwidth)
      process.stdout.write(
        `${members.map((place) => assets[place]?.after?.node).join('+')}: ${outcome}${ratio === undefined ? '' : `, ${(100 * ratio.value).toFixed(1)} % (${(100 * ratio.lower).toFixed(1)} – ${(100 * ratio.upper).toFixed(1)} %)`}\n`,
      );
    const blamed = assets.flatMap(({ after: place, pairs }) => (pairs === 'inferior' ? [place?.node] : []));
    process.stdout.write(
      `${conclusion}, exit code ${exitCode}; inferior by its pairs: ${blamed.join(', ') || 'nobody'}; expected ${slow} alone\n`,
    );
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}
