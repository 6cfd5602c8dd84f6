import { readFileSync } from 'node:fs';
import type { ProbeOutput } from '../../../../../workloads/kit/facts/probe-output.ts';
import { ProbeDocument } from '../../../../../workloads/kit/facts/probe-output.ts';

const folder = new URL('../../../../../workloads/kit/facts/fixtures/', import.meta.url);

/** Probes of a real virtual machine: 2 CPUs, one virtio disk, no accelerator. */
export const virtualMachine: ProbeDocument = ProbeDocument.parse(
  JSON.parse(readFileSync(new URL('virtual-machine.json', folder), 'utf8')),
);

/** A constructed machine: the real virtual machine with some probes answered otherwise. */
export function constructed(
  changes: Readonly<Record<string, string | object | Omit<ProbeOutput, 'id'>>>,
  scratchPath = virtualMachine.scratchPath,
): ProbeDocument {
  const answer = (id: string, change: string | object): ProbeOutput => {
    if (typeof change === 'string') return { id, status: 'read', text: change };
    if ('status' in change) return { id, ...change } as ProbeOutput;
    return { id, status: 'read', text: JSON.stringify(change) };
  };
  const kept = virtualMachine.probes.filter(({ id }) => changes[id] === undefined);
  return {
    ...virtualMachine,
    scratchPath,
    probes: [...kept, ...Object.entries(changes).map(([id, it]) => answer(id, it))],
  };
}

/** A constructed `sysfs pci` tree. */
export function pciTree(
  devices: Readonly<Record<string, Readonly<Record<string, string>>>>,
): Record<string, string> {
  return Object.fromEntries(
    Object.entries(devices).flatMap(([address, files]) =>
      Object.entries(files).map(([name, text]) => [`/sys/bus/pci/devices/${address}/${name}`, text]),
    ),
  );
}

export const h100 = {
  vendor: '0x10de',
  device: '0x2330',
  class: '0x030200',
  driver: '../../../../bus/pci/drivers/nvidia',
  current_link_speed: '32.0 GT/s PCIe',
  current_link_width: '16',
  max_link_speed: '32.0 GT/s PCIe',
  max_link_width: '16',
  '../max_link_width': '16',
  '../max_link_speed': '32.0 GT/s PCIe',
};

/** A constructed answer of `nvidia-smi -q -x` (element names of R550); `extra` goes into each GPU. */
export function nvidiaSmi(
  gpus: readonly {
    readonly id: string;
    readonly used?: string;
    readonly extra?: string;
    readonly processes?: string;
  }[],
): string {
  const body = gpus.map(
    ({ id, used = '4 MiB', extra = '', processes = '' }) => `
	<gpu id="${id}">
		<product_name>NVIDIA H100 80GB HBM3</product_name>
		<serial>165422301187${id.slice(9, 11)}</serial>
		<uuid>GPU-00000000-0000-4000-8000-0000000000${id.slice(9, 11)}</uuid>
		<fb_memory_usage>
			<total>81559 MiB</total>
			<reserved>551 MiB</reserved>
			<used>${used}</used>
		</fb_memory_usage>
		<ecc_mode>
			<current_ecc>Enabled</current_ecc>
			<pending_ecc>Enabled</pending_ecc>
		</ecc_mode>
		<remapped_rows>
			<remapped_row_pending>No</remapped_row_pending>
			<remapped_row_failure>No</remapped_row_failure>
		</remapped_rows>
		<gpu_power_readings>
			<power_draw>71.52 W</power_draw>
			<current_power_limit>500.00 W</current_power_limit>
			<default_power_limit>700.00 W</default_power_limit>
		</gpu_power_readings>
		${extra}
		<processes>
		${processes}</processes>
	</gpu>`,
  );
  return `<?xml version="1.0" ?>
<!DOCTYPE nvidia_smi_log SYSTEM "nvsmi_device_v12.dtd">
<nvidia_smi_log>
	<timestamp>Mon May 11 08:10:00 2026</timestamp>
	<driver_version>550.90.07</driver_version>
	<attached_gpus>${gpus.length}</attached_gpus>${body.join('')}
</nvidia_smi_log>
`;
}
