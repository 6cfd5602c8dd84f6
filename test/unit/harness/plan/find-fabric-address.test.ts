import { describe, expect, it } from 'vitest';
import { findFabricAddress } from '../../../../harness/plan/find-fabric-address.ts';
import { known, unknown } from '../../../../workloads/kit/facts/fact.ts';
import { mergeFacts } from '../../../support/constructed/facts.ts';
import { tell } from '../../../support/tell.ts';

const at = (ipv4: string) => ({ ...mergeFacts(), addresses: known([{ interface: 'ib0', ipv4 }]) });

describe('findFabricAddress', () => {
  it.each([
    ['10.77.3.200/24', '10.77.3.200', '10.77.3.0/24'],
    ['172.16.5.9/12', '172.16.5.9', '172.16.0.0/12'],
    ['192.168.1.130/25', '192.168.1.130', '192.168.1.128/25'],
    ['255.255.255.255/32', '255.255.255.255', '255.255.255.255/32'],
  ])('finds the network of %s', (ipv4, address, network) => {
    expect(findFabricAddress(at(ipv4), 'ib0')).toEqual({ ok: true, value: { address, network } });
  });

  it('names the other interfaces when the named one has no address', () => {
    expect(tell(findFabricAddress(at('10.0.0.1/8'), 'ib1'))).toEqual({
      ok: false,
      error: 'the interface ib1 has no IPv4 address here (others: ib0)',
    });
  });

  it.each([
    '10.0.0.1',
    '10.0.0/8',
    '10.0.0.1/33',
    '10.0.0.1/x',
    '10.0.0.1/0',
  ])('does not guess from %s', (ipv4) => {
    expect(findFabricAddress(at(ipv4), 'ib0')).toMatchObject({ ok: false });
  });

  it('says why the addresses are not known', () => {
    const facts = { ...mergeFacts(), addresses: unknown('addresses: not probed') };
    expect(tell(findFabricAddress(facts, 'ib0'))).toEqual({
      ok: false,
      error: 'its addresses are not known: addresses: not probed',
    });
  });
});
