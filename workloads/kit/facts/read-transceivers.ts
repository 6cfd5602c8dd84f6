import type { Evidence, Tree } from './evidence.ts';
import type { Fact } from './fact.ts';
import { known, unknown } from './fact.ts';
import type { Part } from './host-facts.ts';
import type { InterfaceAnswers } from './read-interfaces.ts';
import { fieldOf, readInterfaces } from './read-interfaces.ts';
import { addressIn } from './read-nics.ts';
import { mapFact } from './read-number.ts';
import type { PciDevice } from './read-pci.ts';
import { readPci } from './read-pci.ts';

/**
 * Transceivers and cables by the ports that they sit in, which only root may ask. A port without a cage for them says that it
 * does not support the question; one that fails otherwise can have one, so that the number is not known. Nor is it where a
 * network card has a function without an interface to ask.
 */
export function readTransceivers(evidence: Evidence): Fact<Part[]> {
  return mapFact(readInterfaces(evidence), (answers) =>
    mapFact(readPci(evidence), (bus) =>
      mapFact(evidence.tree('sysfs net'), (net) => {
        const unasked = whyUnasked(answers, bus, net);
        const parts = readModules(answers);
        return unasked === undefined || 'unknown' in parts ? parts : unknown(unasked);
      }),
    ),
  );
}

/** Why a port may have a transceiver that nobody has asked for, if one may. */
function whyUnasked(answers: InterfaceAnswers, bus: readonly PciDevice[], net: Tree): string | undefined {
  const interfaces = Object.keys(net).flatMap((path) => {
    const name = /^\/sys\/class\/net\/([^/]+)$/.exec(path)?.[1] ?? '';
    const isPort = net[`${path}/device`] !== undefined && net[`${path}/device/physfn`] === undefined;
    return isPort ? [name] : [];
  });
  const left = interfaces.find((name) => !Object.hasOwn(answers, name));
  if (left !== undefined) return `ethtool -m ${left}: not asked, of ${interfaces.length} interfaces`;
  const asked = new Set(
    interfaces.map((name) => {
      const link = net[`/sys/class/net/${name}`];
      return typeof link === 'string' ? addressIn(link) : undefined;
    }),
  );
  const blind = bus.find(
    ({ pciClass, address, get }) =>
      pciClass.startsWith('02') && get('physfn') === undefined && !asked.has(address),
  );
  return (
    blind &&
    `the network card at ${blind.address} has no interface here that could be asked: no driver, or another network namespace`
  );
}

function readModules(answers: InterfaceAnswers): Fact<Part[]> {
  const parts: Part[] = [];
  for (const [name, { module }] of Object.entries(answers)) {
    if (module === undefined)
      return unknown('needs root: ethtool -m reads a transceiver with CAP_NET_ADMIN only');
    if (module.status === 'failed' && /not supported/i.test(module.text)) continue;
    const said = (field: string): Fact<string> => {
      const value = fieldOf(module.text, field);
      return value === undefined ? unknown(`ethtool -m ${name}: no \`${field}\``) : known(value);
    };
    if (module.status !== 'read' || 'unknown' in said('Vendor'))
      return unknown(`ethtool -m ${name}: \`${module.text.trim().split('\n')[0]?.slice(0, 100) ?? ''}\``);
    parts.push({ name, vendor: said('Vendor name'), model: said('Vendor PN'), serial: said('Vendor SN') });
  }
  return known(parts);
}
