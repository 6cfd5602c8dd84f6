import type { LineOf, Look, Told } from './record-lines.ts';
import type { acceleratorHealth } from './workload.ts';

/** All that the recorder told of one card. */
export interface Recorded {
  readonly card: LineOf<'card'>;
  readonly first: Look | undefined;
  readonly last: Look | undefined;
  readonly seen: readonly LineOf<'seen'>[];
  readonly events: readonly LineOf<'event'>[];
  readonly faults: readonly LineOf<'fault'>[];
  /** Its own ones, and those of all. */
  readonly gaps: readonly LineOf<'gap'>[];
  /** `open`, or why the kernel's log cannot be read. */
  readonly hasLog: string;
  readonly period: number;
}

type Metric = keyof typeof acceleratorHealth.metrics;

/** What is said of a card by one metric, in its unit; or why nothing can be said of it. */
export type Finding =
  | {
      readonly metric: Metric;
      readonly value: number;
      /** What stands against it, in words. */
      readonly error?: string;
      readonly invalid?: string;
      readonly line: number;
    }
  | { readonly of: string; readonly why: string };

const isKnown = (told: Told | undefined): told is number => typeof told === 'number';
/** Why one of these is not known, in the driver's words. */
const whyNot = (...told: readonly (Told | undefined)[]): string =>
  told.find((each): each is string => typeof each === 'string') ?? 'nothing was told of it';

interface Looks {
  readonly first: Look;
  readonly last: Look;
}
type Counter = Exclude<keyof Look, 'n' | 'type' | 'gpu' | 'when' | 'seconds'>;

/** By how much a counter grew; what is smaller than before was set back, and says nothing. */
function grownBy({ first, last }: Looks, name: Counter): { readonly by: number } | { readonly why: string } {
  const [before, after] = [first[name], last[name]];
  return isKnown(before) && isKnown(after) ? { by: after - before } : { why: whyNot(before, after) };
}

const setBack = (name: string): string => `reset: ${name} went back while it was recorded`;

/** One counter's growth as a reading. `scale` makes the metric's unit of the counter's. */
function growth(
  looks: Looks,
  metric: Metric,
  { counter, of, scale = 1 }: { readonly counter: Counter; readonly of: string; readonly scale?: number },
): Finding {
  const grown = grownBy(looks, counter);
  const line = looks.last.n;
  if ('why' in grown) return { of, why: grown.why };
  return grown.by < 0
    ? { metric, value: 0, invalid: setBack(counter), line }
    : { metric, value: grown.by * scale, line };
}

/** What a card's counters and samples say. Without both looks at its counters nothing of it is known. */
export function findOf(recorded: Recorded): readonly Finding[] {
  const { first, last, faults, card } = recorded;
  if (first === undefined || last === undefined)
    return [{ of: 'counters and sensors', why: faults[0]?.said ?? card.events }];
  const looks = { first, last };
  return [
    findNewFaults(looks),
    state(last, 'sramThreshold', 'sram', 'SRAM threshold', () => 'the SRAM threshold flag is set (replace)'),
    state(last, 'recoveryAction', 'recovery', 'recovery action', sayAction),
    findThrottle(recorded, looks),
    growth(looks, 'powerCappedSeconds', { counter: 'powerCap', of: 'power cap', scale: 1e-9 }),
    findMargin(recorded),
    findHostLink(recorded, last),
    growth(looks, 'pcieReplays', { counter: 'replays', of: 'PCIe replays' }),
    findInactive(looks),
    findActive(looks),
    growth(looks, 'nvlinkErrors', { counter: 'linkErrors', of: 'NVLink errors' }),
  ];
}

function state(
  last: Look,
  metric: Metric,
  name: Counter,
  of: string,
  say: (value: number) => string,
): Finding {
  const value = last[name];
  if (!isKnown(value)) return { of, why: whyNot(value) };
  return { metric, value, line: last.n, ...(value > 0 ? { error: say(value) } : {}) };
}

