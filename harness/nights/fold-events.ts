import { hypergeometricTail } from '../stats/hypergeometric-tail.ts';
import type { NightFinding, Speed } from './watch-series.ts';

/** A series that was found worse, from the first such night to the last; short gaps do not end it. */
export interface Spell {
  /** Of its series; what a stratum has in common has that of the stratum. */
  readonly id: string;
  /** What it is of, in words. */
  readonly series: string;
  readonly subject: string;
  /** The machine that the subject is or is in. */
  readonly machine: string;
  /** By what name the machine was called last; absent for what many have in common. */
  readonly node?: string | undefined;
  readonly stratum: string;
  /** Machines that are alike: several strata, one for each metric. */
  readonly kind: string;
  /** Rack, leaf or power domain. */
  readonly domain?: string | undefined;
  /** What changed before it, in words that are the same for all machines with the same change. */
  readonly change?: string | undefined;
  readonly first: number;
  readonly last: number;
  /** On which it was known for the first time; the first, but for what is gone. */
  readonly confirmed: number;
  /** On which it was found, the first and the last among them. */
  readonly nights: readonly number[];
  readonly speeds: readonly Speed[];
  /** The worst share by which it was off: −0.05 is five per cent worse. */
  readonly worst: number;
  /** By how much a counter grew, whose matter that is, and what to do about it. */
  readonly grew?: number;
  readonly owner?: string;
  readonly action?: string;
  /** Nights without a finding that end its measurements, or come before the next spell. */
  readonly quiet: number;
}

/** What is known of a series before it is followed. */
export type Followed = Omit<
  Spell,
  'confirmed' | 'first' | 'last' | 'nights' | 'speeds' | 'worst' | 'grew' | 'change' | 'quiet'
>;

/** One thing that got worse, with all series that show it. */
export interface NightEvent {
  /** The same as long as it is about as many: scope, and the series and night with which it began. */
  readonly id: string;
  /** `fleet`: machines of one kind; `change`: those with one change; `domain`: those of one rack; else one `machine`. */
  readonly scope: 'fleet' | 'change' | 'domain' | 'machine';
  /** Kind, change or domain; of one machine the one part that shows it, if there is one. */
  readonly about: string;
  readonly first: number;
  readonly last: number;
  readonly subjects: readonly string[];
  /** How many machines the change had, or the domain has; of others absent. */
  readonly of?: number;
  readonly spells: readonly Spell[];
}

/** What is known of a fleet beside the findings. */
export interface Fleet {
  /** Series of each stratum. */
  readonly sizes: ReadonlyMap<string, number>;
  /** Machines of each domain. */
  readonly domains: ReadonlyMap<string, ReadonlySet<string>>;
  /** Machines that had each change, as single ones (`changesIn`). */
  readonly changed: ReadonlyMap<string, ReadonlySet<string>>;
}

/** Nights without a finding that a spell outlasts. */
export const gap = 14;
/** Spells that begin so near each other may have one cause. */
const near = 5;
/** Of a stratum, to be about all of it. */
const fleetShare = 0.25;
const leastTogether = 3;
/** Of the machines with a change, to be about it: what all others took well is not the cause. */
const changeShare = 0.25;
/** Of a domain, and the chance of so many by accident, over all domains. */
const domainShare = 0.2;
const domainChance = 0.001;

/**
 * The spells of one series in its findings, oldest first. What comes back within two weeks after it was seen last, or after its event
 * was closed (on one of the nights `closed`), goes on.
 */
export function spellsOf(
  about: Followed,
  findings: readonly NightFinding[],
  changeOf: (since: NonNullable<NightFinding['since']>) => string | undefined,
  closed: readonly number[] = [],
): readonly Spell[] {
  const spells: Spell[] = [];
  for (const { night, state, speeds, change = 0, since } of findings) {
    const open = spells.at(-1);
    if (state !== 'worse') {
      const quiet = state === 'quiet' ? (open?.quiet ?? 0) + 1 : state === 'suspect' ? 0 : (open?.quiet ?? 0);
      if (open !== undefined) spells[spells.length - 1] = { ...open, quiet };
      continue;
    }
    const tell = (first: number) =>
      since === undefined || since.night > first ? undefined : changeOf(since);
    const until = Math.max(open?.last ?? 0, ...closed.filter((each) => each < night));
    if (open === undefined || night - until > gap)
      spells.push({
        ...about,
        first: night,
        last: night,
        confirmed: night,
        nights: [night],
        speeds,
        worst: change,
        change: tell(night),
        quiet: 0,
      });
    else
      spells[spells.length - 1] = {
        ...open,
        last: night,
        nights: [...open.nights, night],
        quiet: 0,
        speeds: [...new Set([...open.speeds, ...speeds])],
        worst: Math.min(open.worst, change),
        change: open.change ?? tell(open.first),
      };
  }
  return spells;
}

/**
 * Makes as few events of spells as there seem to be causes: what all machines of a kind have in common, what those with
 * one change have, what a rack has, what is left by machine. `common` are the spells of the strata themselves. Sorted by
 * first night, then id.
 */
