/**
 * Measures the error rates of the shipped `decide()` with its looks, for docs/variability.md:
 * `node bench/decide-error-rates.ts [trials] [seed]`. Values are centred so that 0 is the true median (of the
 * whole process, sessions included); the limit is moved instead of the noise.
 */

import type { Decision } from '../harness/judge/decide.ts';
import { decide } from '../harness/judge/decide.ts';
import type { Noise } from '../test/support/seeded-noise.ts';
import { createNoise } from '../test/support/seeded-noise.ts';

/** Draws the runs of one acceptance, grouped into sessions of these sizes. */
type Process = (noise: Noise, sessions: readonly number[]) => readonly number[];

const independent =
  (draw: (noise: Noise) => number): Process =>
  (noise, sessions) =>
    sessions.flatMap((size) => Array.from({ length: size }, () => draw(noise)));

/** First-order autoregression over all runs in a row, variance 1. */
const autoregression =
  (phi: number): Process =>
  (noise, sessions) => {
    let last = noise.normal();
    return sessions.flatMap((size) =>
      Array.from({ length: size }, () => (last = phi * last + Math.sqrt(1 - phi * phi) * noise.normal())),
    );
  };

/** A share `icc` of the variance is one draw per session, the rest one per run; variance 1. */
const sessionEffect =
  (icc: number): Process =>
  (noise, sessions) =>
    sessions.flatMap((size) => {
      const effect = Math.sqrt(icc) * noise.normal();
      return Array.from({ length: size }, () => effect + Math.sqrt(1 - icc) * noise.normal());
    });

const processes: readonly (readonly [string, Process])[] = [
  ['independent, normal', independent(({ normal }) => normal())],
  ['independent, log-normal (σ = 0.5)', independent(({ normal }) => Math.exp(0.5 * normal()) - 1)],
  ['independent, t3', independent(({ heavy }) => heavy())],
  ['independent, bimodal 70/30', independent(({ bimodal }) => bimodal())],
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
  const noise = createNoise(seed);
  const counts = { pass: 0, fail: 0, stop: 0, more: 0 };
  for (let trial = 0; trial < trials; trial += 1) counts[decideInTurn(process(noise, sessions), limit)] += 1;
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
  const found = rates(
    independent(({ normal }) => normal()),
    spread,
    -margin,
    trials,
    seed,
  );
  console.log(
    `| ${margin} | ${[found.pass, found.fail, found.stop].map((count) => percent(count, trials)).join(' | ')} |`,
  );
}

console.log('\n| screening: noise of one run | runs | true median | pass | fail | inconclusive |');
console.log('|---|---|---|---|---|---|');
for (const deviation of [0.02, 0.05]) {
  for (const n of [1, 3, 5]) {
    for (const truth of [0.85, 0.9, 0.95, 1, 1.05]) {
      const noise = createNoise(seed);
      const counts = { pass: 0, fail: 0, stop: 0, more: 0 };
      for (let trial = 0; trial < trials; trial += 1) {
        const runs = Array.from({ length: n }, () => truth * (1 + deviation * noise.normal()));
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
    const noise = createNoise(seed);
    const counts = { pass: 0, fail: 0, stop: 0, more: 0 };
    for (let trial = 0; trial < trials; trial += 1)
      counts[decide(draw(noise, [n]), { comparator: 'atLeast', value: 0, sampling: 'windows' }).decision] +=
        1;
    const cells = [counts.pass, counts.fail, counts.stop].map((count) => percent(count, trials));
    console.log(`| ${name} | ${n} | ${cells.join(' | ')} |`);
  }
}

console.log('\n| series: noise of a night | slower than usual by | pass | fail | inconclusive |');
console.log('|---|---|---|---|---|');
for (const scale of [0.003, 0.01, 0.02]) {
  for (const loss of [0, 0.03, 0.05, 0.08, 0.12]) {
    const noise = createNoise(seed);
    const counts = { pass: 0, fail: 0, stop: 0, more: 0 };
    const usual = { better: 'higher', middle: 1, scale, nights: 30 } as const;
    for (let trial = 0; trial < trials; trial += 1) {
      // Half of the variance is the night's, half of it each run's.
      const night = (1 - loss) * Math.exp(scale * Math.SQRT1_2 * noise.normal());
      const runs = [0, 1, 2].map(() => night * Math.exp(scale * Math.SQRT1_2 * noise.normal()));
      counts[decide(runs, { comparator: 'atLeast', value: 0.8, sampling: 'series', usual }).decision] += 1;
    }
    const cells = [counts.pass, counts.fail, counts.stop].map((count) => percent(count, trials));
    console.log(`| ${scale * 100} % | ${loss * 100} % | ${cells.join(' | ')} |`);
  }
}

console.log(
  '\n| cells of a node | margin of each, standard deviations of a run | nodes that six runs leave open | after 9 | after 12 |',
);
console.log('|---|---|---|---|---|');
for (const cells of [8, 160])
  for (const margin of [2, 3, 4]) {
    const noise = createNoise(seed);
    const nodes = Math.min(trials, Math.ceil(40_000_000 / cells / 12));
    const open = [0, 0, 0];
    for (let node = 0; node < nodes; node += 1) {
      const left = [false, false, false];
      for (let cell = 0; cell < cells; cell += 1) {
        const runs = Array.from({ length: 12 }, () => noise.normal());
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