/** From 5 on public headers disagree about what the number means. */
function sayAction(action: number): string {
  const words = [
    'none',
    'reset the GPU',
    'reboot the node',
    'drain it, then ask again',
    'drain and reset it',
  ];
  return `its driver asks for action ${action}: ${words[action] ?? 'investigate, since nobody says what that is'}`;
}

/** Memory errors, rows and pages together: each is known by itself, and a card that remaps rows retires no pages. */
function findNewFaults(looks: Looks): Finding {
  const { last, first } = looks;
  const ecc = grownBy(looks, 'uncorrected');
  if ('why' in ecc) return { of: 'memory errors', why: ecc.why };
  const kinds = (
    [
      ['uncorrected', 'uncorrected errors'],
      ['remapped', 'remapped rows'],
      ['retired', 'retired pages'],
    ] as const
  ).flatMap(([name, words]) => {
    const grown = grownBy(looks, name);
    return 'by' in grown ? [{ name, words, by: grown.by }] : [];
  });
  const back = kinds.find(({ by }) => by < 0);
  if (back !== undefined)
    return { metric: 'newFaults', value: 0, invalid: setBack(back.words), line: last.n };
  // What stood there before is a row of its own, by the facts.
  const flags = (['remapPending', 'remapFailure'] as const).filter(
    (name) => last[name] === 1 && first[name] === 0,
  );
  const value = kinds.reduce((sum, { by }) => sum + by, 0) + flags.length;
  const words = [
    ...kinds.filter(({ by }) => by > 0).map(({ words: what, by }) => `${by} ${what}`),
    ...flags.map((name) =>
      name === 'remapPending' ? 'a row to be remapped' : 'a row that could not be remapped',
    ),
  ];
  return { metric: 'newFaults', value, line: last.n, ...(value > 0 ? { error: words.join(', ') } : {}) };
}

/** Of drivers since R565; of older ones what they counted then: heat, and limits of the board. Their reliability is voltage, not heat. */
const slowdowns = [
  [
    ['softwareThermal', 'software thermal'],
    ['hardwareThermal', 'hardware thermal'],
    ['powerBrake', 'power brake'],
  ],
  [
    ['thermal', 'thermal'],
    ['boardLimit', 'board limit'],
  ],
] as const;
/** A hardware slowdown has no counter of its own, in whatever driver. */
const hardwareSlowdown = 0x8;

const sum = (numbers: readonly number[]): number => numbers.reduce((all, each) => all + each, 0);

/** Counters decide; what was seen in samples can show a slowdown, and never that there was none. */
function findThrottle({ seen, period }: Recorded, looks: Looks): Finding {
  const of = 'slowdown';
  const line = looks.last.n;
  const counted = slowdowns.map((kinds) =>
    kinds.map(([name, words]) => ({ words, grown: grownBy(looks, name) })),
  );
  const known = counted.find((kinds) => kinds.every(({ grown }) => 'by' in grown));
  const times = (known ?? counted.flat()).flatMap(({ words, grown }) =>
    'by' in grown ? [{ words, seconds: grown.by * 1e-9 }] : [],
  );
  const back = times.find(({ seconds }) => seconds < 0);
  if (back !== undefined) return { metric: 'throttledSeconds', value: 0, invalid: setBack(back.words), line };
  const moved = times.filter(({ seconds }) => seconds > 0);
  const inSamples = sum(seen.map(({ slowed }) => slowed));
  const isHardware = seen.some(({ reasons }) => (reasons & hardwareSlowdown) !== 0);
  const words = [
    ...moved.map(({ words: what, seconds }) => `${what} ${seconds.toFixed(1)} s`),
    ...(inSamples > 0 && (isHardware || moved.length === 0) ? [`seen in ${inSamples} samples`] : []),
  ];
  if (words.length > 0)
    return {
      metric: 'throttledSeconds',
      value: Math.max(sum(moved.map(({ seconds }) => seconds)), inSamples * period),
      error: words.join(', '),
      line,
    };
  if (known === undefined) return { of, why: whyNot(looks.last.softwareThermal, looks.last.thermal) };
  return isLoaded(seen) ? { metric: 'throttledSeconds', value: 0, line } : { of, why: idle };
}

