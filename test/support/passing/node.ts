import { writeFileSync } from 'node:fs';
import { totalmem } from 'node:os';
import { join } from 'node:path';
import * as z from 'zod';
import { fabricInterface } from '../../rig/fabric.ts';
import type { Rig } from '../../rig/rig.ts';
import type { RigNode } from '../../rig/rig-node.ts';
import { fakeTool, runAssay } from '../run-assay.ts';
import { playOnNode } from '../stand-ins/play-accelerators.ts';
import { playRailsOnNode } from '../stand-ins/play-rails.ts';

const cards = Array.from({ length: 8 }, (_, index) => `0000:0${index + 1}:00.0`);
const uuidOf = (address: string): string => `GPU-000000${address.slice(5, 7)}-0000-4000-8000-000000000000`;
const speed = '32.0 GT/s PCIe';
const h100 = { device: '0x2330', class: '0x030200', current_link_speed: speed, max_link_speed: speed };

/** For the tools of a node that are played. */
export const sshdConfig = ['SetEnv PATH=/root/bin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin'];

/**
 * Eight accelerators, their driver and DCGM, and eight cards for RDMA on a node of a rig, now and behind each boot: nothing is wrong
 * with any. `meeting` is a folder that all nodes see, in which their ranks meet.
 */
export async function playHealthy(node: RigNode, meeting: string): Promise<void> {
  await playOnNode(node, {
    bus: Object.fromEntries(cards.map((address) => [address, h100])),
    slot: { max_link_width: '16', max_link_speed: speed },
    scenario: [
      `nccl-between NET/IB/0/GDRDMA ${meeting}`,
      ...cards.flatMap((address) => [
        `gpu ${address}`,
        `uuid ${uuidOf(address)}`,
        'power 700 700',
        'draws 640',
        'links 18 18',
        'fabric',
        'product 20000',
      ]),
    ],
    hasDriver: true,
    libraries: 'all',
  });
  const folder = join(node.site.directory, 'root/bin');
  fakeTool(folder, 'dcgmi', dcgmi);
  // Disks of virtual machines have no model, and no two machines are alike by what is not known.
  fakeTool(folder, 'lsblk', `/usr/bin/lsblk "$@" | sed 's/"model": *null/"model":"PLAYED"/g'`);
  // Programs that were compiled before need less time; what runs perftest was not, and is plain C.
  const plugIn = node.atBoot;
  const hideHeader = (): Promise<void> => node.bind('/dev/null', '/usr/include/pthread.h');
  node.atBoot = async () => {
    await plugIn?.();
    await hideHeader();
  };
  await hideHeader();
  await playRailsOnNode(
    node,
    Array.from({ length: 8 }, () => ({})),
  );
}

const results = (name: string) => ({
  name,
  results: cards.map((_, index) => ({
    entity_group: 'GPU',
    entity_group_id: 1,
    entity_id: index,
    status: 'Pass',
  })),
  test_summary: { status: 'Pass' },
});
const diag = JSON.stringify({
  'DCGM Diagnostic': {
    test_categories: [
      { category: 'Deployment', tests: [results('software')] },
      { category: 'Hardware', tests: [results('memory')] },
      { category: 'Integration', tests: [results('pcie')] },
    ],
  },
  entity_groups: [
    {
      entity_group: 'GPU',
      entity_group_id: 1,
      entities: cards.map((_, index) => ({ device_id: '2330', entity_id: index, serial_num: `${index}` })),
    },
  ],
  metadata: { 'Driver Version Detected': '550.90.07', version: '4.4.1' },
});
const rule = `+--------+${'-'.repeat(70)}+`;
const row = (id: string, text: string): string => `| ${id.padEnd(6)} | ${text.padEnd(68)} |`;
const discovery = [
  '8 GPUs found (Active).',
  rule,
  row('GPU ID', 'Device Information'),
  rule,
  ...cards.flatMap((address, index) => [
    row(`${index}`, 'Name: NVIDIA H100 80GB HBM3'),
    row('', `PCI Bus ID: 0000${address}`),
    row('', `Device UUID: ${uuidOf(address)}`),
    rule,
  ]),
].join('\n');
const dcgmi = `case "$1" in
--version) printf 'dcgmi  version: 4.4.1\\n' ;;
discovery) cat <<'END'
${discovery}
END
;;
diag) cat <<'END'
${diag}
END
;;
esac`;

/** What was delivered: eight accelerators, and the memory that this machine has. */
export const manifestOf = (nodes: readonly string[]): string =>
  [
    'node,part,slot,model,serial,count',
    ...nodes.flatMap((node) => [
      `${node},accelerator,,H100-SXM5-80GB,,8`,
      `${node},memory,,${Math.ceil(totalmem() / 2 ** 20)} MiB,,1`,
    ]),
    '',
  ].join('\n');

const Facts = z.object({
  machines: z.array(z.object({ facts: z.array(z.object({ group: z.string(), name: z.string() })) })),
});

/** The nodes of a rig, with what is claimed of them; drives and network cards are this machine's, so they are counted first. */
export async function inventoryOf(rig: Rig, directory: string): Promise<string> {
  const inventory = { schema: 'assay/inventory', schemaVersion: 1, ssh: { config: rig.files.sshConfig } };
  const path = join(directory, 'count.yaml');
  writeFileSync(path, JSON.stringify({ ...inventory, nodes: rig.nodes.map(({ name }) => ({ name })) }));
  const { stdout } = await runAssay(['facts', path, '--json'], { cwd: directory });
  const [machine] = Facts.parse(JSON.parse(stdout)).machines;
  const count = (group: string): number =>
    (machine?.facts ?? []).filter((fact) => fact.group === group && fact.name.endsWith(' name')).length;
  const claims = { 'drives.length': count('drives'), 'nics.length': count('nics') };
  const [{ name: golden } = { name: '' }] = rig.nodes;
  const nodes = rig.nodes.map(({ name }) => ({ name, class: 'played-8', claims }));
  const fabric = rig.nodes.length > 1 ? { fabric: { interface: fabricInterface } } : {};
  return JSON.stringify({ ...inventory, ...fabric, golden, manifest: 'manifest.csv', nodes });
}
