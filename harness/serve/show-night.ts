import type { Tonight } from '../../reports/site/tonight-page.ts';
import type { Nights } from '../../reports/verdict/nights.ts';
import type { NightEvent } from '../../reports/verdict/words/night-words.ts';
import { dateOf, nightOfDate } from '../../reports/verdict/words/night-words.ts';
import { attendanceOn } from '../history/attendance.ts';
import { placeOf, whyAt } from './kept-series.ts';
import { nightsShown } from './show-series.ts';
import { requireNight } from './site-refusal.ts';
import type { Snapshot } from './snapshot.ts';

/** What one of the nights shown says, the last one where none is asked for. Throws SiteRefusal for another. */
export function showNight(
  snapshot: Snapshot,
  { night: asked, q: sought }: { readonly night?: string | undefined; readonly q: string },
): Tonight {
  const dates = snapshot.measuredNights.slice(-nightsShown).map(dateOf);
  const { nights } = snapshot;
  const isLast = asked === undefined || asked === nights.lastNight;
  if (!isLast) requireNight(asked, dates);
  return { nights: isLast ? nights : nightsOn(snapshot, asked), sought, dates };
}

/** The document of a night as it was then: events that had begun, how they stood, and who was measured. */
function nightsOn(snapshot: Snapshot, date: string): Nights {
  const { nights, attendance, byNode, foundOn } = snapshot;
  const night = nightOfDate(date);
  const unjudged: Nights['unjudged'] = {};
  let measured = 0;
  for (const own of byNode.values())
    for (const series of own) {
      const at = placeOf(series, night);
      if (at < 0) continue;
      measured += 1;
      const why = whyAt(series.kin, at);
      if (why !== undefined) unjudged[why] = (unjudged[why] ?? 0) + 1;
    }
  const there = attendanceOn(night, [...attendance.values()].flat());
  const others = [...there].flatMap(([node, why]) => (why === 'measured' ? [] : [{ node, why }]));
  return {
    ...nights,
    lastNight: date,
    machines: { measured: there.size - others.length, others, lastMeasured: [] },
    measured,
    unjudged,
    suspects: [],
    events: nights.events.flatMap((event) => {
      const found = foundOn.get(event.id);
      return found === undefined || found.known > night ? [] : [eventOn(event, night, found)];
    }),
  };
}

/** An event as it stood: by what people had said until then, and whether it was found. */
function eventOn(
  event: NightEvent,
  night: number,
  { nights, known }: { readonly nights: ReadonlySet<number>; readonly known: number },
): NightEvent {
  const { reopened: _later, reason: _now, ...rest } = event;
  const notes = event.notes.filter(({ at }) => at.slice(0, 10) <= dateOf(night));
  const said = notes.at(-1)?.action;
  const isFound = nights.has(night);
  if (said !== undefined && said !== 'acknowledged' && !isFound)
    return { ...rest, notes, state: 'closed', reason: said, standing: 'closed' };
  const standing = known === night ? 'new' : isFound ? 'still' : 'unseen';
  return { ...rest, notes, state: said === 'acknowledged' ? 'acknowledged' : 'open', standing };
}