const isLoaded = (seen: Recorded['seen']): boolean => seen.some(({ loaded }) => loaded > 0);
const idle = 'it was never seen under load';

const zeroMargin = 1000;
/** The least distance to where it is slowed down. Below nothing it is nothing, and the words say how much. */
function findMargin({ seen }: Recorded): Finding {
  const of = 'temperature margin';
  if (!isLoaded(seen)) return { of, why: idle };
  const known = seen.flatMap(({ n, margin }) =>
    isKnown(margin) ? [{ n, celsius: margin - zeroMargin }] : [],
  );
  const [least] = known.toSorted((a, b) => a.celsius - b.celsius);
  if (least === undefined) return { of, why: whyNot(...seen.map(({ margin }) => margin)) };
  const { n: line, celsius } = least;
  return celsius > 0
    ? { metric: 'thermalMargin', value: celsius, line }
    : { metric: 'thermalMargin', value: 0, error: `margin of ${celsius} °C`, line };
}

/** Gigatransfers per second of a lane, by generation of PCIe. */
const rates = [2.5, 5, 8, 16, 32, 64];
const speedOf = (generation: number, width: number): number | undefined => {
  const rate = rates[generation - 1];
  return rate === undefined || width === 0 ? undefined : rate * width;
};

/** At rest a link may be slow to save power: only under load it has to be what both ends can do. */
function findHostLink({ seen }: Recorded, last: Look): Finding {
  const of = 'PCIe link';
  const { mostGeneration, mostWidth } = last;
  if (!isLoaded(seen)) return { of, why: idle };
  const loaded = seen.flatMap(({ n, generation, width }) =>
    isKnown(generation) && isKnown(width)
      ? [{ n, generation, width, speed: speedOf(generation, width) ?? 0 }]
      : [],
  );
  const [least] = loaded.toSorted((a, b) => a.speed - b.speed);
  const most = isKnown(mostGeneration) && isKnown(mostWidth) ? speedOf(mostGeneration, mostWidth) : undefined;
  if (least === undefined || most === undefined)
    return {
      of,
      why: whyNot(mostGeneration, mostWidth, ...seen.flatMap((each) => [each.generation, each.width])),
    };
  const value = least.speed / most;
  const words = `generation ${least.generation} × ${least.width} of ${String(mostGeneration)} × ${String(mostWidth)}`;
  return { metric: 'hostLink', value, line: least.n, ...(value < 1 ? { error: words } : {}) };
}

function findInactive({ first, last }: Looks): Finding {
  const inactive = [first, last].map(({ links, activeLinks }) =>
    isKnown(links) && isKnown(activeLinks) ? links - activeLinks : undefined,
  );
  const known = inactive.filter((each): each is number => each !== undefined && each >= 0);
  if (known.length < 2 || first.links !== last.links)
    return {
      of: 'NVLinks',
      why: first.links === last.links ? whyNot(last.links, last.activeLinks) : 'their number changed',
    };
  const value = Math.max(...known);
  return {
    metric: 'inactiveNvlinks',
    value,
    line: last.n,
    ...(value > 0 ? { error: `${value} of ${String(last.links)} NVLinks are not active` } : {}),
  };
}

/** The fewest that were active: whether these are all that the card was sold with, its driver does not say. */
function findActive({ first, last }: Looks): Finding {
  const active = [first, last].map(({ activeLinks }) => activeLinks);
  const known = active.filter(isKnown);
  return known.length < active.length
    ? { of: 'active NVLinks', why: whyNot(...active) }
    : { metric: 'activeNvlinks', value: Math.min(...known), line: last.n };
}
