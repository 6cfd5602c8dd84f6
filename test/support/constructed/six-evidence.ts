import {
  constructed,
  h100,
  nvidiaSmi,
  pciTree,
  virtualMachine,
} from '../../unit/workloads/kit/facts/documents.ts';
import type { EvidenceNode } from '../constructed-run-directory.ts';
import { recordedStep } from './recorded-step.ts';

type Changes = Parameters<typeof constructed>[0];
const lsblk = 'lsblk -J -b -l -o NAME,TYPE,MAJ:MIN,PKNAME,SIZE,ROTA,SERIAL,WWN,MODEL,TRAN';
const smi = 'nvidia-smi -q -x';

/** What sysfs and /proc of a real server with one NVMe drive and one 400G port look like, GPUs aside. */
export const serverChanges: Changes = {
  '/proc/meminfo':
    'MemTotal:       2113560000 kB\nMemAvailable:   2097152000 kB\nSwapTotal:             0 kB\n',
  '/proc/self/limits':
    'Limit                     Soft Limit           Hard Limit           Units     \nMax locked memory         unlimited            unlimited            bytes     \n',
  '/proc/self/mountinfo':
    '22 27 0:21 / /proc rw,relatime - proc proc rw\n27 1 259:1 / / rw,relatime - ext4 /dev/nvme0n1p1 rw\n',
  'systemd-detect-virt': { status: 'failed', text: 'none', exitCode: 1 },
  'sysfs block': {
    '/sys/block/nvme0n1': '../devices/pci0000:00/0000:00:01.0/0000:01:00.0/nvme/nvme0/nvme0n1',
    '/sys/block/nvme0n1/dev': '259:0',
    '/sys/block/nvme0n1/size': '7501476528',
    '/sys/block/nvme0n1/queue/rotational': '0',
    '/sys/block/nvme0n1/device/serial': 'S64HNE0R123456      ',
    '/sys/block/nvme0n1/device/model': 'SAMSUNG MZQL23T8HCLS-00A07              ',
    '/sys/block/nvme0n1/device/transport': 'pcie',
    '/sys/block/nvme0n1/nvme0n1p1/partition': '1',
    '/sys/block/nvme0n1/nvme0n1p1/dev': '259:1',
  },
  [lsblk]: { status: 'absent', text: '' },
  'sysfs net': {
    '/sys/class/net/ib0': '../../devices/pci0000:15/0000:15:01.0/0000:18:00.0/infiniband/mlx5_0/../net/ib0',
    '/sys/class/net/ib0/device': '../../../0000:18:00.0',
    '/sys/class/net/ib0/device/driver': '../../../../bus/pci/drivers/mlx5_core',
    '/sys/class/net/ib0/device/infiniband/mlx5_0': '',
    '/sys/class/net/ib0/operstate': 'up',
    '/sys/class/net/ib0/speed': '400000',
    '/sys/class/net/ib0/mtu': '4092',
  },
};

/** Claims of the class hgx-h100-8 as an inventory writes them out, with the drive and port of this server. */
export const hgxClaims = {
  'accelerators.length': 8,
  'accelerators.model': 'H100-SXM5-80GB',
  'accelerators.link.width': 16,
  'accelerators.link.maxGigatransfers': 32,
  'accelerators.powerLimitWatts': 700,
  'drives.length': 1,
  'nics.length': 1,
};

/** Where eight SXM5 modules sit in an HGX board, as `lspci` names the buses. */
export const hgxBuses = ['1b', '43', '52', '61', '9d', 'c3', 'd1', 'df'] as const;

/** Probes of a server with H100 modules at these buses, in order and at full power. */
export function hgxServer(buses: readonly string[], more: Changes = {}) {
  return constructed({
    ...serverChanges,
    'sysfs pci': pciTree(Object.fromEntries(buses.map((bus) => [`0000:${bus}:00.0`, h100]))),
    [smi]: nvidiaSmi(buses.map((bus) => ({ id: `00000000:${bus.toUpperCase()}:00.0` }))).replaceAll(
      '500.00 W',
      '700.00 W',
    ),
    ...more,
  });
}

/** `nvidia-smi` of one consumer or mining card: no serial, no ECC, no row remapping. */
const plainCard = (name: string, memory: string, watts: string): string =>
  nvidiaSmi([{ id: '00000000:01:00.0' }])
    .replace('NVIDIA H100 80GB HBM3', name)
    .replace(/<serial>\d+/, '<serial>N/A')
    .replace(/<remapped_rows>[\s\S]*<\/remapped_rows>/, '<remapped_rows>N/A</remapped_rows>')
    .replaceAll('>Enabled<', '>N/A<')
    .replace('81559 MiB', memory)
    .replaceAll(/(?:500|700)\.00 W/g, watts);

const oneCard = (files: Readonly<Record<string, string>>, smiText: string) =>
  constructed({
    ...serverChanges,
    'sysfs pci': pciTree({ '0000:01:00.0': { ...h100, class: '0x030000', ...files } }),
    [smi]: smiText,
  });

/** A card that trains one lane of the first generation in a slot of this width and speed. */
const narrowCard = (slotWidth: string, slotSpeed: string) => ({
  id: 'rig3090',
  probes: oneCard(
    {
      device: '0x2204',
      current_link_width: '1',
      '../max_link_width': slotWidth,
      current_link_speed: '2.5 GT/s PCIe',
      max_link_speed: '16.0 GT/s PCIe',
      '../max_link_speed': slotSpeed,
    },
    plainCard('NVIDIA GeForce RTX 3090', '24576 MiB', '350.00 W'),
  ),
});

/** Six assets as they are found on real floors, as the raw texts that probes and tools leave. */
export const sixEvidence = {
  /** Everything here was recorded, on a virtual machine with one virtio disk. */
  virtualMachine: {
    id: 'vm',
    probes: virtualMachine,
    steps: [
      recordedStep('sha256', 'openssl-3.0.19', { entry: 'hash' }),
      recordedStep('matmul', 'openblas-0.3.21-fp32', { entry: 'gemm' }),
      recordedStep('nvme', 'fio-3.33-random-read', { entry: 'random-read' }),
      recordedStep('nvme', 'fio-3.33-sequential-read', { entry: 'sequential-read' }),
      recordedStep('nvme', 'fio-3.33-verify', { entry: 'verify' }),
    ],
  },
  healthyH100: { id: 'gpu001', class: 'hgx-h100-8', claims: hgxClaims, probes: hgxServer(hgxBuses) },
  sevenOfEight: {
    id: 'gpu002',
    class: 'hgx-h100-8',
    claims: hgxClaims,
    probes: hgxServer(hgxBuses.filter((bus) => bus !== '9d')),
  },
  /** A slot of one lane, as a mining board has a dozen of. */
  riser: narrowCard('1', '5.0 GT/s PCIe'),
  /** A USB-cable riser: one lane of the first generation, whatever card and slot could do. */
  wideSlot: narrowCard('16', '16.0 GT/s PCIe'),
  miningCard: {
    id: 'rig170',
    probes: oneCard(
      {
        device: '0x20c2',
        current_link_width: '4',
        max_link_width: '4',
        current_link_speed: '2.5 GT/s PCIe',
        max_link_speed: '2.5 GT/s PCIe',
      },
      plainCard('NVIDIA CMP 170HX', '7961 MiB', '250.00 W'),
    ),
  },
  lockedHost: { id: 'locked', why: 'ssh: permission denied (publickey)' },
} as const satisfies Record<string, EvidenceNode>;
