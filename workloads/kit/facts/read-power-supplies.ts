import type { Evidence } from './evidence.ts';
import type { Fact } from './fact.ts';
import { known, unknown, valueOf } from './fact.ts';
import type { Part } from './host-facts.ts';
import { dmiEntries, dmiText } from './read-dmi-table.ts';
import { fruParts } from './read-fru.ts';
import { firstKnown, mapFact } from './read-number.ts';

/**
 * Power supplies as the firmware's table lists them, empty bays left out; else as the management controller does. Firmware that
 * fills nothing in lists one that says nothing, or none: then nobody knows how many there are.
 */
export const readPowerSupplies = (evidence: Evidence): Fact<Part[]> =>
  firstKnown(readTable(evidence), fruParts(evidence, 'power supplies'));

function readTable(evidence: Evidence): Fact<Part[]> {
  return mapFact(dmiEntries(evidence, 39), (entries) => {
    const fitted = entries.filter((entry) => !/^not present/i.test(entry.get('Status') ?? ''));
    const parts = fitted.map(
      (entry, index): Part => ({
        name: valueOf(dmiText(entry, 'Location')) ?? valueOf(dmiText(entry, 'Name')) ?? String(index),
        vendor: dmiText(entry, 'Manufacturer'),
        model: dmiText(entry, 'Model Part Number'),
        serial: dmiText(entry, 'Serial Number'),
      }),
    );
    return parts.length > 0 && parts.every(({ model, serial }) => 'value' in model || 'value' in serial)
      ? known(parts)
      : unknown("the firmware's table tells nothing of the power supplies: the management controller would");
  });
}