export function foldEvents(
  all: readonly Spell[],
  common: readonly Spell[],
  fleet: Fleet,
): readonly NightEvent[] {
  const left = new Set(all);
  const take = (those: readonly Spell[]): readonly Spell[] => {
    for (const each of those) left.delete(each);
    return those;
  };
  const events: NightEvent[] = [];
  for (const [kind, those] of Map.groupBy([...common, ...wideSpells(all, fleet)], (each) => each.kind))
    for (const together of nearEachOther(those)) {
      const strata = new Set(together.map(({ stratum }) => stratum));
      const under = all.filter(
        (each) => strata.has(each.stratum) && together.some((other) => areNear(each, other)),
      );
      events.push(
        eventOf('fleet', kind, [...together.filter((each) => common.includes(each)), ...take(under)]),
      );
    }
  for (let found = widestChange(left, fleet); found !== undefined; found = widestChange(left, fleet))
    events.push(eventOf('change', found.about, take(found.together), found.of));
  const accused = [...left];
  for (const [domain, those] of Map.groupBy(accused, (each) => each.domain ?? ''))
    for (const together of nearEachOther(domain === '' ? [] : those))
      if (isOfDomain(domain, together, accused, fleet))
        events.push(eventOf('domain', domain, take(together), fleet.domains.get(domain)?.size));
  for (const [machine, those] of Map.groupBy([...left], (each) => each.machine))
    for (const together of nearEachOther(those, gap)) {
      const [subject = machine, ...more] = new Set(together.map((each) => each.subject));
      events.push(eventOf('machine', more.length === 0 ? subject : machine, together));
    }
  return events.toSorted((a, b) => a.first - b.first || (a.id < b.id ? -1 : 1));
}

const areNear = (a: Spell, b: Spell): boolean => Math.abs(a.first - b.first) <= near;

const countSubjects = (spells: readonly Spell[]): number =>
  new Set(spells.map(({ subject }) => subject)).size;

const countMachines = (spells: readonly Spell[]): number =>
  new Set(spells.map(({ machine }) => machine)).size;

/** Spells of which a large part of their stratum has one that begins at the same time. */
function wideSpells(all: readonly Spell[], { sizes }: Fleet): readonly Spell[] {
  return [...Map.groupBy(all, ({ stratum }) => stratum)]
    .flatMap(([stratum, those]) =>
      nearEachOther(those).filter((together) => {
        const series = countSubjects(together);
        return (
          series >= leastTogether && series >= fleetShare * (sizes.get(stratum) ?? Number.POSITIVE_INFINITY)
        );
      }),
    )
    .flat();
}

/** Spells in groups of which each begins at most so many nights after the first. */
function nearEachOther(spells: readonly Spell[], within = near): readonly (readonly Spell[])[] {
  const groups: Spell[][] = [];
  for (const spell of spells.toSorted((a, b) => a.first - b.first)) {
    const open = groups.at(-1);
    if (open?.[0] !== undefined && spell.first - open[0].first <= within) open.push(spell);
    else groups.push([spell]);
  }
  return groups;
}

/** The single changes in the words of a change. */
export const changesIn = (change: string | undefined): readonly string[] =>
  change === undefined ? [] : change.split(separator);
export const separator = '; ';

/**
 * Spells that began together with one change before them, of the change that most machines have so; what they have in common beside it is
 * named with it. A rack that all have it in goes before a change that others had too, and took well.
 */
function widestChange(
  left: ReadonlySet<Spell>,
  { changed, domains }: Fleet,
): { readonly about: string; readonly together: readonly Spell[]; readonly of: number } | undefined {
  const byChange = new Map<string, Spell[]>();
  for (const spell of left)
    for (const change of changesIn(spell.change))
      byChange.set(change, [...(byChange.get(change) ?? []), spell]);
  const candidates = [...byChange].flatMap(([change, those]) =>
    nearEachOther(those).flatMap((together) => {
      const machines = countMachines(together);
      const of = Math.max(changed.get(change)?.size ?? 0, machines);
      const [domain, ...others] = new Set(together.map((each) => each.domain));
      const members = others.length > 0 ? undefined : domains.get(domain ?? '')?.size;
      const isRack = machines >= leastTogether && members !== undefined && members < of;
      return machines < 2 || machines < changeShare * of || isRack
        ? []
        : [{ together, machines, of, change }];
    }),
  );
  const [widest] = candidates.toSorted(
    (a, b) => b.machines - a.machines || a.of - b.of || (a.change < b.change ? -1 : 1),
  );
  if (widest === undefined) return undefined;
  const { together, of } = widest;
  const [first, ...more] = together.map((each) => changesIn(each.change));
  const shared = (first ?? []).filter((change) => more.every((those) => those.includes(change)));
  return { about: shared.join(separator), together, of };
}

/**
 * Whether so many of a domain are more than chance gives, were those that were accused at the time drawn from all machines: the
 * hypergeometric tail, against a level that all domains share (Bonferroni).
 */
function isOfDomain(
  domain: string,
  together: readonly Spell[],
  accused: readonly Spell[],
  { domains }: Fleet,
): boolean {
  const members = domains.get(domain)?.size ?? 0;
  const least = countMachines(together);
  if (least < leastTogether || least < domainShare * members) return false;
  const population = new Set([...domains.values()].flatMap((those) => [...those])).size;
  const drawn = countMachines(accused.filter((each) => together.some((other) => areNear(each, other))));
  return hypergeometricTail({ population, members, drawn, least }) < domainChance / domains.size;
}

const isGone = (spells: readonly Spell[]): boolean =>
  spells.every(({ speeds }) => speeds.includes('vanished'));

function eventOf(
  scope: NightEvent['scope'],
  about: string,
  spells: readonly Spell[],
  of?: number,
): NightEvent {
  const first = Math.min(...spells.map((each) => each.first));
  const [begun] = spells.toSorted((a, b) => a.first - b.first || (a.id < b.id ? -1 : 1));
  return {
    id: [scope, begun?.id, first, ...(isGone(spells) ? ['vanished'] : [])].join(':'),
    scope,
    about,
    first,
    last: Math.max(...spells.map((each) => each.last)),
    subjects: [...new Set(spells.map(({ subject }) => subject))].toSorted(),
    ...(of === undefined ? {} : { of }),
    spells,
  };
}
