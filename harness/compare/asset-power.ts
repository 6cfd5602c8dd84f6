import type { ConvertedSide, Letter, Power, Share } from '../../reports/verdict/conversion.ts';
import { AssayError } from '../../workloads/kit/assay-error.ts';
import type { InventoryNode } from '../config/inventory.ts';
import type { EnergyRow } from '../config/read-energy.ts';

/** What is written on a device is right to a fifth: fleets of miners were found to be off by 5 to 20 % (Foreman). */
const nameplateError = 0.2;

/** No machine on a plug draws less, and none more: a rack of the largest takes 132 kW. */
const plausible = { least: 5, most: 150_000 };

type Named = Pick<InventoryNode, 'miningWatts' | 'maxWatts' | 'psuWatts'>;

/** What an asset draws, from the surest source that there is. Absent: nobody says. */
export function powerOf(named: Named | undefined, energy: readonly EnergyRow[]): Power | undefined {
  const [first] = energy;
  if (first !== undefined) {
    const joules = energy.reduce((sum, { joule }) => sum + joule, 0);
    const seconds = energy.reduce((sum, row) => sum + row.seconds, 0);
    return withRange(joules / seconds, first.label, 'energy-file');
  }
  if (named?.miningWatts !== undefined) return withRange(named.miningWatts, 'measured', 'mining-watts');
  if (named?.maxWatts !== undefined) return withRange(named.maxWatts, 'nameplate', 'max-watts');
  return named?.psuWatts === undefined ? undefined : withRange(named.psuWatts, 'nameplate', 'psu-watts');
}

/** Firmware does not measure at the plug: its error is taken for that of a nameplate. A meter is taken at its word. */
export function withRange(watts: number, label: Power['label'], source: Power['source']): Power {
  const error = label === 'nameplate' || label === 'firmware' ? nameplateError : 0;
  return { watts, label, least: watts * (1 - error), most: watts * (1 + error), source };
}

/** Throws CONFIG_INVALID for energy that no machine can have used: kWh typed as joules are too little by 3,600,000. */
export function requirePlausible(row: EnergyRow, named: Named | undefined, file: string): void {
  const watts = row.joule / row.seconds;
  const written = named?.maxWatts ?? named?.psuWatts ?? named?.miningWatts;
  const least = written === undefined ? plausible.least : Math.max(plausible.least, written / 100);
  const most = written === undefined ? plausible.most : written * 1.5;
  if (watts >= least && watts <= most) return;
  const show = (value: number): string => Number(value.toPrecision(3)).toString();
  throw new AssayError(
    'CONFIG_INVALID',
    `${file}:${row.line}: joule: expected ${row.asset} to draw from ${show(least)} to ${show(most)} W in that period, got ${show(watts)} W`,
    { hint: 'Is it in kWh? 1 kWh is 3600000 joule.' },
  );
}

const letters: readonly Letter[] = ['A', 'B', 'C', 'D', 'U'];

/**
 * Which share of the known power each letter has. The least it can be: its own machines draw the least that they can and all others the
 * most. Machines without a known power are counted beside and spread over nothing.
 */
export function sharesOf(assets: readonly Pick<ConvertedSide, 'letter' | 'power'>[]): readonly Share[] {
  const sum = (those: typeof assets, key: 'watts' | 'least' | 'most'): number =>
    those.reduce((total, { power }) => total + (power?.[key] ?? 0), 0);
  const part = (own: number, others: number): number => (own + others === 0 ? 0 : own / (own + others));
  return letters.flatMap((letter): readonly Share[] => {
    const own = assets.filter((asset) => asset.letter === letter);
    const others = assets.filter((asset) => asset.letter !== letter);
    if (own.length === 0) return [];
    return [
      {
        letter,
        assets: own.length,
        unmetered: own.filter(({ power }) => power === undefined).length,
        watts: sum(own, 'watts'),
        share: part(sum(own, 'watts'), sum(others, 'watts')),
        least: part(sum(own, 'least'), sum(others, 'most')),
        most: part(sum(own, 'most'), sum(others, 'least')),
      },
    ];
  });
}
