import type { Fact } from '../../../../workloads/kit/facts/fact.ts';
import { known, valueOf } from '../../../../workloads/kit/facts/fact.ts';
import { mapFact } from '../../../../workloads/kit/facts/read-number.ts';
import type { FoundDevice } from './manifest-devices.ts';

/** What is on a device's label and is of the form in which a manifest lists it: an address, else the serial number. */
export function labelsOf({ serial, addresses }: FoundDevice, listed: string): Fact<readonly string[]> {
  const digits = plainLabel(listed);
  const kind = /^[0-9a-f]{12}$/.test(digits) ? 'mac' : /^[0-9a-f]{16}$/.test(digits) ? 'guid' : undefined;
  // A serial number can look like an address.
  const isOwn = valueOf(serial) === listed;
  return addresses === undefined || kind === undefined || isOwn
    ? mapFact(serial, (own) => known([own]))
    : addresses[kind];
}

/** Whether a manifest lists a device by what is on its label. */
export const isLabelled = (device: FoundDevice, listed: string): boolean =>
  valueOf(labelsOf(device, listed))?.some(
    (label) =>
      label === listed || (device.addresses !== undefined && plainLabel(label) === plainLabel(listed)),
  ) === true;

/** Addresses are written with colons, hyphens, dots or nothing between their digits. */
const plainLabel = (label: string): string => label.replaceAll(/[-:. ]|^0x/g, '').toLowerCase();
