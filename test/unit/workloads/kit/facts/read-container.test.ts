import { describe, expect, it } from 'vitest';
import { readHostFacts } from '../../../../../workloads/kit/facts/read-host-facts.ts';
import { constructed, pciTree } from './documents.ts';

const absent = { status: 'absent', text: '' } as const;

describe('that it is in a container', () => {
  const found = (changes: Parameters<typeof constructed>[0]) =>
    readHostFacts(constructed({ 'systemd-detect-virt': absent, ...changes })).os.virtualisation;

  it.each([
    ['systemd', { 'systemd-detect-virt': 'lxc' }, 'lxc'],
    ['what podman leaves in it', { 'host settings': { '/run/.containerenv': '' } }, 'podman'],
    ['what docker leaves in it', { 'host settings': { '/.dockerenv': '' } }, 'docker'],
    ['its cgroup in the first hierarchies', { '/proc/self/cgroup': '5:cpu:/docker/4f1c\n' }, 'docker'],
    ['that of Kubernetes', { '/proc/self/cgroup': '5:cpu:/kubepods/burstable/pod1/4f1c\n' }, 'docker'],
    ['that of podman', { '/proc/self/cgroup': '0::/machine.slice/libpod-4f1c.scope\n' }, 'podman'],
  ])('is told by %s', (_, changes, expected) => {
    expect(found(changes)).toEqual({ value: expected });
  });

  it('is not told by the cgroup of a service of that name, nor by nothing', () => {
    const own = { '/proc/self/cgroup': '0::/system.slice/docker.service\n' };
    expect(found(own)).toEqual(found({}));
    expect(found({})).not.toEqual({ value: 'docker' });
  });
});

describe('network interfaces', () => {
  const card = (driver: string) =>
    pciTree({
      '0000:17:00.0': {
        vendor: '0x15b3',
        device: '0x1021',
        class: '0x020000',
        ...(driver === '' ? {} : { driver }),
      },
    });
  const ends = { '/sys/class/net/lo': '../lo', '/sys/class/net/eth0': '../../devices/virtual/net/eth0' };
  const nicsBeside = (driver: string) =>
    readHostFacts(constructed({ 'sysfs pci': card(driver), 'sysfs net': ends })).nics;

  it('that a container with a network of its own does not see are not known to be none', () => {
    expect(nicsBeside('../../bus/pci/drivers/mlx5_core')).toEqual({
      unknown:
        'no interface of 0000:17:00.0 can be seen, though it has its driver: they are in another network namespace',
    });
  });

  it.each(['', '../../bus/pci/drivers/vfio-pci'])('are none where no driver makes them (`%s`)', (driver) => {
    expect(nicsBeside(driver)).toEqual({ value: [] });
  });
});
