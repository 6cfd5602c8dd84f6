import type { Conversion, ConvertedSide, Letter, Power, Share, SideOf } from '../conversion.ts';
import { formatCount } from './format-count.ts';
import { formatDuration } from './format-duration.ts';
import { formatQuantity } from './format-quantity.ts';

export const conversionNote =
  'What each machine can be used for is the letter of its last run on each side; what changed on machines that stayed is compared by sessions.';

const percent = (share: number): string => `${(share * 100).toFixed(1)} %`;

/** `12 machines before, 2 after` . */
export const tallyConversion = ({ assets }: Conversion): string => {
  const before = assets.filter((asset) => asset.before !== undefined).length;
  const after = assets.filter((asset) => asset.after !== undefined).length;
  const stayed = assets.filter((asset) => asset.before !== undefined && asset.after !== undefined).length;
  return `${formatCount(before, 'machine')} before, ${after} after; ${stayed} on both sides`;
};

export const powerSources: Readonly<Record<Power['source'], string>> = {
  'energy-file': 'energy file',
  'mining-watts': 'miningWatts of the inventory',
  'max-watts': 'maxWatts of the inventory',
  'psu-watts': 'psuWatts of the inventory',
  'asic-watts': 'what the inventory says that is written on ASICs',
};

export const powerWords = ({ watts, label }: Power): string => `${formatQuantity(watts, 'W')}, ${label}`;

/** What a machine drew before anything was put on it; empty where its management controller did not say. */
export const restWords = ({ restWatts }: Pick<ConvertedSide, 'restWatts'>): string =>
  restWatts === undefined ? '' : `${formatQuantity(restWatts, 'W')} at rest, BMC`;

export const rangeWords = ({ least, most }: Pick<Share, 'least' | 'most'>): string =>
  least === most ? percent(least) : `${percent(least)} – ${percent(most)}`;

export const shareWords = ({ share }: Share): string => percent(share);

/** `17.25 J`, of 10^12 hashes or operations. */
export const joulesWords = (joules: number | undefined): string =>
  joules === undefined ? '–' : formatQuantity(joules, 'J');

/** 3.6e6 J are `1 kWh`, as energy is paid for. */
export const kilowattHours = (joules: number): string => `${Number((joules / 3.6e6).toPrecision(4))} kWh`;

/** `The tests before took at most 1.2 kWh (…).` */
export function testsWords(
  name: 'before' | 'after',
  { seconds, joulesAtMost, unmetered }: SideOf['tests'],
): string {
  const time = `${formatDuration(seconds * 1000)} of steps`;
  const energy = joulesAtMost > 0 ? `at most ${kilowattHours(joulesAtMost)}` : 'an energy that nobody knows';
  const without =
    unmetered === 0 ? '' : `; of ${formatCount(unmetered, 'machine')} nobody says what it draws`;
  return `The tests ${name} took ${energy} (${time}${without}).`;
}

export const letterWords: Readonly<Record<Letter, string>> = {
  A: 'fit for the intended purpose',
  B: 'fit for a lesser one',
  C: 'only the facility',
  D: 'of no use by what it is',
  U: 'undecided, or to be repaired',
};

/** What the firmware of an ASIC says of it; nothing for what is none. */
export function toldWords({ told }: Pick<ConvertedSide, 'told'>): string | undefined {
  if (told === undefined) return undefined;
  if ('unknown' in told) return `its interface: ${told.unknown}`;
  const { firmware, model, hashesPerSecond, elapsedSeconds, hardwareErrors } = told;
  return [
    `its firmware says: ${firmware}`,
    ...(model === undefined ? [] : [model]),
    `${formatQuantity(hashesPerSecond, 'H/s')} over ${formatDuration(elapsedSeconds * 1000)}`,
    ...(hardwareErrors === undefined ? [] : [formatCount(hardwareErrors, 'hardware error')]),
  ].join(', ');
}

export const residualSentence =
  'Looked at were, by their names, running processes, services and jobs that start miners, and folders of systems for mining; who uses accelerators; and connections to ports that pools have by custom. Whether the firmware of a card is its maker’s is not known: one that was changed keeps the version that it says. That nobody was found is no proof that nothing is left.';

export const residualWords = ({ atWork }: Pick<ConvertedSide, 'atWork'>): string =>
  'unknown' in atWork
    ? `not known: ${atWork.unknown}`
    : atWork.length === 0
      ? 'nobody found'
      : atWork.join('; ');
