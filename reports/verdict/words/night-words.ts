import { Unit } from '../../../workloads/kit/unit.ts';
import type { MachineNights } from '../machine-nights.ts';
import type { Nights } from '../nights.ts';
import { formatQuantity } from './format-quantity.ts';

export type NightEvent = Nights['events'][number];
export type NightSpell = NightEvent['spells'][number];
export type MachineSeries = MachineNights['series'][number];

/** Why nothing can be said of a series, behind how many there are. */
export const unjudgedWords: Readonly<Record<keyof Nights['unjudged'], string>> = {
  'few-nights': 'with too few nights before',
  'few-peers': 'on a night with too few of their kind',
  'no-ratio': 'not above zero',
};

/** By which rule something was found. */
export const speedWords: Readonly<Record<NightSpell['speeds'][number], string>> = {
  extreme: 'tonight',
  step: 'two nights in a row',
  slow: 'three of four nights',
  drift: 'little by little',
  entry: 'from its first nights, beside its kind',
  vanished: 'not measured any more, though its machine is',
  counted: 'counted by the machine itself',
};

/** Whom an event is about. */
export const eventSubject = (event: NightEvent): string => {
  const { scope, about, spells } = event;
  const [first] = spells;
  return {
    fleet: `all of ${about}`,
    change: `${countOf(event)} machines with one change`,
    domain: `${countOf(event)} machines of ${about}`,
    machine: first === undefined ? about : nameOfMachine({ ...first, subject: about }),
  }[scope];
};

/** Its machines, and of how many where there are others with the same change, or in the same domain. */
function countOf({ spells, of = 0 }: NightEvent): string {
  const machines = new Set(spells.map(({ machine }) => machine)).size;
  return of > machines ? `${machines} of ${of}` : `${machines}`;
}

/** Whether it is so on the last night, and nobody has closed it. */
export const isBad = ({ standing }: Pick<NightEvent, 'standing'>): boolean =>
  standing === 'new' || standing === 'still';

/** How an event stands, and what is left to do. */
export function eventState({ state, reason, reopened, standing }: NightEvent): string {
  const how = {
    new: 'new',
    still: 'still so',
    unseen: 'not seen on the last night',
    healed: 'as usual on two nights since: close it, if it is over',
    closed: reason ?? '',
  }[standing];
  return `${state}${reopened === undefined ? '' : ` again since ${reopened}`}, ${how}`;
}

/** A machine by the name that it has, with its own behind it. */
export const nameOfMachine = ({
  node = '',
  subject,
}: {
  readonly node?: string | undefined;
  readonly subject: string;
}): string => (node === '' || node === subject ? subject : `${node} (${subject})`);

/** By how much a series was off at worst, or a counter grew. */
export const offBy = ({ worst, grew }: Pick<NightSpell, 'worst' | 'grew'>): string =>
  grew !== undefined
    ? `+${Number(grew.toPrecision(3))}`
    : worst === -1
      ? 'gone'
      : `${(100 * worst).toFixed(1)} %`;

/** What is gone, or was counted, stands before what is slow. */
const gravityOf = ({ worst, grew }: Pick<NightSpell, 'worst' | 'grew'>): number =>
  grew === undefined ? worst : -1;

/** The worst series first. */
export const worstFirst = (spells: NightEvent['spells']): NightEvent['spells'] =>
  spells.toSorted((a, b) => gravityOf(a) - gravityOf(b));

/** How bad an event is at worst; less is worse. */
export const gravityOfEvent = ({ spells }: NightEvent): number =>
  spells.reduce((least, spell) => Math.min(least, gravityOf(spell)), 0);

/** By how much an event was off at worst. */
export function offByAtWorst({ spells }: NightEvent): string {
  const [worst] = worstFirst(spells);
  return worst === undefined ? '' : offBy(worst);
}

/** What is to be done about an event and whose matter it is, where that is known. */
export const actionsOf = ({ spells }: NightEvent): readonly string[] => [
  ...new Set(
    spells.flatMap(({ owner = '', action }) => (action === undefined ? [] : [`${owner}: ${action}`])),
  ),
];

/** A median of a night as people read it; of a unit that is none of ours with its digits. */
export function formatNightValue(value: number, unit: string): string {
  const known = Unit.safeParse(unit);
  return known.success ? formatQuantity(value, known.data) : `${value.toPrecision(4)} ${unit}`;
}

const dayMs = 86_400_000;

/** The date of a night, which is days since 1970-01-01. */
export const dateOf = (night: number): string => new Date(night * dayMs).toISOString().slice(0, 10);

/** The night of a date. */
export const nightOfDate = (date: string): number => Math.round(Date.parse(date) / dayMs);
