import type { Evidence } from './evidence.ts';
import type { Fact } from './fact.ts';
import { known, unknown } from './fact.ts';
import type { Part } from './host-facts.ts';
import { isPlaceholder } from './placeholders.ts';
import { controllerProbes, idOf } from './privileged-probes.ts';
import { firstKnown, mapFact } from './read-number.ts';

const id = idOf(controllerProbes[0] ?? { file: '', args: [] });

/** A part that the management controller has a record of. */
export interface FruDevice {
  readonly name: string;
  readonly get: (field: string) => Fact<string>;
}

/** What the controller's records (FRU) say of each part that is there, in the words of ipmitool. */
export function readFru(evidence: Evidence): Fact<readonly FruDevice[]> {
  return mapFact(evidence.text(id), (text) => {
    const devices = text.split(/^FRU Device Description : /m).slice(1);
    return known(devices.flatMap(readDevice));
  });
}

function readDevice(text: string): FruDevice[] {
  const [head = '', ...lines] = text.split('\n');
  if (lines.some((line) => /^ *Device not present/.test(line))) return [];
  const fields = new Map<string, string>();
  for (const line of lines) {
    // By hand: what a node prints in one line can be as long as it likes.
    const colon = line.indexOf(':');
    const field = line.slice(0, Math.max(colon, 0)).trim();
    if (/^[A-Z][A-Za-z ]*$/.test(field) && !fields.has(field))
      fields.set(field, line.slice(colon + 1).trim());
  }
  const name = head.replace(/ \(ID \d+\)\s*$/, '').trim();
  const get = (field: string): Fact<string> => {
    const value = fields.get(field);
    return value === undefined || value === '' || isPlaceholder(value)
      ? unknown(`${id}: ${name} has no ${field}`)
      : known(value);
  };
  return [{ name, get }];
}

/** A part of a kind; makers fill in what they please of two areas of the record. */
const partOf = ({ name, get }: FruDevice): Part => ({
  name,
  vendor: firstKnown(get('Product Manufacturer'), get('Board Mfg')),
  model: firstKnown(get('Product Part Number'), get('Board Part Number'), get('Product Name')),
  serial: firstKnown(get('Product Serial'), get('Board Serial')),
});

const named = {
  'power supplies': /^(ps|psu|pwr ?supply|power ?supply)[ _#-]?\d/i,
  fans: /^(sys(tem)?[ _]?)?fan[ _#-]?\d/i,
} as const;

/** The parts of a kind by their names in the records. Many controllers have none for such parts, which says nothing. */
export const fruParts = (evidence: Evidence, kind: keyof typeof named): Fact<Part[]> =>
  mapFact(readFru(evidence), (devices) => {
    const found = devices.filter(({ name }) => named[kind].test(name));
    return found.length === 0
      ? unknown(`${id}: the management controller has no records of ${kind}`)
      : known(found.map(partOf));
  });

/** What the controller calls the machine itself. */
export const fruOfMachine = (evidence: Evidence, field: string): Fact<string> =>
  mapFact(readFru(evidence), (devices) => {
    const machine = devices.find(({ name }) => /^builtin fru device$/i.test(name));
    return machine?.get(field) ?? unknown(`${id}: the management controller has no record of the machine`);
  });
