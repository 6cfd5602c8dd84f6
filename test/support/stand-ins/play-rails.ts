import { execFileSync } from 'node:child_process';
import { mkdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { RigNode } from '../../rig/rig-node.ts';

/** A card for RDMA as the kernel tells of it, and what it does (perftest.c). */
export interface PlayedRail {
  readonly state?: string;
  readonly layer?: 'InfiniBand' | 'Ethernet';
  readonly rate?: string;
  /** Counters below `counters/`; without one it is not counted. */
  readonly counters?: Readonly<Record<string, number>>;
  readonly played?: readonly string[];
}

const counted = {
  port_xmit_data: 1000,
  port_rcv_data: 1000,
  link_downed: 3,
  excessive_buffer_overrun_errors: 0,
  symbol_error: 7,
};

/** Writes cards, `mlx5_0` and so on, to a folder that stands for /sys/class/infiniband. */
export function writeRails(folder: string, rails: readonly PlayedRail[]): void {
  for (const [index, { state, layer, rate, counters = counted, played = [] }] of rails.entries()) {
    const card = join(folder, `mlx5_${index}`);
    const files = {
      'ports/1/state': state ?? '4: ACTIVE',
      'ports/1/link_layer': layer ?? 'InfiniBand',
      'ports/1/rate': rate ?? '400 Gb/sec (4X NDR)',
      'ports/1/gids/0': 'fe80:0000:0000:0000:0000:0000:0000:0001',
      'ports/1/gids/3': '0000:0000:0000:0000:0000:ffff:0a4d:0001',
      'ports/1/gid_attrs/types/0': 'IB/RoCE v1',
      'ports/1/gid_attrs/types/3': 'RoCE v2',
      ...Object.fromEntries(
        Object.entries(counters).map(([name, count]) => [`ports/1/counters/${name}`, `${count}`]),
      ),
      played: played.join('\n'),
    };
    for (const [name, text] of Object.entries(files)) {
      mkdirSync(join(card, name, '..'), { recursive: true });
      writeFileSync(join(card, name), `${text}\n`);
    }
  }
}

const source = fileURLToPath(new URL('perftest.c', import.meta.url));

/** perftest on the PATH, played. */
export function fakePerftest(folder: string): void {
  mkdirSync(folder, { recursive: true });
  for (const name of ['ib_write_bw', 'ib_write_lat'])
    execFileSync('gcc', [
      '-std=gnu11',
      '-O1',
      '-Wall',
      '-Wextra',
      '-Werror',
      '-o',
      join(folder, name),
      source,
    ]);
}

/** Where a node has its network cards, as PCI functions with an interface each. */
const cardsOf = '/root/rails';

/** Cards of InfiniBand and perftest on a node of the rig, now and behind each boot; in a folder that its root sees. */
export async function playRailsOnNode(node: RigNode, rails: readonly PlayedRail[]): Promise<void> {
  const folder = join(node.site.directory, 'root/rails');
  writeRails(join(folder, 'infiniband'), rails);
  fakePerftest(join(node.site.directory, 'root/bin'));
  for (const index of rails.keys()) {
    const address = `0000:2${index}:00.0`;
    const card = join(folder, `pci0000:20/${address}`);
    const files = {
      uevent: `PCI_SLOT_NAME=${address}`,
      [`infiniband/mlx5_${index}/node_guid`]: `0800:2700:0000:000${index}`,
      [`infiniband/mlx5_${index}/fw_ver`]: '28.39.1002',
      ...Object.fromEntries(
        Object.entries({
          operstate: 'up',
          speed: '400000',
          mtu: '4092',
          address: `08:00:27:00:00:0${index}`,
          addr_assign_type: '0',
          carrier_down_count: '1',
        }).map(([name, text]) => [`net/ib${index}/${name}`, text]),
      ),
    };
    for (const [name, text] of Object.entries(files)) {
      mkdirSync(join(card, name, '..'), { recursive: true });
      writeFileSync(join(card, name), `${text}\n`);
    }
    symlinkSync('../..', join(card, `net/ib${index}/device`));
    symlinkSync('../../bus/pci/drivers/mlx5_core', join(card, 'driver'));
    symlinkSync(`${cardsOf}/pci0000:20/${address}`, join(folder, `infiniband/mlx5_${index}/device`));
  }
  // What the kernel has stays, beside what is played.
  const plugIn = async (): Promise<void> => {
    const { exitCode, stderr } = await node.exec(['sh', '-ec', besideThose]);
    if (exitCode !== 0) throw new Error(`${node.name}: ${stderr}`);
  };
  const atBoot = node.atBoot;
  node.atBoot = async () => {
    await atBoot?.();
    await plugIn();
  };
  await plugIn();
}

const besideThose = `mkdir -p /run/class
mount --bind /sys/class /run/class
mount -t tmpfs -o mode=755 tmpfs /sys/class
for each in /run/class/*; do
  name=\${each##*/}
  [ "$name" != net ] || continue
  if [ -d "$each" ]; then mkdir "/sys/class/$name"; mount --bind "$each" "/sys/class/$name"; fi
done
mkdir /sys/class/net
cp -a /run/class/net/. /sys/class/net/
cp -a ${cardsOf}/infiniband /sys/class/infiniband
for card in ${cardsOf}/pci0000:20/*/net/*; do ln -s "$card" /sys/class/net/; done
`;
