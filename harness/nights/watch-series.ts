import { median } from '../stats/median.ts';
import type { NightBound } from '../stats/night-bounds.ts';
import { extremeNight, isBeyond, offNight } from '../stats/night-bounds.ts';
import type { Baseline, Noise } from './baseline.ts';
import { baselineOf, leastScale, nightsLacking, withNoiseOf } from './baseline.ts';

/**
 * How fast something got worse: by which rule it is found. `vanished`: it is measured no more, though its machine is. `counted`: a device
 * counted what it does not count while it is in order.
 */
export type Speed = 'extreme' | 'step' | 'slow' | 'drift' | 'entry' | 'vanished' | 'counted';

/** What one night says of one series. */
export interface NightFinding {
  readonly night: number;
  /** `suspect`: shown, and nobody is told. `unjudged`: nothing can be said, for the reason in `why`. */
  readonly state: 'quiet' | 'suspect' | 'worse' | 'unjudged';
  readonly speeds: readonly Speed[];
  /** Share by which it is off its baseline: −0.05 is five per cent worse. Absent without a baseline. */
  readonly change?: number;
  /** The same in standard deviations of the baseline. */
  readonly deviation?: number;
  /** It was held against the nights before this state of the machine began. */
  readonly since?: { readonly night: number; readonly epoch: string; readonly before: string };
  readonly why?: Unjudged;
}

export type Unjudged =
  | { readonly because: 'few-nights'; readonly lacking: number }
  | { readonly because: 'few-peers'; readonly found: number; readonly least: number }
  | { readonly because: 'no-ratio' };

/** What the others of a stratum are like: where their levels lie, and how they vary from night to night. */
export interface Peers {
  readonly middle: number;
  /** Of their levels, as a standard deviation. */
  readonly spread: number;
  readonly noise: Noise;
}

/** What somebody said of an event when they closed it, for one of its series. */
export interface Closing {
  /** The last night that was known then. */
  readonly night: number;
  /** `anew`: how it is now is usual from here on (explained). `on`: the baseline from before it goes on (repaired, no cause found). */
  readonly baseline: 'anew' | 'on';
}

interface Measured {
  readonly night: number;
  readonly level: number;
  readonly deviation: number;
  readonly change: number;
}

const slow: NightBound = { deviation: -2.5, change: -0.02 };
/** Days within which the nights lie that confirm each other: a node that is mostly in use is measured seldom. */
const stepDays = 21;
const slowDays = 42;
/**
 * Tabular CUSUM (Page 1954): slack and limit in standard deviations, and the least mean change. One night counts as so many
 * at most: what a single one says is left to the other rules. A night that is not off itself ends it.
 */
const drift = { slack: 0.75, limit: 7, most: 3.5, change: -0.02, tonight: -0.01 };
/** A part without a past is worse than the others of its stratum by this share, and this far from how they differ, two nights in a row. */
const entryChange = -0.03;
const entryDeviation = -4;

/** Of almost all nights. */
const none: readonly Speed[] = [];

const shareOf = (difference: number): number => Math.expm1(difference);

/** Follows one series, a night after the other. */
export class SeriesWatch {
  /** Levels of the nights that the baseline may learn from, of this epoch. */
  #learned: number[] = [];
  #epoch: string | undefined;
  #since: NightFinding['since'];
  /** Of the epoch before, as long as this one has none. */
  #before: Baseline | undefined;
  #current: Baseline | undefined;
  #isStale = true;
  /** In use while something seems wrong: what is suspect does not move what it is held against. */
  #frozen: Baseline | undefined;
  #recent: Measured[] = [];
  #entries: { readonly night: number; readonly level: number }[] = [];
  #sum: { value: number; total: number; nights: number; readonly against: Baseline } | undefined;
  /** Levels of the nights on which it was found worse, until somebody closes that: none of them, nor of those between, is learned. */
  #worse: number[] = [];
  #closings: readonly Closing[];

  /** Closings of events that the series is in, oldest first. */
  constructor(closings: readonly Closing[] = []) {
    this.#closings = closings;
  }

  /** The baseline that the next night is held against, if there is one; of this epoch, or else of the one before. */
  get baseline(): Baseline | undefined {
    return this.#frozen ?? this.#own() ?? this.#before;
  }

  /** A level to compare with tonight's, however few nights it rests on; for what all series have in common. */
  get usual(): number | undefined {
    return this.baseline?.middle ?? this.#learned.at(-1);
  }

  #own(): Baseline | undefined {
    if (this.#isStale) this.#current = baselineOf(this.#learned);
    this.#isStale = false;
    return this.#current;
  }

