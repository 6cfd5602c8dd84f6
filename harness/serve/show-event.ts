import type { RunOfNight, ShownEvent } from '../../reports/site/event-page.ts';
import { siteHref } from '../../reports/site/site-page.ts';
import type { NightEvent, NightSpell } from '../../reports/verdict/words/night-words.ts';
import { dateOf, eventSubject, nightOfDate } from '../../reports/verdict/words/night-words.ts';
import { shellWord } from '../../workloads/kit/shell-quote.ts';
import type { KeptSeries } from './kept-series.ts';
import { stateAt } from './kept-series.ts';
import { periodOf, showSeries, showStratum } from './show-series.ts';
import type { Snapshot } from './snapshot.ts';
import { strataKey } from './snapshot.ts';

/** So many series of an event are drawn. */
const mostDrawn = 24;

/** An event with the series that show it, and the runs before and after it began. */
export function showEvent(snapshot: Snapshot, event: NightEvent): ShownEvent {
  const { nights, byMachine, strata, attendance } = snapshot;
  const period = periodOf(snapshot, nightOfDate(event.first));
  const found = event.spells.map((spell) => ({
    spell,
    kept: byMachine
      .get(spell.machine)
      ?.find(({ row, words }) => row.subject === spell.subject && words === spell.series),
    kind: strata.get(strataKey(spell.kind, spell.series)),
  }));
  // What all have in common first, then who shows it most.
  const sorted = found.toSorted(
    (a, b) => Number(a.kept !== undefined) - Number(b.kept !== undefined) || a.spell.worst - b.spell.worst,
  );
  const drawn = sorted.flatMap(({ spell, kept, kind }) => {
    const since = nightOfDate(spell.first);
    if (kept !== undefined) return [showSeries(kept, period, since)];
    return kind === undefined ? [] : [showStratum(kind, period, since)];
  });
  const shows =
    found.filter((each) => each.kept !== undefined).toSorted((a, b) => a.spell.worst - b.spell.worst)[0] ??
    sorted[0];
  const kept = shows?.kept ?? shows?.kind;
  const around = shows === undefined || kept === undefined ? {} : runsAround(shows.spell, kept, attendance);
  const all = nights.events;
  const at = all.indexOf(event);
  const linkTo = (other: NightEvent | undefined) =>
    other === undefined ? undefined : { href: siteHref(['event', other.id]), text: eventSubject(other) };
  return {
    event,
    who: eventSubject(event),
    machines: [...new Set(found.flatMap(({ spell, kept }) => spell.node ?? kept?.node ?? []))],
    lastGood: around.lastGood,
    firstBad: around.firstBad,
    commands: kept === undefined ? [] : commandsFor(around, kept),
    series: drawn.slice(0, mostDrawn),
    more: Math.max(0, drawn.length - mostDrawn),
    nights: period,
    previous: linkTo(all[at - 1]),
    next: linkTo(all[at + 1]),
  };
}

interface Around {
  readonly lastGood?: RunOfNight | undefined;
  readonly firstBad?: RunOfNight | undefined;
}

/** The runs in which a machine was measured last before a spell, and first in it. */
function runsAround(
  spell: NightSpell,
  { node, kin, from, to }: KeptSeries,
  attendance: Snapshot['attendance'],
): Around {
  const first = nightOfDate(spell.first);
  let before: number | undefined;
  let bad: number | undefined;
  for (let at = from; at < to; at += 1) {
    const night = kin.nights[at] ?? 0;
    if (night > first) break;
    // A step is found on its second night: the first one was suspect already.
    if (night < first && stateAt(kin, at) === 'quiet') [before, bad] = [night, undefined];
    else bad ??= night;
  }
  const runOn = (night: number | undefined): RunOfNight | undefined => {
    const there = attendance.get(node)?.find((each) => each.night === night && each.reason === null);
    return there === undefined ? undefined : { run: there.run, date: dateOf(there.night) };
  };
  return { lastGood: runOn(before), firstBad: runOn(bad ?? first) };
}

function commandsFor({ lastGood, firstBad }: Around, { row, node }: KeptSeries): ShownEvent['commands'] {
  if (firstBad === undefined) return [];
  const [bad, metric, machine] = [firstBad.run, row.metric, node].map((word) => shellWord(word));
  return [
    {
      line: `assay explain ${bad} ${metric}`,
      what: 'where each reading of that night stands, and how to take it by hand',
    },
    ...(lastGood === undefined
      ? []
      : [
          {
            line: `assay compare ${shellWord(lastGood.run)} ${bad}`,
            what: 'all that is different between the last good night and the first bad one',
          },
        ]),
    { line: `assay history show ${machine}`, what: 'each metric of the machine, night by night' },
  ];
}
