import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Comparison } from '../reports/verdict/comparison.ts';
import { createRig } from '../test/rig/rig.ts';
import { certifyPairs } from '../test/support/certify-pairs.ts';
import { runAssay } from '../test/support/run-assay.ts';

const slow = 'node3';

/**
 * Real runs on the rig: `sessions` before with all links at 200 Mbit/s, as many after with one of them at 100 Mbit/s. Links are limited on
 * both sides and slow, since four nodes on a few processors would else measure the processors: with 2 and 1 Gbit/s on two of them, three
 * sessions differed by a fifth. Each run is taken for a session
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
      shape: Object.fromEntries(names.map((name) => [name, '200mbit'])),
    });
    const measure = async (run: string): Promise<string> => {
      await certifyPairs(rig, { folder, run, repetitions: 5 });
      process.stdout.write(`${run} after ${((performance.now() - began) / 1000).toFixed(0)} s\n`);
      return run;
    };
    const [before, after]: [string[], string[]] = [[], []];
    for (let at = 1; at <= sessions; at += 1) before.push(await measure(`before-${at}`));
    await rig.node(slow).shape('100mbit');
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
