import { cleanText } from '../../reports/text/clean-text.ts';
import type { EventOfNights, Nights } from '../../reports/verdict/nights.ts';
import { eventSubject, gravityOfEvent, offBy, worstFirst } from '../../reports/verdict/words/night-words.ts';

/** What a night says, in the order in which a person wants to know it. */
export interface NightSummary {
  readonly headline: string;
  readonly news: readonly EventOfNights[];
  /** From before: still so, or not seen on the last night. */
  readonly still: readonly EventOfNights[];
  /** As usual since; a person says whether it is over. */
  readonly healed: readonly EventOfNights[];
  readonly notMeasured: Nights['machines']['others'];
  /** Series without a judgement, by the reason. */
  readonly unjudged: readonly (readonly [reason: string, count: number])[];
}

/** Sorts what a night says by what there is to do. */
export function summaryOf(nights: Nights): NightSummary {
  const { events, lastNight, machines, measured } = nights;
  const those = (...standings: readonly EventOfNights['standing'][]) =>
    events
      .filter(({ standing }) => standings.includes(standing))
      .toSorted((a, b) => gravityOfEvent(a) - gravityOfEvent(b) || (a.id < b.id ? -1 : 1));
  const [news, still, healed] = [those('new'), those('still', 'unseen'), those('healed')];
  const unjudged = Object.entries(nights.unjudged).filter(([, count]) => count > 0);
  const silent = unjudged.reduce((sum, [, count]) => sum + count, 0);
  const headline =
    lastNight === undefined
      ? 'No night yet'
      : `Night ${lastNight}: ${machines.measured} machines measured, ${machines.others.length} not · ${news.length} new, ${still.length} still bad, ${healed.length} healed · ${measured} series, ${silent} without a judgement`;
  return { headline, news, still, healed, notMeasured: machines.others, unjudged };
}

/** An event in one line of text that is safe to show. */
export function lineOf(event: EventOfNights): string {
  const { first, state, spells } = event;
  const [worst] = worstFirst(spells);
  const changes = [...new Set(spells.flatMap(({ change }) => change ?? []))];
  const before = changes.length === 0 ? '' : `; changed before: ${changes.join('; ')}`;
  const what = worst === undefined ? '' : `${worst.series} ${offBy(worst)}`;
  const more = spells.length > 1 ? ` and ${spells.length - 1} more series` : '';
  return cleanText(`${eventSubject(event)}: ${what}${more} since ${first} (${state})${before}`);
}
