import type { Evidence, Tree } from './evidence.ts';
import type { Fact } from './fact.ts';
import { known, unknown } from './fact.ts';
import type { Nic } from './host-facts.ts';
import { mapFact, readAmount } from './read-number.ts';

const pciAddress = /[0-9a-f]{4,}:[0-9a-f]{2}:[0-9a-f]{2}\.[0-7]/g;

/** Network interfaces with a device behind them: no loopback, bridge, tunnel or container end. */
export function readNics(evidence: Evidence): Fact<Nic[]> {
  return mapFact(evidence.tree('sysfs net'), (tree) => {
    const names = Object.keys(tree).flatMap((path) => /^\/sys\/class\/net\/([^/]+)$/.exec(path)?.[1] ?? []);
    return known(
      names
        .filter((name) => typeof tree[`/sys/class/net/${name}/device`] === 'string' && !isPart(name, tree))
        .map((name) => readNic(name, tree)),
    );
  });
}

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

function readNic(name: string, tree: Tree): Nic {
  const entry = (attribute: string): Tree[string] | undefined => tree[`/sys/class/net/${name}/${attribute}`];
  const get = (attribute: string): string | undefined => {
    const it = entry(attribute);
    return typeof it === 'string' ? it : undefined;
  };
  const link = tree[`/sys/class/net/${name}`];
  const path = typeof link === 'string' ? link : '';
  const driver = get('device/driver')?.split('/').at(-1);
  const rdma = Object.keys(tree).flatMap(
    (key) => key.split(`/sys/class/net/${name}/device/infiniband/`)[1] ?? [],
  );
  const state = get('operstate');
  return {
    name,
    identity: identityOf(path) ?? name,
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