  /** Takes the level of a night, what its stratum had in common taken off, and says what it means. */
  next(night: number, level: number, epoch: string, peers: Peers | undefined): NightFinding {
    for (; (this.#closings[0]?.night ?? night) < night; this.#closings = this.#closings.slice(1))
      this.#close(this.#closings[0]?.baseline);
    if (epoch !== this.#epoch) this.#begin(night, epoch);
    const own = this.baseline;
    if (own === undefined || (own.nights === 0 && peers === undefined))
      return this.#enter(night, level, peers);
    const baseline = this.#frozen ?? withNoiseOf(own, peers?.noise);
    const measured = measure(night, level, baseline);
    this.#recent = [...this.#recent, measured].slice(-4);
    const speeds = this.#speedsOf(measured, baseline);
    const isSuspect = isBeyond(measured, slow);
    const state = speeds.length > 0 ? 'worse' : isSuspect ? 'suspect' : 'quiet';
    this.#learn(level, state, baseline);
    const { change, deviation } = measured;
    const since = this.#own() === undefined ? this.#since : undefined;
    return { night, state, speeds, change, deviation, ...(since === undefined ? {} : { since }) };
  }

  #begin(night: number, epoch: string): void {
    if (this.#epoch !== undefined) {
      this.#before = this.baseline;
      this.#since = { night, epoch, before: this.#epoch };
    }
    this.#epoch = epoch;
    this.#learned = [];
    this.#isStale = true;
    this.#entries = [];
  }

  /** What is seen from here on is judged by itself; where it was explained, against how it was until then. */
  #close(baseline: Closing['baseline'] | undefined): void {
    if (baseline === 'anew' && this.#worse.length > 0) {
      const unknown = { scale: leastScale, persistence: 1, nights: 0 };
      this.#before = { ...(this.baseline ?? unknown), middle: median(this.#worse) };
      this.#learned = [];
      this.#isStale = true;
      this.#since = undefined;
    }
    this.#worse = [];
    this.#frozen = undefined;
    this.#recent = [];
    this.#entries = [];
    this.#sum = undefined;
  }

  #learn(level: number, state: NightFinding['state'], baseline: Baseline): void {
    this.#frozen = state === 'quiet' ? undefined : baseline;
    if (state === 'worse') this.#worse.push(level);
    if (this.#worse.length > 0) return;
    this.#learned.push(level);
    this.#isStale = true;
  }

  /** A part that has no past here is held against the others, until it has one. */
  #enter(night: number, level: number, peers: Peers | undefined): NightFinding {
    const lacking = nightsLacking(this.#learned.length);
    this.#entries = [...this.#entries, { night, level }].slice(-2);
    const unjudged: NightFinding = {
      night,
      state: 'unjudged',
      speeds: [],
      why: { because: 'few-nights', lacking },
    };
    const learn = (): void => {
      if (this.#worse.length > 0) return;
      this.#learned.push(level);
      this.#isStale = true;
    };
    if (peers === undefined) {
      learn();
      return unjudged;
    }
    const isWorse = (each: number): boolean =>
      shareOf(each - peers.middle) <= entryChange && each - peers.middle < entryDeviation * peers.spread;
    const isConfirmed = this.#entries.length === 2 && this.#entries.every((each) => isWorse(each.level));
    const change = shareOf(level - peers.middle);
    if (isConfirmed) this.#worse.push(level);
    learn();
    if (isConfirmed) return { night, state: 'worse', speeds: ['entry'], change };
    return isWorse(level) ? { night, state: 'suspect', speeds: [], change } : unjudged;
  }

  #speedsOf(tonight: Measured, baseline: Baseline): readonly Speed[] {
    const last = this.#recent.at(-2);
    const isStep =
      last !== undefined &&
      tonight.night - last.night <= stepDays &&
      isBeyond(tonight, offNight) &&
      isBeyond(last, offNight);
    const near = this.#recent.filter(({ night }) => tonight.night - night <= slowDays);
    const isSlow = isBeyond(tonight, slow) && near.filter((each) => isBeyond(each, slow)).length >= 3;
    const speeds: Speed[] = [];
    if (isBeyond(tonight, extremeNight)) speeds.push('extreme');
    if (isStep) speeds.push('step');
    if (isSlow) speeds.push('slow');
    if (this.#isDrifting(tonight, baseline)) speeds.push('drift');
    return speeds.length === 0 ? none : speeds;
  }

  /** While the sum is above zero it is held against the baseline with which it began: a drift would teach its own. */
  #isDrifting({ level }: Measured, baseline: Baseline): boolean {
    const sum = this.#sum ?? { value: 0, total: 0, nights: 0, against: baseline };
    const { middle, scale, persistence } = sum.against;
    const difference = level - middle;
    const worse = Math.min(-difference / (scale * persistence), drift.most);
    const value = Math.max(0, sum.value + worse - drift.slack);
    sum.value = Math.min(value, drift.limit); // a night as usual ends what is far above it
    sum.total += difference;
    sum.nights += 1;
    this.#sum = sum.value > 0 ? sum : undefined;
    const isOff = shareOf(sum.total / sum.nights) <= drift.change && shareOf(difference) <= drift.tonight;
    return value > drift.limit && isOff;
  }
}

function measure(night: number, level: number, { middle, scale }: Baseline): Measured {
  const difference = level - middle;
  return { night, level, deviation: difference / scale, change: shareOf(difference) };
}
