/**
 * How often a comparison is wrong, and what it costs: for docs/variability.md.
 * `node bench/compare.ts rates [trials] [seed]`: rates of the shipped `compareSessions()` where the machine lost exactly the margin (a
 * non-inferior is wrong in half of all worlds, an inferior too), and of the shipped `compare()` on four constructed machines of which
 * one is slow. `node bench/compare.ts scale [nodes] [folder]`: what two runs of that many nodes cost,
 * compared and converted by processes of their own, also as a share of what judging one of them costs. `node
 * harness/pinned.js bench/compare.ts rig [sessions] [folder]`: real runs on the rig (test/rig), with one link slower afterwards.
 */

import { execFile } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import * as z from 'zod';
import { compare } from '../harness/compare/compare.ts';
import { compareSessions } from '../harness/compare/compare-sessions.ts';
import { median } from '../harness/stats/median.ts';
import { noisyRuns } from '../test/support/constructed/compared-runs.ts';
import { writeScaleRun } from '../test/support/constructed/scale-run.ts';
import type { Noise } from '../test/support/seeded-noise.ts';
import { createNoise } from '../test/support/seeded-noise.ts';
import { compareOnRig } from './compare-rig.ts';

const margin = 0.05;

const Cost = z.strictObject({ userSeconds: z.number(), peakMegabytes: z.number() });
type Cost = z.infer<typeof Cost>;

/** Deviations of one run, with a variance of 1 and a median of 0. */
const shapes: Readonly<Record<string, (noise: Noise) => number>> = {
  normal: (noise) => noise.normal(),
  // σ = 0.5: standard deviation 0.6039 around a median of 1.
  'log-normal': (noise) => (Math.exp(0.5 * noise.normal()) - 1) / 0.6039,
  t3: (noise) => noise.heavy() / Math.sqrt(3),
  'bimodal 70/30': (noise) => noise.bimodal() / 1.677,
};

interface World {
  /** Share of the variance that all runs of a session have in common. */
  readonly icc: number;
  readonly sessions: number;
  readonly runs: number;
  readonly shape: string;
}

/** Total relative standard deviation of one run: what GPUs and links of one kind show from day to day. */
const spread = 0.01;

function drawSide({ icc, sessions, runs, shape }: World, noise: Noise, level: number): readonly number[] {
  const draw = shapes[shape] as (noise: Noise) => number; // named below
  return Array.from({ length: sessions }, () => {
    const common = Math.sqrt(icc) * draw(noise);
    return median(
      Array.from({ length: runs }, () => level * (1 + spread * (common + Math.sqrt(1 - icc) * draw(noise)))),
    );
  });
}

