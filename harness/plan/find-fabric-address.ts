import * as z from 'zod';
import type { Said } from '../../reports/verdict/said.ts';
import { valueOf } from '../../workloads/kit/facts/fact.ts';
import type { HostFacts } from '../../workloads/kit/facts/host-facts.ts';
import type { Result } from '../../workloads/kit/result.ts';
import { err, ok } from '../../workloads/kit/result.ts';

/** A node's address on the network under test, and that network. */
export interface FabricAddress {
  readonly address: string;
  readonly network: string;
}

/** Where a node sits on the network under test, by the interface that the inventory names. */
export function findFabricAddress(facts: HostFacts, name: string): Result<FabricAddress, Said> {
  if ('unknown' in facts.addresses)
    return err({ say: 'addresses-unknown', unknown: facts.addresses.unknown });
  const found = (valueOf(facts.addresses) ?? []).find((each) => each.interface === name);
  if (found === undefined) {
    const others = facts.addresses.value.map((each) => each.interface);
    return err({ say: 'no-address', interface: name, others });
  }
  const [address = '', length] = found.ipv4.split('/');
  const bits = Number(length);
  if (!z.ipv4().safeParse(address).success || !Number.isInteger(bits) || bits < 1 || bits > 32)
    return err({ say: 'unreadable-address', interface: name, address: found.ipv4 });
  return ok({ address, network: networkOf(address, bits) });
}

/** `10.77.0.0/24` for an address in it: the bits of the host part are 0. */
function networkOf(address: string, bits: number): string {
  const value = address.split('.').reduce((sum, part) => sum * 256 + Number(part), 0);
  const size = 2 ** (32 - bits);
  const base = Math.floor(value / size) * size;
  const parts = [24, 16, 8, 0].map((shift) => Math.floor(base / 2 ** shift) % 256);
  return `${parts.join('.')}/${bits}`;
}
