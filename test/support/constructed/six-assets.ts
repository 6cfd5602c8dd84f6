import { known, unknown } from '../../../workloads/kit/facts/fact.ts';
import type { Accelerator } from '../../../workloads/kit/facts/host-facts.ts';
import type { ConstructedNode } from '../constructed-run.ts';
import { h100, mergeFacts, nic, nvmeDrive } from './facts.ts';

/** Claims of the class hgx-h100-8, written out as `readInventory` does. */
const hgxClaims = {
  'accelerators.length': 8,
  'accelerators.model': 'H100-SXM5-80GB',
  'accelerators.link.width': 16,
  'accelerators.link.maxGigatransfers': 32,
  'accelerators.powerLimitWatts': 700,
  'drives.length': 1,
  'nics.length': 1,
};

const eight = [0, 1, 2, 3, 4, 5, 6, 7];

const rtx3090: Accelerator = h100(0, {
  pciId: '10de:2204',
  model: known('RTX-3090'),
  serial: unknown('nvidia-smi: N/A'),
  memoryBytes: known(25_769_803_776),
  eccEnabled: unknown('nvidia-smi: N/A'),
  // A USB-cable riser: one lane of the first generation, whatever the card could do.
  link: { width: known(1), maxWidth: known(16), gigatransfers: known(2.5), maxGigatransfers: known(16) },
  powerLimitWatts: known(350),
  defaultPowerLimitWatts: known(350),
  rowRemapPending: unknown('nvidia-smi: N/A'),
  rowRemapFailure: unknown('nvidia-smi: N/A'),
});

const cmp170hx: Accelerator = h100(0, {
  pciId: '10de:20c2',
  model: known('CMP-170HX'),
  memoryBytes: known(8_347_713_536),
  eccEnabled: unknown('nvidia-smi: N/A'),
  link: { width: known(4), maxWidth: known(4), gigatransfers: known(2.5), maxGigatransfers: known(2.5) },
  powerLimitWatts: known(250),
  defaultPowerLimitWatts: known(250),
});

const virtioDrive = nvmeDrive({
  name: 'vda',
  identity: '/sys/devices/pci0000:00/0000:00:02.0/virtio1',
  serial: unknown('/sys/block/vda/serial: empty'),
  model: unknown('/sys/block/vda/device/model: absent'),
  transport: known('virtio'),
  majorMinor: '254:0',
});

/** Reads of the virtual disk, honestly labelled by the tool. */
const virtioSteps: NonNullable<ConstructedNode['steps']> = [1, 2, 3].map((repetition) => ({
  entry: 'nvme-read',
  workload: 'nvme',
  tool: 'fio',
  repetition,
  samples: [
    {
      metric: 'nvme.randomReadRate',
      value: 35_000 + repetition,
      device: virtioDrive.identity,
      dimensions: { transport: 'virtio' },
    },
    {
      metric: 'nvme.verifyErrors',
      value: 0,
      device: virtioDrive.identity,
      dimensions: { transport: 'virtio' },
    },
  ],
}));

/** Six assets as they are found on real floors. */
export const sixAssets = {
  virtualMachine: {
    id: 'vm',
    facts: mergeFacts({
      drives: known([virtioDrive]),
      nics: known([nic({ driver: known('virtio_net'), rdmaDevice: unknown('no RDMA device') })]),
      scratchDrive: known(virtioDrive.identity),
      memoryBytes: 25_000_000_000,
    }),
    steps: virtioSteps,
  },
  healthyH100: {
    id: 'gpu001',
    class: 'hgx-h100-8',
    claims: hgxClaims,
    facts: mergeFacts({ accelerators: known(eight.map((index) => h100(index))) }),
  },
  sevenOfEight: {
    id: 'gpu002',
    class: 'hgx-h100-8',
    claims: hgxClaims,
    facts: mergeFacts({ accelerators: known(eight.slice(1).map((index) => h100(index))) }),
  },
  riser: { id: 'rig3090', facts: mergeFacts({ accelerators: known([rtx3090]) }) },
  miningCard: { id: 'rig170', facts: mergeFacts({ accelerators: known([cmp170hx]) }) },
  lockedHost: { id: 'locked', why: 'ssh: permission denied (publickey)' },
} as const satisfies Record<string, ConstructedNode>;
