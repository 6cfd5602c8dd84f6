/**
 * Measures the error rates of the shipped detection of what got worse from night to night, for docs/variability.md:
 * `node bench/detector-error-rates.ts [--fleets 60] [--seed 1] [--json]`. Fleets of 64 series, 30 nights to learn and 60
 * to be judged; three runs a night with heavy-tailed noise, of which the median counts, noise from night to night that
 * persists (first-order autoregression), and one per cent that a night has in common.
 */
import { parseArgs } from 'node:util';
import type { NightFinding, Speed } from '../harness/nights/watch-series.ts';
import { watchStratum } from '../harness/nights/watch-stratum.ts';
import type { Noise } from '../test/support/seeded-noise.ts';
import { createNoise } from '../test/support/seeded-noise.ts';

const { values: flags } = parseArgs({
  options: {
    fleets: { type: 'string', default: '60' },
    seed: { type: 'string', default: '1' },
    json: { type: 'boolean', default: false },
  },
});
const fleets = Number(flags.fleets);
const nodes = 64;
const learning = 30;
const nights = 90;
/** Alarms of one series that are no further apart are one event. */
const foldNights = 5;

interface Model {
  readonly name: string;
  readonly correlation: number;
  /** Standard deviations, as shares: of a run, of a night of one node, of a night of all. */
  readonly within: number;
  readonly between: number;
  readonly common: number;
  /** Share of nights on which a node is in use. */
  readonly busy: number;
}
const usual = { within: 0.007, between: 0.007, common: 0.01, busy: 0 };
const models: readonly Model[] = [
  { ...usual, name: 'AR 0.5', correlation: 0.5 },
  { ...usual, name: 'AR 0.5, 15 % busy', correlation: 0.5, busy: 0.15 },
  { ...usual, name: 'AR 0.5, 50 % busy', correlation: 0.5, busy: 0.5 },
  { ...usual, name: 'AR 0.5, 80 % busy', correlation: 0.5, busy: 0.8 },
  { ...usual, name: 'AR 0.8', correlation: 0.8 },
  { ...usual, name: 'quiet', correlation: 0.5, within: 0.003, between: 0.003 },
];

const middleOf = (values: readonly number[]): number => values.toSorted((a, b) => a - b)[1] ?? Number.NaN;

/** What happens to a node: the share by which it is off, on a night, and the state that it is in. */
interface Fault {
  readonly shareOn: (node: number, night: number) => number;
  readonly epochOn?: (node: number, night: number) => string;
}
const healthy: Fault = { shareOn: () => 0 };

function drawFleet(noise: Noise, model: Model, fault: Fault) {
  const common = Array.from({ length: nights }, () => model.common * noise.normal());
  return Array.from({ length: nodes }, (_, node) => {
    let state = noise.normal();
    const level = 1 + 0.01 * noise.normal();
    const all = Array.from({ length: nights }, (_unused, night) => {
      state = model.correlation * state + Math.sqrt(1 - model.correlation ** 2) * noise.normal();
      const runs = [0, 0, 0].map(() => model.within * noise.heavy());
      const share =
        model.between * state + (common[night] ?? 0) + middleOf(runs) + fault.shareOn(node, night);
      const value = 100 * level * Math.exp(share);
      return {
        night,
        value,
        epoch: fault.epochOn?.(node, night) ?? 'a',
        isBusy: noise.uniform() < model.busy,
      };
    });
    return {
      id: `n${node}`,
      subject: `n${node}`,
      stratum: 's',
      better: 'higher' as const,
      nights: all.filter(({ isBusy }) => !isBusy),
    };
  });
}

const isWorse = ({ state }: NightFinding): boolean => state === 'worse';

/** Alarms folded to events, after the nights of learning. */
function countEvents(findings: readonly NightFinding[], speed?: Speed): number {
  let last = Number.NEGATIVE_INFINITY;
  let events = 0;
  for (const finding of findings) {
    if (finding.night < learning || !isWorse(finding)) continue;
    if (speed !== undefined && !finding.speeds.includes(speed)) continue;
    if (finding.night - last > foldNights) events += 1;
    last = finding.night;
  }
  return events;
}

const speeds: readonly Speed[] = ['extreme', 'step', 'slow', 'drift'];

