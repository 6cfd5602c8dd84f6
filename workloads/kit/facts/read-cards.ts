import * as z from 'zod';
import type { Evidence } from './evidence.ts';
import type { Fact } from './fact.ts';
import { known, unknown } from './fact.ts';
import type { NetworkCard } from './host-facts.ts';
import { nicChips } from './nic-models.ts';
import { isPlaceholder } from './placeholders.ts';
import { addressIn } from './read-nics.ts';
import { firstKnown, mapFact } from './read-number.ts';
import type { PciDevice } from './read-pci.ts';
import { readPci } from './read-pci.ts';

const Devlink = z.object({
  info: z.record(
    z.string(),
    z.object({
      serial_number: z.string().optional(),
      'board.serial_number': z.string().optional(),
      versions: z.object({ fixed: z.record(z.string(), z.unknown()).optional() }).optional(),
    }),
  ),
});

/**
 * Network cards are counted on the PCI bus, so that one without a driver or an interface is not missing. What is on a card's
 * label is in its vital product data (VPD), which only root may read; some drivers tell it everybody (devlink).
 */
export function readCards(evidence: Evidence): Fact<NetworkCard[]> {
  const devlink = evidence.json('devlink -j dev info', Devlink);
  const vpd = readVpd(evidence);
  return mapFact(readPci(evidence), (bus) => {
    const ports = bus.filter(({ pciClass, get }) => pciClass.startsWith('02') && get('physfn') === undefined);
    const cards = Map.groupBy(ports, ({ address }) => slotOf(address));
    return known([...cards].map(([address, functions]) => readCard(address, functions, { devlink, vpd })));
  });
}

/** A PCI address without its function: what sits in one slot. */
export const slotOf = (address: string): string => address.replace(/\.[0-7]$/, '');

interface Sources {
  readonly devlink: Fact<z.infer<typeof Devlink>>;
  readonly vpd: Fact<ReadonlyMap<string, Fact<string>>>;
}

function readCard(address: string, functions: readonly PciDevice[], { devlink, vpd }: Sources): NetworkCard {
  const [first] = functions;
  const data = mapFact(
    vpd,
    (all) => all.get(address) ?? unknown('it has no interface, or no vital product data (VPD)'),
  );
  // Of several functions a driver may answer for the later ones only.
  const said = mapFact(devlink, ({ info }) => {
    const own = functions.map((each) => info[`pci/${each.address}`]).find((it) => it !== undefined);
    return own === undefined ? unknown('its driver does not answer devlink') : known(own);
  });
  const field = (letters: string): Fact<string> =>
    mapFact(data, (text) => real(vpdField(text, letters), `its vital product data has no ${letters}`));
  return {
    address,
    chip: readChip(`${first?.vendor ?? ''}:${first?.device ?? ''}`),
    model: firstKnown(
      field('PN'),
      mapFact(said, ({ versions }) => {
        const number = versions?.fixed?.['board.part_number'] ?? versions?.fixed?.['board.id'];
        return real(typeof number === 'string' ? number : '', 'its driver tells no part number');
      }),
    ),
    serial: firstKnown(
      field('SN'),
      mapFact(said, (own) => {
        // The number of a chip is made of its MAC address.
        const chip = own.serial_number ?? '';
        const number = own['board.serial_number'] ?? (/^([0-9a-f]{2}-){7}/i.test(chip) ? '' : chip);
        return real(number, 'its driver tells no serial number of the board');
      }),
    ),
  };
}

function readChip(pciId: string): Fact<string> {
  const chip = Object.hasOwn(nicChips, pciId) ? nicChips[pciId] : undefined;
  return chip === undefined ? unknown(`${pciId} is not in the table of network chips`) : known(chip);
}

/** The vital product data of cards that have an interface, by slot. */
function readVpd(evidence: Evidence): Sources['vpd'] {
  return mapFact(evidence.tree('sysfs vpd'), (tree) =>
    mapFact(evidence.tree('sysfs net'), (net) => {
      const found = Object.entries(tree).flatMap(([path, entry]): [string, Fact<string>][] => {
        const link = net[path.replace(/\/device\/vpd$/, '')];
        const address = typeof link === 'string' ? addressIn(link) : undefined;
        if (address === undefined) return [];
        const data =
          typeof entry === 'string'
            ? known(entry)
            : unknown('needs root: its vital product data (VPD) is readable by root only');
        return [[slotOf(address), data]];
      });
      return known(new Map(found));
    }),
  );
}

const real = (text: string | undefined, why: string): Fact<string> =>
  text === undefined || text === '' || isPlaceholder(text) ? unknown(why) : known(text);

/**
 * A field of VPD (PCI 3.0, appendix I): the card's name with its length, then fields of two letters, a byte for the length and
 * the text. Read as UTF-8, tags and long lengths are one replaced character each; the fields wanted here are short and ASCII.
 */
function vpdField(data: string, wanted: string): string | undefined {
  const tagged = (at: number): boolean => data.charAt(at) === '\ufffd';
  const list = 3 + data.charCodeAt(1);
  if (!tagged(0) || !tagged(list)) return undefined;
  let at = list + 3;
  while (at + 3 <= data.length) {
    const [name, length] = [data.slice(at, at + 2), data.charCodeAt(at + 2)];
    if (!/^[A-Z][A-Z0-9]$/.test(name) || length > 127) return undefined;
    const text = data.slice(at + 3, at + 3 + length);
    if (name === wanted) return /^[ -~]*$/.test(text) ? text.trim() : undefined;
    at += 3 + length;
  }
  return undefined;
}
