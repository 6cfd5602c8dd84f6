/**
 * Measures how far the worst of n equal machines lies from the median in robust standard deviations, for harness/stats/outlier-bounds.ts:
 * `node bench/outlier-bounds.ts [values] [seed]`, with so many normal values for each size of group.
 */

import { createNoise } from '../test/support/seeded-noise.ts';

function middle(sorted: Float64Array): number {
  const half = sorted.length >> 1;
  const [low = 0, high = 0] = [sorted[half - 1], sorted[half]];
  return sorted.length % 2 === 1 ? high : (low + high) / 2;
}

const [values = 20_000_000, seed = 20_261_130] = process.argv.slice(2).map(Number);
console.log(`values ${values}, seed ${seed}\n`);
console.log('| n | groups | exceeded by the worst of 5 % | of 1 % | of 0.1 % | above 3.5 on either side |');
console.log('|---|---|---|---|---|---|');
for (const n of [8, 10, 12, 16, 24, 32, 48, 64, 128, 256, 512, 1024]) {
  const { normal } = createNoise(seed);
  const groups = Math.max(20_000, Math.round(values / n / 4));
  const worst = new Float64Array(groups);
  let fixed = 0;
  for (let group = 0; group < groups; group += 1) {
    const drawn = new Float64Array(n).map(() => normal()).sort();
    const center = middle(drawn);
    const spread = middle(drawn.map((value) => Math.abs(value - center)).sort());
    const [low = 0] = drawn;
    worst[group] = (0.6745 * (center - low)) / spread;
    const other = (0.6745 * ((drawn[n - 1] ?? 0) - center)) / spread;
    if (Math.max(worst[group] ?? 0, other) > 3.5) fixed += 1;
  }
  worst.sort();
  const at = (share: number): string => (worst[Math.floor(groups * (1 - share))] ?? 0).toFixed(2);
  console.log(
    `| ${n} | ${groups} | ${at(0.05)} | ${at(0.01)} | ${at(0.001)} | ${((100 * fixed) / groups).toFixed(1)} % |`,
  );
}