function measureFalse(model: Model, seed: number): Record<string, number> {
  const noise = createNoise(seed);
  const counted: Record<string, number> = {
    union: 0,
    fleet: 0,
    ...Object.fromEntries(speeds.map((each) => [each, 0])),
  };
  let judged = 0;
  for (let fleet = 0; fleet < fleets; fleet += 1) {
    const { findings, common } = watchStratum('s', drawFleet(noise, model, healthy));
    counted['fleet'] = (counted['fleet'] ?? 0) + countEvents(common);
    for (const those of findings.values()) {
      judged += those.filter(({ night, state }) => night >= learning && state !== 'unjudged').length;
      counted['union'] = (counted['union'] ?? 0) + countEvents(those);
      for (const speed of speeds) counted[speed] = (counted[speed] ?? 0) + countEvents(those, speed);
    }
  }
  const rate = (count: number): number => (1000 * count) / judged;
  return {
    ...Object.fromEntries(Object.entries(counted).map(([name, count]) => [name, rate(count)])),
    fleet: (1000 * (counted['fleet'] ?? 0)) / (fleets * (nights - learning)),
  };
}

/** Share of faults of one node found within so many measured nights, and within so many calendar nights. */
function measureFound(model: Model, change: number, seed: number) {
  const noise = createNoise(seed);
  const begin = 45;
  const measured: number[] = [];
  const calendar: number[] = [];
  for (let fleet = 0; fleet < fleets * 4; fleet += 1) {
    const fault: Fault = {
      shareOn: (node, night) => (node === 7 && night >= begin ? Math.log1p(change) : 0),
    };
    const found = watchStratum('s', drawFleet(noise, model, fault)).findings.get('n7') ?? [];
    const after = found.filter(({ night }) => night >= begin);
    const at = after.findIndex(isWorse);
    measured.push(at === -1 ? Number.POSITIVE_INFINITY : at + 1);
    calendar.push(at === -1 ? Number.POSITIVE_INFINITY : (after[at]?.night ?? 0) - begin + 1);
  }
  const within = (all: readonly number[], limit: number): number =>
    Math.round((1000 * all.filter((each) => each <= limit).length) / all.length) / 10;
  return {
    measured: [1, 2, 3, 6].map((limit) => within(measured, limit)),
    calendar: [2, 7, 14, 30].map((limit) => within(calendar, limit)),
  };
}

/** Nodes that are accused, and events of the fleet, when so many of the nodes fall by 5 % with a new state. */
function measureChange(model: Model, count: number, seed: number) {
  const noise = createNoise(seed);
  const begin = 45;
  let accused = 0;
  let wrongly = 0;
  let ofFleet = 0;
  for (let fleet = 0; fleet < fleets; fleet += 1) {
    const fault: Fault = {
      shareOn: (node, night) => (node < count && night >= begin ? Math.log1p(-0.05) : 0),
      epochOn: (node, night) => (node < count && night >= begin ? 'b' : 'a'),
    };
    const { findings, common } = watchStratum('s', drawFleet(noise, model, fault));
    const isTold = (those: readonly NightFinding[]) =>
      those.some((each) => isWorse(each) && each.night >= begin && each.night < begin + 6);
    for (const [id, those] of findings)
      if (isTold(those)) {
        if (Number(id.slice(1)) < count) accused += 1;
        else wrongly += 1;
      }
    if (isTold(common)) ofFleet += 1;
  }
  return { accused: accused / fleets, wrongly: wrongly / fleets, ofFleet: ofFleet / fleets };
}

function measureDrift(model: Model, seed: number): number {
  const noise = createNoise(seed);
  const at: number[] = [];
  for (let fleet = 0; fleet < fleets * 4; fleet += 1) {
    const fault: Fault = {
      shareOn: (node, night) => (node === 7 && night >= 45 ? -0.0015 * (night - 44) : 0),
    };
    const found = watchStratum('s', drawFleet(noise, model, fault)).findings.get('n7') ?? [];
    at.push((found.find((each) => each.night >= 45 && isWorse(each))?.night ?? 999) - 44);
  }
  return at.toSorted((a, b) => a - b)[Math.floor(at.length / 2)] ?? Number.NaN;
}

const rows = models.map((model, at) => {
  const seed = Number(flags.seed) * 1000 + at * 100;
  return {
    model: model.name,
    falseEvents: measureFalse(model, seed),
    found: Object.fromEntries(
      [-0.03, -0.05, -0.1].map((change, n) => [change, measureFound(model, change, seed + n + 1)]),
    ),
    drift: measureDrift(model, seed + 9),
    changed: Object.fromEntries(
      [1, 17, 64].map((count, n) => [count, measureChange(model, count, seed + 10 + n)]),
    ),
  };
});
if (flags.json) process.stdout.write(`${JSON.stringify(rows, undefined, 1)}\n`);
else for (const row of rows) process.stdout.write(`${JSON.stringify(row)}\n`);
