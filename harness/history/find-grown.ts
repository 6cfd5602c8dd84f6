import { sha256 } from '../../agents/protocol/chain.ts';
import type { Count, CountedXid } from '../../workloads/kit/facts/read-counts.ts';
import type { Spell } from '../nights/fold-events.ts';
import { spellsOf } from '../nights/fold-events.ts';
import type { NightFinding } from '../nights/watch-series.ts';
import type { CounterWords } from './counter-words.ts';
import { counterWords, xidWords } from './counter-words.ts';

/** What was seen of a machine in one run; in the order in which the runs began. */
export interface Look {
  readonly night: number;
  readonly node: string;
  readonly kind: string;
  readonly domain: string | undefined;
  readonly boot: string | null;
  readonly counts: readonly (readonly [of: string, counter: Count['counter'], value: number])[] | undefined;
  readonly xids: readonly CountedXid[] | undefined;
}

/** These count for the life of a card; the others begin anew when its driver is loaded. */
const forLife: readonly Count['counter'][] = ['uncorrectedErrors', 'remappedRows', 'retiredPages'];
/** These count microseconds, and are told in seconds. */
const inMicroseconds: readonly Count['counter'][] = ['thermalSlowdown', 'powerBrake'];

interface Followed {
  readonly of: string;
  readonly name: string;
  readonly words: CounterWords;
  readonly looks: { readonly night: number; readonly grew: number }[];
  value: number;
  boot: string | null;
}

/**
 * What one machine counted more of than when it was looked at before, as spells; and the counters that it has. A counter that went back, or
 * that counts since another start of the kernel, was reset: nothing is said of it until it grows from there. An Xid that an earlier look
 * did not have is new, also behind a start. What was there on the first look is where it begins.
 */
export function findGrown(
  machine: string,
  looks: readonly Look[],
  closedOn: (id: string) => readonly number[],
): { readonly spells: readonly Spell[]; readonly strata: readonly string[] } {
  const followed = new Map<string, Followed>();
  const follow = (of: string, name: string, words: CounterWords): Followed => {
    const key = JSON.stringify([of, name]);
    const known = followed.get(key) ?? { of, name, words, looks: [], value: 0, boot: null };
    followed.set(key, known);
    return known;
  };
  let heard: Look | undefined;
  for (const look of looks) {
    for (const [of, counter, value] of look.counts ?? []) {
      const it = follow(of, counter, counterWords[counter]);
      const isOfLife = forLife.includes(counter);
      const canGrow = it.looks.length > 0 && (isOfLife || (look.boot !== null && look.boot === it.boot));
      const grew = canGrow ? Math.max(0, value - it.value) : 0;
      it.looks.push({ night: look.night, grew: inMicroseconds.includes(counter) ? grew / 1e6 : grew });
      it.value = value;
      it.boot = look.boot;
    }
    if (look.xids === undefined) continue;
    const before = heard;
    const lastHeard = Math.max(-1, ...(before?.xids ?? []).map(({ record }) => record));
    const isAnew = before === undefined || before.boot === null || before.boot !== look.boot;
    const isNew = ({ record }: CountedXid): boolean => before !== undefined && (isAnew || record > lastHeard);
    for (const each of look.xids) {
      const words = xidWords(each.xid);
      if (words === undefined || !isNew(each)) continue;
      const it = follow(each.of, `xid ${each.xid}`, words);
      const had = isAnew
        ? 0
        : (before.xids?.find((old) => old.of === each.of && old.xid === each.xid)?.times ?? 0);
      it.looks.push({ night: look.night, grew: Math.max(1, each.times - had) });
    }
    for (const it of followed.values())
      if (it.name.startsWith('xid ') && it.looks.at(-1)?.night !== look.night)
        it.looks.push({ night: look.night, grew: 0 });
    heard = look;
  }
  const last = looks.at(-1);
  if (last === undefined) return { spells: [], strata: [] };
  const { node, kind, domain } = last;
  const stratumOf = ({ name }: Followed): string => JSON.stringify(['counted', kind, name]);
  const spells = [...followed.values()].flatMap((it): readonly Spell[] => {
    if (it.looks.every(({ grew }) => grew === 0)) return [];
    const { title: series, owner, action } = it.words;
    const id = sha256(JSON.stringify(['counted', machine, it.of, it.name]));
    const about = {
      ...{ id, series, subject: `${machine}/${it.of}`, machine, node, stratum: stratumOf(it) },
      ...{ kind, domain, owner, action },
    };
    const findings = it.looks.map(
      ({ night, grew }): NightFinding => ({
        night,
        state: grew > 0 ? 'worse' : 'quiet',
        speeds: grew > 0 ? ['counted'] : [],
        change: 0,
      }),
    );
    return spellsOf(about, findings, () => undefined, closedOn(id)).map((spell) => ({
      ...spell,
      grew: it.looks
        .filter(({ night }) => spell.first <= night && night <= spell.last)
        .reduce((sum, { grew }) => sum + grew, 0),
    }));
  });
  return { spells, strata: [...followed.values()].map(stratumOf) };
}