function rates(trials: number, seed: number): void {
  const row = (cells: readonly string[]): void => void process.stdout.write(`| ${cells.join(' | ')} |\n`);
  const percent = (count: number, of: number): string => `${((100 * count) / of).toFixed(1)} %`;
  row([
    'noise',
    'sessions × runs a side',
    'false non-inferior at the margin',
    'false inferior at the margin',
    'A/A: inferior',
    'A/A: not inferior',
  ]);
  row(['---', '---', '---', '---', '---', '---']);
  for (const shape of Object.keys(shapes))
    for (const icc of [0, 0.3, 0.5, 0.8])
      for (const sessions of [3, 5]) {
        const world = { icc, sessions, runs: 3, shape };
        const noise = createNoise(seed);
        const tally = (level: number) => {
          const counts = { inferior: 0, 'non-inferior': 0 };
          for (let trial = 0; trial < trials; trial += 1) {
            const { outcome } = compareSessions(drawSide(world, noise, 1), drawSide(world, noise, level), {
              better: 'higher',
              margin,
            });
            if (outcome === 'inferior' || outcome === 'non-inferior') counts[outcome] += 1;
          }
          return counts;
        };
        const boundary = tally(1 - margin);
        const same = tally(1);
        row([
          `${shape}, ICC ${icc}`,
          `${sessions} × 3`,
          percent(boundary['non-inferior'], trials),
          percent(boundary.inferior, trials),
          percent(same.inferior, trials),
          percent(same['non-inferior'], trials),
        ]);
      }
  process.stdout.write('\n');
  row(['slowed to', 'spread of sessions and runs', 'named alone', 'A/A pairs with nobody named']);
  row(['---', '---', '---', '---']);
  for (const speed of [0.9, 0.92])
    for (const each of [0.005, 0.007, 0.01]) {
      const seeds = 200;
      let alone = 0;
      let calm = 0;
      for (let at = 1; at <= seeds; at += 1) {
        const side = { nodes: 4, sessions: 3, runs: 3, spread: { session: each, run: each } };
        const before = noisyRuns({ side: 'before', seed: seed + at, ...side });
        const named = (offset: number, slow: Readonly<Record<number, number>>): string =>
          compare(
            { before, after: noisyRuns({ side: 'after', seed: seed + offset + at, ...side, speed: slow }) },
            { apartSeconds: 1800 },
          )
            .assets.flatMap(({ outcome }, place) => (outcome === 'inferior' ? place : []))
            .join();
        if (named(10_000, { 1: speed }) === '1') alone += 1;
        if (named(20_000, {}) === '') calm += 1;
      }
      row([`${speed}`, `${(each * 100).toFixed(1)} %`, `${alone} of ${seeds}`, `${calm} of ${seeds}`]);
    }
}

/** What a command of ours costs, by the kernel's account of it. */
async function costOf(args: readonly string[]): Promise<Cost> {
  const tell = `process.on('exit', () => { const u = process.resourceUsage(); process.stderr.write('\\n' + JSON.stringify({ userSeconds: u.userCPUTime / 1e6, peakMegabytes: (u.maxRSS * 1024) / 1e6 })); });`;
  const bin = fileURLToPath(new URL('../harness/bin.js', import.meta.url));
  return new Promise((resolve, reject) => {
    execFile(
      process.execPath,
      ['--import', `data:text/javascript,${encodeURIComponent(tell)}`, bin, ...args],
      { maxBuffer: 1e9 },
      (error, _, stderr) => {
        // 0, 1 and 2 say what was found.
        if (error !== null && Number(error.code) > 2) reject(new Error(stderr));
        else resolve(Cost.parse(JSON.parse(stderr.split('\n').at(-1) ?? '')));
      },
    );
  });
}

/** Two runs of one block, with the nodes that are bad in both; what a comparison costs is set against judging one of them. */
async function scale(nodes: number, directory: string): Promise<void> {
  const folder = await mkdtemp(join(directory, 'assay-compare-'));
  try {
    const [before, after] = [join(folder, 'before'), join(folder, 'after')];
    await writeScaleRun(before, 'c', nodes, { id: 'before', startedAt: '2026-10-01T00:00:00Z' });
    await writeScaleRun(after, 'c', nodes, { id: 'after', startedAt: '2026-11-01T00:00:00Z' });
    const judged = await costOf(['judge', after]);
    for (const [name, cost] of [
      ['judge, one of the runs', judged],
      ['compare', await costOf(['compare', before, after])],
      ['conversion', await costOf(['conversion', before, after])],
    ] as const)
      process.stdout.write(
        `${nodes} nodes a side, ${name}: ${cost.userSeconds.toFixed(1)} s user (${(cost.userSeconds / judged.userSeconds).toFixed(2)} of judging one), ${cost.peakMegabytes.toFixed(0)} MB\n`,
      );
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

const [what, first, second] = process.argv.slice(2);
if (what === 'rates') rates(Number(first ?? 20_000), Number(second ?? 15));
else if (what === 'scale') await scale(Number(first ?? 1000), second ?? tmpdir());
else if (what === 'rig') await compareOnRig(Number(first ?? 3), second);
else
  process.stderr.write(
    'Usage: node bench/compare.ts rates [trials] [seed] | scale [nodes] [folder] | rig [sessions] [folder]\n',
  );
