import { sha256 } from '../../agents/protocol/chain.ts';
import type { NightEvent } from '../nights/fold-events.ts';
import type { Closing } from '../nights/watch-series.ts';
import type { CloseReason, Tables } from './tables.ts';

/** What somebody said of an event, and when. */
export type Note = Tables['note'];

/** An event with what people said of it. */
export interface StatedEvent extends NightEvent {
  readonly state: 'open' | 'acknowledged' | 'closed';
  /** Why it is over; of a closed one. */
  readonly reason?: CloseReason;
  /** The night on which it came back after it was closed, as long as it is open again. */
  readonly reopened?: number;
  /** How it stands on the last night. `healed`: open, and everything in it was as usual twice; a person says whether it is over. */
  readonly standing: 'new' | 'still' | 'unseen' | 'healed' | 'closed';
  /** Oldest first. */
  readonly notes: readonly Note[];
}

/** So many good nights offer that an event is over. */
const goodNights = 2;

/** Spells by series and first night: what an event is known by over nights. */
const keyOf = (series: string, first: number): string => `${series} ${first}`;

export const spellsOfNote = ({ spells }: Note): readonly [series: string, first: number][] =>
  JSON.parse(spells) as [string, number][]; // written by createNote

/** Writes down what somebody says of an event. */
export function createNote(
  event: NightEvent,
  said: Pick<Note, 'night' | 'at' | 'action' | 'author' | 'words'>,
): Note {
  const { night, at, action, author, words } = said;
  const spells = JSON.stringify(event.spells.map(({ id, first }) => [id, first]));
  const note = { event: event.id, scope: event.scope, spells, night, at, action, author, words };
  return { id: sha256(JSON.stringify(note)), ...note };
}

/** A short name for an event. */
export const nameOfEvent = (id: string): string => `e${sha256(id).slice(0, 10)}`;

/** Ends of events by the series in them. */
export function closingsOf(notes: readonly Note[]): ReadonlyMap<string, readonly Closing[]> {
  const all = new Map<string, Closing[]>();
  for (const note of notes.filter(({ action }) => action !== 'acknowledged'))
    for (const [series] of spellsOfNote(note)) {
      const closing: Closing = { night: note.night, baseline: note.action === 'explained' ? 'anew' : 'on' };
      all.set(series, [...(all.get(series) ?? []), closing]);
    }
  for (const each of all.values()) each.sort((a, b) => a.night - b.night);
  return all;
}

/**
 * Gives events what people said of them. A note is about the event that has its spells and is about as many: what was acknowledged for
 * one machine is not for all of its kind.
 */
export function stateEvents(
  events: readonly NightEvent[],
  notes: readonly Note[],
  lastNight: number,
): readonly StatedEvent[] {
  const bySpell = new Map<string, Note[]>();
  for (const note of notes)
    for (const [series, first] of spellsOfNote(note)) {
      const key = keyOf(series, first);
      bySpell.set(key, [...(bySpell.get(key) ?? []), note]);
    }
  return events.map((event) => {
    const about = event.spells.flatMap(({ id, first }) => bySpell.get(keyOf(id, first)) ?? []);
    const own = [...new Set(about)]
      .filter(({ scope }) => scope === event.scope)
      .toSorted((a, b) => (a.at < b.at ? -1 : a.at > b.at ? 1 : a.id < b.id ? -1 : 1));
    return { ...event, ...stateOf(event, own, lastNight), notes: own };
  });
}

function stateOf(
  event: NightEvent,
  notes: readonly Note[],
  lastNight: number,
): Pick<StatedEvent, 'state' | 'reason' | 'reopened' | 'standing'> {
  const last = notes.at(-1);
  const closed = notes.findLast(({ action }) => action !== 'acknowledged');
  const isAgain = closed !== undefined && event.last > closed.night && !isGoneForGood(event, closed);
  if (closed !== undefined && closed.action !== 'acknowledged' && !isAgain)
    return { state: 'closed', reason: closed.action, standing: 'closed' };
  const state = last?.action === 'acknowledged' ? 'acknowledged' : 'open';
  const nights = event.spells.flatMap((spell) => spell.nights);
  const reopened = isAgain ? Math.min(...nights.filter((night) => night > closed.night)) : undefined;
  const isHealed = event.spells.every(({ quiet }) => quiet >= goodNights);
  const known = Math.min(...event.spells.map(({ confirmed }) => confirmed));
  const isNew = (reopened ?? known) === lastNight;
  const standing = isNew ? 'new' : event.last === lastNight ? 'still' : isHealed ? 'healed' : 'unseen';
  return { state, ...(reopened === undefined ? {} : { reopened }), standing };
}

/** What is not measured any more, with a reason, is not found again every night. */
const isGoneForGood = ({ spells }: NightEvent, { action }: Note): boolean =>
  action === 'explained' && spells.every(({ speeds }) => speeds.includes('vanished'));
