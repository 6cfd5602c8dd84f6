import type { Conversion, ConvertedSide } from '../../reports/verdict/conversion.ts';
import type { EnergyRow } from '../config/read-energy.ts';
import { powerOf, withRange } from './asset-power.ts';
import type { JudgedRun } from './convert.ts';
import type { RunReadings } from './run-readings.ts';

type Asic = RunReadings['asics'][number];

/**
 * The ASICs of both sides, joined by serial number, else by name: D by what they are, on the word of the inventory. Of a side its last run
 * that has a list counts.
 */
export function convertAsics(
  given: { readonly before: readonly JudgedRun[]; readonly after: readonly JudgedRun[] },
  energy: { readonly before: readonly EnergyRow[]; readonly after: readonly EnergyRow[] },
): Conversion['assets'] {
  const before = asicsOf(given.before);
  const after = asicsOf(given.after);
  return [...new Set([...before.keys(), ...after.keys()])].map((key) => {
    const [first, then] = [before.get(key), after.get(key)];
    const isMoved = first !== undefined && then !== undefined && placeOf(first) !== placeOf(then);
    return {
      ...(first === undefined ? {} : { before: describe(first, energy.before) }),
      ...(then === undefined ? {} : { after: describe(then, energy.after) }),
      ...(first === undefined || then === undefined
        ? {}
        : { how: first.serial === undefined ? 'name' : 'serial' }),
      change: first === undefined ? 'appeared' : then === undefined ? 'vanished' : isMoved ? 'moved' : 'same',
    };
  });
}

const placeOf = ({ rack, slot }: Asic): string => JSON.stringify([rack, slot]);

function asicsOf(side: readonly JudgedRun[]): ReadonlyMap<string, Asic> {
  const last = side
    .map(({ readings }) => readings)
    .filter(({ asics }) => asics.length > 0)
    .toSorted((a, b) => (a.run.startedAt < b.run.startedAt ? -1 : 1))
    .at(-1);
  return new Map(
    last?.asics.map((asic) => [
      JSON.stringify(asic.serial === undefined ? ['name', asic.name] : ['serial', asic.serial]),
      asic,
    ]),
  );
}

function describe(asic: Asic, energy: readonly EnergyRow[]): ConvertedSide {
  const rows = energy.filter(({ asset }) => asset === asic.name);
  const measured = rows.length === 0 ? undefined : powerOf(undefined, rows);
  return {
    node: asic.name,
    ...(asic.rack === undefined ? {} : { rack: asic.rack }),
    ...(asic.slot === undefined ? {} : { slot: asic.slot }),
    model: asic.model,
    class: 'asic',
    letter: 'D',
    family: 'ai',
    reason: { say: 'asic', model: asic.model },
    power: measured ?? withRange(asic.watts, 'nameplate', 'asic-watts'),
    ...(measured === undefined
      ? {}
      : {
          energy: {
            joules: rows.reduce((sum, { joule }) => sum + joule, 0),
            seconds: rows.reduce((sum, { seconds }) => sum + seconds, 0),
            label: measured.label,
            // By the rate that is written on it: nothing measured it.
            joulesPerHash: measured.watts / (asic.terahashesPerSecond * 1e12),
          },
        }),
    atWork: { unknown: 'nobody logs in to an ASIC' },
    told: asic.told ?? {
      unknown:
        asic.api === undefined
          ? 'not covered: the inventory names no interface'
          : 'it was not asked in this run',
    },
  };
}
