import { expect, it } from 'vitest';
import { valueOf } from '../../../../../workloads/kit/facts/fact.ts';
import { readHostFacts } from '../../../../../workloads/kit/facts/read-host-facts.ts';
import { constructed } from './documents.ts';

const ndev = 'ports/1/gid_attrs/ndevs/0';
const interfaces = {
  '/sys/class/net/eth1': '../../devices/pci0000:00/0000:00:02.0/virtio1/net/eth1',
  '/sys/class/net/eth1/device': '../../../virtio1',
  '/sys/class/net/eth2': '../../devices/pci0000:00/0000:00:03.0/virtio2/net/eth2',
  '/sys/class/net/eth2/device': '../../../virtio2',
};
const devicesOf = (more: object): unknown =>
  valueOf(readHostFacts(constructed({ 'sysfs net': { ...interfaces, ...more } })).nics)?.map(
    ({ name, rdmaDevice }) => [name, valueOf(rdmaDevice)],
  );

it('have the soft-RoCE device that names them, and none where it names another or cannot be read', () => {
  const soft = (name: string) => ({
    [`/sys/class/infiniband/${name}`]: `../../devices/virtual/infiniband/${name}`,
  });
  expect(devicesOf({ ...soft('rxe0'), [`/sys/class/infiniband/rxe0/${ndev}`]: 'eth1' })).toEqual([
    ['eth1', 'rxe0'],
    ['eth2', undefined],
  ]);
  expect(devicesOf({ ...soft('rxe0'), [`/sys/class/infiniband/rxe0/${ndev}`]: { error: 'EINVAL' } })).toEqual(
    [
      ['eth1', undefined],
      ['eth2', undefined],
    ],
  );
});

it('have no card for RDMA by its address alone, which a bond shares with others', () => {
  const card = { '/sys/class/infiniband/mlx5_0': '../../devices/pci0000:15/0000:18:00.0/infiniband/mlx5_0' };
  expect(devicesOf({ ...card, [`/sys/class/infiniband/mlx5_0/${ndev}`]: 'eth1' })).toEqual([
    ['eth1', undefined],
    ['eth2', undefined],
  ]);
});
