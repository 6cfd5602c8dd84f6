import type { Evidence, Tree } from './evidence.ts';
import type { Fact } from './fact.ts';
import { known, unknown } from './fact.ts';
import type { HostFacts } from './host-facts.ts';
import { controllerProbes, idOf } from './privileged-probes.ts';
import { firstKnown, mapFact } from './read-number.ts';

const sensorsId = idOf(controllerProbes[1] ?? { file: '', args: [] });
const powerId = idOf(controllerProbes[2] ?? { file: '', args: [] });

/** A sensor of the management controller that works. */
interface Sensor {
  readonly name: string;
  readonly value: number;
  readonly unit: string;
}

/** `Inlet Temp       | 04h | ok  |  7.1 | 23 degrees C`. */
function readSensors(evidence: Evidence): Fact<readonly Sensor[]> {
  return mapFact(evidence.text(sensorsId), (text) =>
    known(
      text.split('\n').flatMap((line) => {
        const [name = '', , state, , reading = ''] = line.split('|').map((word) => word.trim());
        const [, value, unit = ''] = /^(-?\d+(?:\.\d+)?) (degrees C|RPM)$/.exec(reading) ?? [];
        return value === undefined || state !== 'ok' ? [] : [{ name, value: Number(value), unit }];
      }),
    ),
  );
}

const hwmon = /^\/sys\/class\/hwmon\/(hwmon\d+)$/;

/** What the kernel's own sensors tell of one device. */
interface Monitor {
  readonly name: string;
  readonly inputs: (kind: 'temp' | 'fan') => readonly number[];
}

/** Each with its driver and what it sits on: `nvme nvme0`, `coretemp coretemp.0`. */
function readMonitors(tree: Tree): Monitor[] {
  return Object.entries(tree).flatMap(([path, target]): Monitor[] => {
    const folder = hwmon.exec(path)?.[1];
    if (folder === undefined || typeof target !== 'string') return [];
    const device = target
      .split('/')
      .filter((part) => part !== folder && part !== 'hwmon')
      .at(-1);
    const driver = tree[`${path}/name`];
    if (typeof driver !== 'string' || driver === '') return [];
    const inputs: Monitor['inputs'] = (kind) =>
      Object.entries(tree).flatMap(([file, text]) => {
        const isInput = file.startsWith(`${path}/${kind}`) && file.endsWith('_input');
        return isInput && typeof text === 'string' && /^-?\d+$/.test(text) ? [Number(text)] : [];
      });
    return [{ name: device === undefined ? driver : `${driver} ${device}`, inputs }];
  });
}

/**
 * What `ipmitool dcmi power reading` says that the machine draws at this moment (DCMI 1.5, Get Power Reading). Controllers that have the
 * command and no meter answer 0, or that readings are not activated. The kernel's own meter (power_meter, ACPI 4.0) is not asked: where
 * the firmware has no handler for it, each reading is an error in the kernel log, which is evidence of its own.
 */
const readWatts = (evidence: Evidence): Fact<number> =>
  mapFact(evidence.text(powerId), (text) => {
    const [watts, ...more] = [
      ...text.matchAll(/^\s*Instantaneous power reading:\s+(\d{1,6}) Watts\s*$/gm),
    ].map(([, digits]) => Number(digits));
    const isActive = /^\s*Power reading state is:\s+activated\s*$/m.test(text);
    if (watts === undefined || more.length > 0) return unknown(`${powerId}: expected one reading in watts`);
    if (!isActive) return unknown(`${powerId}: readings are not activated`);
    return watts > 0 ? known(watts) : unknown(`${powerId}: 0 W, as controllers without a meter say`);
  });

/** How warm the machine is and whether its fans turn, as far as its sensors are ours to read. */
export function readEnvironment(evidence: Evidence): HostFacts['environment'] {
  const sensors = readSensors(evidence);
  const monitors = mapFact(evidence.tree('sysfs hwmon'), (tree) => known(readMonitors(tree)));
  return {
    restWatts: readWatts(evidence),
    inletCelsius: mapFact(sensors, (all) => {
      const inlet = all.find(({ name, unit }) => unit === 'degrees C' && /inlet|ambient/i.test(name));
      return inlet === undefined || inlet.value < 0
        ? unknown(`${sensorsId}: no sensor is called inlet or ambient`)
        : known(inlet.value);
    }),
    temperatures: orNone(
      mapFact(monitors, (all) =>
        known(
          all.flatMap(({ name, inputs }) => {
            const hottest = Math.max(...inputs('temp')) / 1000;
            return hottest >= 0 ? [{ name, celsius: hottest }] : [];
          }),
        ),
      ),
      'no sensor of the kernel (hwmon) tells a temperature',
    ),
    fanSpeeds: firstKnown(
      orNone(
        mapFact(sensors, (all) =>
          known(all.flatMap(({ name, value, unit }) => (unit === 'RPM' ? [{ name, rpm: value }] : []))),
        ),
        `${sensorsId}: no sensor tells the speed of a fan`,
      ),
      orNone(
        mapFact(monitors, (all) =>
          known(
            all.flatMap(({ name, inputs }) =>
              inputs('fan').map((rpm, at) => ({ name: `${name} ${at + 1}`, rpm })),
            ),
          ),
        ),
        'no sensor of the kernel (hwmon) tells the speed of a fan',
      ),
    ),
  };
}

/** No sensor is no statement about what it would have told. */
const orNone = <T>(found: Fact<T[]>, why: string): Fact<T[]> =>
  mapFact(found, (all) => (all.length === 0 ? unknown(why) : known(all)));
