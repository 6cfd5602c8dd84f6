import type { Evidence, Tree } from './evidence.ts';
import type { Fact } from './fact.ts';
import { known, unknown, valueOf } from './fact.ts';
import type { Nic } from './host-facts.ts';
import type { InterfaceAnswers } from './read-interfaces.ts';
import { firmwareOf, readInterfaces } from './read-interfaces.ts';
import { firstKnown, mapFact, readAmount } from './read-number.ts';
import type { PciDevice } from './read-pci.ts';
import { readPci } from './read-pci.ts';

const pciAddress = /[0-9a-f]{4,8}:[0-9a-f]{2}:[0-9a-f]{2}\.[0-7]/g;

/** The address of the PCI function at the end of a path in sysfs. */
export const addressIn = (path: string): string | undefined => [...path.matchAll(pciAddress)].at(-1)?.[0];

/** Network interfaces with a device behind them: no loopback, bridge, tunnel or container end. */
export function readNics(evidence: Evidence): Fact<Nic[]> {
  const answers = readInterfaces(evidence);
  return mapFact(evidence.tree('sysfs net'), (tree) => {
    const names = Object.keys(tree).flatMap((path) => /^\/sys\/class\/net\/([^/]+)$/.exec(path)?.[1] ?? []);
    const real = names.filter((name) => typeof tree[`/sys/class/net/${name}/device`] === 'string');
    const elsewhere = real.length === 0 ? (valueOf(readPci(evidence)) ?? []).filter(isWorkingCard) : [];
    if (elsewhere.length > 0)
      return unknown(
        `no interface of ${elsewhere.map(({ address }) => address).join(', ')} can be seen, though it has its driver: they are in another network namespace`,
      );
    return known(real.filter((name) => !isPart(name, tree)).map((name) => readNic(name, tree, answers)));
  });
}

/** A card whose driver makes interfaces. A container with a network of its own sees the card and not those. */
const isWorkingCard = ({ pciClass, get }: PciDevice): boolean =>
  pciClass.startsWith('02') && !/(^|\/)(|vfio-pci|uio_pci_generic)$/.test(get('driver') ?? '');

/**
 * A virtual function is a part of a card that is in the list, and what speaks Ethernet over USB without a chip for it is a
 * server's own management controller.
 */
function isPart(name: string, tree: Tree): boolean {
  const driver = tree[`/sys/class/net/${name}/device/driver`];
  return (
    tree[`/sys/class/net/${name}/device/physfn`] !== undefined ||
    (typeof driver === 'string' && /\/(cdc_ether|rndis_host|cdc_subset|cdc_eem)$/.test(driver))
  );
}

function readNic(name: string, tree: Tree, answers: Fact<InterfaceAnswers>): Nic {
  const entry = (attribute: string): Tree[string] | undefined => tree[`/sys/class/net/${name}/${attribute}`];
  const get = (attribute: string): string | undefined => {
    const it = entry(attribute);
    return typeof it === 'string' ? it : undefined;
  };
  const link = tree[`/sys/class/net/${name}`];
  const path = typeof link === 'string' ? link : '';
  const driver = get('device/driver')?.split('/').at(-1);
  const devices = Object.keys(tree).flatMap(
    (key) => key.split(`/sys/class/net/${name}/device/infiniband/`)[1]?.split('/')[0] ?? [],
  );
  const rdma = [...new Set([...devices, ...softDevicesOn(name, tree)])];
  const state = get('operstate');
  const rdmaText = (attribute: string): Fact<string> => {
    const found = rdma
      .map((device) => get(`device/infiniband/${device}/${attribute}`))
      .find((text) => text !== undefined && text !== '');
    return found === undefined
      ? unknown(`${name} has no RDMA device that tells its ${attribute}`)
      : known(found);
  };
  return {
    name,
    identity: identityOf(path) ?? name,
    permanentAddress: readAddress(name, get),
    nodeGuid: rdmaText('node_guid'),
    firmware: firstKnown(firmwareOf(answers, name), rdmaText('fw_ver')),
    driver:
      driver === undefined || driver === '' ? unknown('no kernel driver is bound to it') : known(driver),
    speedBitsPerSecond: readSpeed(name, entry('speed')),
    mtu: readAmount(`/sys/class/net/${name}/mtu`, get('mtu')),
    isUp:
      state === 'up' || state === 'down'
        ? known(state === 'up')
        : unknown(`/sys/class/net/${name}/operstate: \`${state ?? 'not readable'}\``),
    rdmaDevice: rdma.length > 0 ? known(rdma.toSorted().join(' ')) : unknown(`${name} has no RDMA device`),
  };
}

/** Devices for RDMA that are made in software (rxe) over an interface, which the first address of their port names. */
function softDevicesOn(name: string, tree: Tree): readonly string[] {
  return Object.entries(tree).flatMap(([path, link]) => {
    const device = /^\/sys\/class\/infiniband\/([\w.-]{1,64})$/.exec(path)?.[1];
    if (device === undefined || typeof link !== 'string' || !link.includes('/devices/virtual/')) return [];
    return tree[`${path}/ports/1/gid_attrs/ndevs/0`] === name ? [device] : [];
  });
}

/** The address of a device is its own until somebody sets another (`addr_assign_type`); a bond remembers that of its ports. */
function readAddress(name: string, get: (attribute: string) => string | undefined): Fact<string> {
  const [address, bonded] = [get('address'), get('bonding_slave/perm_hwaddr')];
  const isMac = (text: string | undefined): text is string =>
    /^([0-9a-f]{2}:){5}[0-9a-f]{2}$/i.test(text ?? '');
  if (isMac(bonded)) return known(bonded);
  if (!isMac(address)) return unknown(`/sys/class/net/${name}/address: no MAC address`);
  return get('addr_assign_type') === '0'
    ? known(address)
    : unknown(`${name} uses an address that somebody has set, and does not tell which one it was made with`);
}

/** The PCI function it sits on; behind USB also the path from there, since one controller carries many. */
function identityOf(path: string): string | undefined {
  const address = [...path.matchAll(pciAddress)].at(-1);
  const virtio = /\/(virtio\d+)\/net\//.exec(path)?.[1];
  if (address === undefined) return virtio;
  const tail = path.slice(address.index + address[0].length).replace(/\/net\/[^/]+$/, '');
  return tail === '' || /^\/virtio\d+$/.test(tail) ? address[0] : `${address[0]}${tail}`;
}

/** sysfs says Mb/s; -1 or EINVAL when the link is down or has no speed (virtio). */
function readSpeed(name: string, speed: Tree[string] | undefined): Fact<number> {
  if (typeof speed === 'string' && speed !== '-1')
    return readAmount(`/sys/class/net/${name}/speed`, speed, 1e6);
  return unknown(`${name}: the driver reports no speed (link down, or a virtual device)`);
}
