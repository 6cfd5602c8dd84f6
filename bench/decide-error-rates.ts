/**
 * Measures the error rates of the shipped `decide()` with its looks, for docs/variability.md:
 * `node bench/decide-error-rates.ts [trials] [seed]`. Values are centred so that 0 is the true median (of the
 * whole process, sessions included); the limit is moved instead of the noise.
 */

import type { Decision } from '../harness/judge/decide.ts';
import { decide } from '../harness/judge/decide.ts';

type Random = () => number;
/** Draws the runs of one acceptance, grouped into sessions of these sizes. */
type Process = (random: Random, sessions: readonly number[]) => readonly number[];

/** mulberry32: small, seeded, good enough for rates of 0.1 %. */
function createRandom(seed: number): Random {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

/** Standard normal by Box and Muller. */
const normal = (random: Random): number =>
  Math.sqrt(-2 * Math.log(1 - random())) * Math.cos(2 * Math.PI * random());

const independent =
  (draw: (random: Random) => number): Process =>
  (random, sessions) =>
    sessions.flatMap((size) => Array.from({ length: size }, () => draw(random)));

/** Student's t with 3 degrees of freedom. */
const heavy = (random: Random): number => {
  const square = normal(random) ** 2 + normal(random) ** 2 + normal(random) ** 2;
  return normal(random) / Math.sqrt(square / 3);
};

/** 70 % of runs in a fast mode at 0.6, 30 % in a slow one at −3: centred on its median (found numerically). */
const bimodalMedian = 0.430215;
const bimodal = (random: Random): number =>
  (random() < 0.7 ? 0.6 + 0.3 * normal(random) : -3 + 0.3 * normal(random)) - bimodalMedian;

/** First-order autoregression over all runs in a row, variance 1. */
const autoregression =
  (phi: number): Process =>
  (random, sessions) => {
    let last = normal(random);
    return sessions.flatMap((size) =>
      Array.from({ length: size }, () => (last = phi * last + Math.sqrt(1 - phi * phi) * normal(random))),
    );
  };

/** A share `icc` of the variance is one draw per session, the rest one per run; variance 1. */
const sessionEffect =
  (icc: number): Process =>
  (random, sessions) =>
    sessions.flatMap((size) => {
      const effect = Math.sqrt(icc) * normal(random);
      return Array.from({ length: size }, () => effect + Math.sqrt(1 - icc) * normal(random));
    });

const processes: readonly (readonly [string, Process])[] = [
  ['independent, normal', independent(normal)],
  ['independent, log-normal (σ = 0.5)', independent((random) => Math.exp(0.5 * normal(random)) - 1)],
  ['independent, t3', independent(heavy)],
  ['independent, bimodal 70/30', independent(bimodal)],
  ['AR(1), φ = 0.3', autoregression(0.3)],
  ['AR(1), φ = 0.6', autoregression(0.6)],
  ['AR(1), φ = 0.9', autoregression(0.9)],
  ['session effects, ICC 0.3', sessionEffect(0.3)],
  ['session effects, ICC 0.5', sessionEffect(0.5)],
  ['session effects, ICC 0.8', sessionEffect(0.8)],
];

/** Runs as they are taken: decided at 6, 9 and 12, and no further once decided. */
function decideInTurn(runs: readonly number[], value: number): Decision['decision'] {
  const rule = { comparator: 'atLeast', value, sampling: 'typical' } as const;
  for (const n of [6, 9]) {
    const { decision } = decide(runs.slice(0, n), rule);
    if (decision !== 'more') return decision;
  }
  return decide(runs.slice(0, 12), rule).decision;
}

function rates(process: Process, sessions: readonly number[], limit: number, trials: number, seed: number) {
  const random = createRandom(seed);
  const counts = { pass: 0, fail: 0, stop: 0, more: 0 };
  for (let trial = 0; trial < trials; trial += 1) counts[decideInTurn(process(random, sessions), limit)] += 1;
  return counts;
}

const percent = (count: number, trials: number): string => `${((100 * count) / trials).toFixed(1)} %`;

const [trials = 200_000, seed = 20_261_123] = process.argv.slice(2).map(Number);
const spread = [2, 2, 2, 3, 3];
const shipped = [3, 3, 3, 3];
/** What is not allowed: more runs in the last of three sessions. */
const late = [2, 2, 8];
const together = [12];

console.log(`trials ${trials}, seed ${seed}\n`);
console.log(
  '| noise | false pass, 2+2+2(+3+3) | false fail | inconclusive | false pass, 3+3(+3)(+3) | false pass, 2+2+2 and the rest in the third | false pass, one session |',
);
console.log('|---|---|---|---|---|---|---|');
for (const [name, draw] of processes) {
  const apart = rates(draw, spread, 0, trials, seed);
  const others = [shipped, late, together].map((sizes) => rates(draw, sizes, 0, trials, seed).pass);
  const cells = [apart.pass, apart.fail, apart.stop, ...others].map((count) => percent(count, trials));
  console.log(`| ${name} | ${cells.join(' | ')} |`);
}

console.log('\n| true median minus limit, in standard deviations of one run | pass | fail | inconclusive |');
console.log('|---|---|---|---|');
for (const margin of [-3, -2, -1, -0.5, 0, 0.5, 1, 2, 3]) {
  const found = rates(independent(normal), spread, -margin, trials, seed);
  console.log(
    `| ${margin} | ${[found.pass, found.fail, found.stop].map((count) => percent(count, trials)).join(' | ')} |`,
  );
}

console.log('\n| screening: noise of one run | runs | true median | pass | fail | inconclusive |');
console.log('|---|---|---|---|---|---|');
for (const deviation of [0.02, 0.05]) {
  for (const n of [1, 3, 5]) {
    for (const truth of [0.85, 0.9, 0.95, 1, 1.05]) {
      const random = createRandom(seed);
      const counts = { pass: 0, fail: 0, stop: 0, more: 0 };
      for (let trial = 0; trial < trials; trial += 1) {
        const runs = Array.from({ length: n }, () => truth * (1 + deviation * normal(random)));
        counts[decide(runs, { comparator: 'atLeast', value: 1, sampling: 'screening' }).decision] += 1;
      }
      const cells = [counts.pass, counts.fail, counts.stop].map((count) => percent(count, trials));
      console.log(`| ${deviation * 100} % | ${n} | ${truth} of the limit | ${cells.join(' | ')} |`);
    }
  }
}

console.log('\n| windows: noise of one run | windows | false pass | false fail | inconclusive |');
console.log('|---|---|---|---|---|');
for (const [name, draw] of processes.filter(([each]) => !each.startsWith('session'))) {
  for (const n of [5, 12, 24, 72]) {
    const random = createRandom(seed);
    const counts = { pass: 0, fail: 0, stop: 0, more: 0 };
    for (let trial = 0; trial < trials; trial += 1)
      counts[decide(draw(random, [n]), { comparator: 'atLeast', value: 0, sampling: 'windows' }).decision] +=
        1;
    const cells = [counts.pass, counts.fail, counts.stop].map((count) => percent(count, trials));
    console.log(`| ${name} | ${n} | ${cells.join(' | ')} |`);
  }
}

console.log(
  '\n| cells of a node | margin of each, standard deviations of a run | nodes that six runs leave open | after 9 | after 12 |',
);
console.log('|---|---|---|---|---|');
for (const cells of [8, 160])
  for (const margin of [2, 3, 4]) {
    const random = createRandom(seed);
    const nodes = Math.min(trials, Math.ceil(40_000_000 / cells / 12));
    const open = [0, 0, 0];
    for (let node = 0; node < nodes; node += 1) {
      const left = [false, false, false];
      for (let cell = 0; cell < cells; cell += 1) {
        const runs = Array.from({ length: 12 }, () => normal(random));
        for (const [place, n] of [6, 9, 12].entries()) {
          const rule = { comparator: 'atLeast', value: -margin, sampling: 'typical' } as const;
          const { decision } = decide(runs.slice(0, n), rule);
          if (decision === 'pass' || decision === 'fail') break;
          left[place] = true;
        }
      }
      left.forEach((isOpen, place) => (open[place] = (open[place] ?? 0) + Number(isOpen)));
    }
    console.log(`| ${cells} | ${margin} | ${open.map((count) => percent(count, nodes)).join(' | ')} |`);
  }
