import { expect, it } from 'vitest';
import { readEvidence } from '../../../../../workloads/kit/facts/evidence.ts';
import { readTransceivers } from '../../../../../workloads/kit/facts/read-transceivers.ts';
import { constructed } from './documents.ts';

const driver = { status: 'read', text: 'driver: mlx5_core' };
const cable = { status: 'read', text: '\tVendor name : Amphenol\n\tVendor PN : NDCCGF\n\tVendor SN : APF1' };
const noCage = { status: 'failed', text: 'netlink error: Operation not supported' };
const card = (address: string, more: object = {}): object => ({
  [`/sys/bus/pci/devices/${address}/class`]: '0x020700',
  ...more,
});
const port = (name: string, address: string): object => ({
  [`/sys/class/net/${name}`]: `../../devices/pci0000:00/${address}/net/${name}`,
  [`/sys/class/net/${name}/device`]: `../../../${address}`,
});
const read = (bus: object, net: object, modules: Readonly<Record<string, object>>) =>
  readTransceivers(
    readEvidence(
      constructed({
        'sysfs pci': bus,
        'sysfs net': net,
        'ethtool of each interface': Object.fromEntries(
          Object.entries(modules).map(([name, module]) => [name, { driver, ...module }]),
        ),
      }),
    ),
  );

const [first, second] = ['0000:1a:00.0', '0000:1a:00.1'];
const two = { ...card(first), ...card(second) };
const veth = { '/sys/class/net/eth0': '../../devices/virtual/net/eth0' };

it('are none where every function of the cards has a port that takes none, and listed where one answers', () => {
  const net = { ...port('a', first), ...port('b', second), ...veth };
  expect(read(two, net, { a: { module: noCage }, b: { module: noCage } })).toEqual({ value: [] });
  expect(read(two, net, { a: { module: noCage }, b: { module: cable } })).toMatchObject({
    value: [{ name: 'b', serial: { value: 'APF1' } }],
  });
});

it('are not known in a container, without a driver, or of an InfiniBand port without an interface', () => {
  const unseen = (address: string) => ({
    unknown: `the network card at ${address} has no interface here that could be asked: no driver, or another network namespace`,
  });
  expect(read(two, veth, {})).toEqual(unseen(first));
  expect(read(two, port('a', first), { a: { module: cable } })).toEqual(unseen(second));
  expect(read({}, veth, {})).toHaveProperty('unknown');
});

it('are not known where the list of interfaces was cut', () => {
  const net = { ...port('a', first), ...port('a_1', first) };
  expect(read(card(first), net, { a: { module: noCage } })).toEqual({
    unknown: 'ethtool -m a_1: not asked, of 2 interfaces',
  });
});

it('need no interface of a virtual function, which has no cage of its own', () => {
  const virtual = card(second, { [`/sys/bus/pci/devices/${second}/physfn`]: `../${first}` });
  const net = {
    ...port('a', first),
    ...port('v', second),
    '/sys/class/net/v/device/physfn': `../${first}`,
  };
  expect(read({ ...card(first), ...virtual }, net, { a: { module: cable } })).toHaveProperty(
    'value.length',
    1,
  );
});

it('are listed whatever they call what they cannot', () => {
  const module = { ...cable, text: `${cable.text}\n\tRate select : not supported` };
  expect(read(card(first), port('a', first), { a: { module } })).toHaveProperty('value.length', 1);
  const late = { status: 'timeout', text: 'not supported' };
  expect(read(card(first), port('a', first), { a: { module: late } })).toHaveProperty('unknown');
});

it('need root', () => {
  expect(read(two, port('a', first), { a: {} })).toEqual({
    unknown: 'needs root: ethtool -m reads a transceiver with CAP_NET_ADMIN only',
  });
});
