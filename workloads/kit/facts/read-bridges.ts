import * as z from 'zod';
import type { Evidence } from './evidence.ts';
import type { Fact } from './fact.ts';
import { known, unknown } from './fact.ts';
import type { Bridge } from './host-facts.ts';
import { mapFact } from './read-number.ts';

/** Configuration space of each PCI bridge as hexadecimal digits, zeros at its end left out. */
const Spaces = z.record(z.string(), z.union([z.string(), z.strictObject({ error: z.string() })]));

export const bridgesId = 'PCI bridges';

/** What others than root may read of a configuration space, and what a device without PCI Express has. */
const [openBytes, legacyBytes] = [64, 256];

/** Access control (ACS) of the bridges that have it: whether they send traffic between two devices up to the processor. */
export function readBridges(evidence: Evidence): Fact<Bridge[]> {
  return mapFact(evidence.json(bridgesId, Spaces), (spaces) => {
    const bridges: Bridge[] = [];
    for (const [address, space] of Object.entries(spaces)) {
      if (typeof space !== 'string') return unknown(`${address} config: ${space.error}`);
      const bytes = space.length / 2;
      if (bytes <= openBytes)
        return unknown('needs root: access control (ACS) lies beyond the 64 bytes that everybody may read');
      const control = bytes > legacyBytes ? accessControl(space) : undefined;
      if (control !== undefined) bridges.push({ address, accessControl: control });
    }
    return known(bridges);
  });
}

/** Bits of the control register (PCI Express 4.0, 7.7.8.3), as lspci calls them. */
const bits = ['SrcValid', 'TransBlk', 'ReqRedir', 'CmpltRedir', 'UpstreamFwd', 'EgressCtrl', 'DirectTrans'];
const accessControlId = 0x00_0d;

/** What is switched on, `none` when nothing is; absent in a bridge without access control. */
function accessControl(space: string): string | undefined {
  const word = (at: number): number => {
    const digits = space.slice(at * 2, at * 2 + 4).padEnd(4, '0');
    const value = Number.parseInt(digits.slice(2) + digits.slice(0, 2), 16);
    return Number.isNaN(value) ? 0 : value;
  };
  // Capabilities are a list; one that leads back is cut off.
  let at = legacyBytes;
  for (let seen = 0; seen < 64 && at >= legacyBytes && word(at) !== 0 && word(at) !== 0xff_ff; seen += 1) {
    if (word(at) === accessControlId) {
      const set = bits.filter((_, bit) => ((word(at + 6) >> bit) & 1) === 1);
      return set.join(' ') || 'none';
    }
    at = word(at + 2) >> 4;
  }
  return undefined;
}
