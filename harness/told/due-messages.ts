import { sha256 } from '../../agents/protocol/chain.ts';
import { NightMessage } from '../../reports/verdict/night-message.ts';
import type { EventOfNights, Nights } from '../../reports/verdict/nights.ts';
import { worstFirst } from '../../reports/verdict/words/night-words.ts';
import { lineOf } from './night-summary.ts';

/** What was sent of an event last. */
export interface Told {
  readonly standing: string;
  /** The night that was the last one then, a date. */
  readonly night: string;
}

/** What has to be sent, and what is written down when it was. */
export interface DueMessage {
  readonly event: string;
  readonly told: Told;
  readonly message: NightMessage;
}

/** What is open is said again after so many days, as long as nobody acknowledged it. */
const remindDays = 7;
/** What was over before anybody was to be told is no news. */
const newDays = 14;
/** Series in one message; the event has all of them. */
const mostSpells = 20;

/** Each event once, when something of it changed, and again after a week in which nobody said that they look at it. */
export function dueMessages(nights: Nights, told: ReadonlyMap<string, Told>): readonly DueMessage[] {
  const { lastNight, zone } = nights;
  if (lastNight === undefined) return [];
  return nights.events.flatMap((event): readonly DueMessage[] => {
    const standing = standingOf(event);
    const kind = kindOf(event, standing, told.get(event.id), lastNight);
    if (kind === undefined) return [];
    const spells = worstFirst(event.spells).slice(0, mostSpells);
    const message = NightMessage.parse({
      schema: 'assay/night-message',
      schemaVersion: 1,
      id: sha256(JSON.stringify([event.id, standing, kind, lastNight])).slice(0, 32),
      kind,
      night: lastNight,
      zone,
      text: lineOf(event),
      event: { ...event, spells, subjects: event.subjects.slice(0, mostSpells) },
      more: event.spells.length - spells.length,
    });
    return [{ event: event.id, told: { standing, night: lastNight }, message }];
  });
}

/** What of an event is worth a word when it changes; a night on which it was not measured is not. */
const standingOf = ({ state, reason, reopened, standing }: EventOfNights): string =>
  [state, reason ?? '', reopened ?? '', standing === 'healed' ? 'healed' : ''].join(' ').trim();

function kindOf(
  { last, state, standing }: EventOfNights,
  now: string,
  told: Told | undefined,
  lastNight: string,
): NightMessage['kind'] | undefined {
  if (told === undefined)
    return state === 'closed' || daysBetween(last, lastNight) > newDays ? undefined : 'new';
  if (told.standing !== now) return 'changed';
  const isWaiting = state === 'open' && standing !== 'healed';
  return isWaiting && daysBetween(told.night, lastNight) >= remindDays ? 'reminder' : undefined;
}

const daysBetween = (from: string, to: string): number =>
  Math.round((Date.parse(to) - Date.parse(from)) / 86_400_000);
