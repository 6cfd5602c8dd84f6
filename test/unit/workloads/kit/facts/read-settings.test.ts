import { expect, it } from 'vitest';
import { readEvidence } from '../../../../../workloads/kit/facts/evidence.ts';
import { readSettings } from '../../../../../workloads/kit/facts/read-settings.ts';
import { constructed } from './documents.ts';

const settingsOf = (files: object) => readSettings(readEvidence(constructed({ 'host settings': files })));
const argumentsOf = (line: string) => settingsOf({ '/proc/cmdline': line }).kernelArguments;

const uuid = '3f1c9a52-77aa-4e0b-9c1d-5a0e8b7c6d5e';
const machineId = '8d0f1e2c3b4a59687766554433221100';

it.each([
  `boot=UUID=${uuid}`,
  `rd.luks.name=${uuid}=crypt`,
  `rd.luks.uuid=luks-${uuid}`,
  `luks.uuid=${uuid}`,
  'cryptdevice=/dev/sda2:crypt',
  'rd.lvm.vg=rl_gpu001',
  'rd.lvm.lv=rl_gpu001/root',
  'rd.iscsi.initiator=iqn.1994-05.com.redhat:gpu001',
  `rd.nvmf.hostnqn=nqn.2014-08.org.nvmexpress:uuid:${uuid}`,
  'netroot=iscsi:10.0.0.9::::iqn.2026-01.org.example:gpu001',
  'nfsroot=10.0.0.9:/roots/gpu001',
  'ip=10.0.0.17::10.0.0.1:255.255.255.0:gpu001:eth0:none',
  `resume=UUID=${uuid}`,
  'resume_offset=123456',
  'BOOTIF=01-b8-3f-d2-00-00-0a',
  'ds=nocloud;h=gpu001',
  'hostname=gpu001',
  'systemd.hostname=gpu001',
  'inst.ks=http://10.0.0.9/gpu001.ks',
])('leaves out what one machine alone is told: %s', (argument) => {
  expect(argumentsOf(`ro ${argument} quiet`)).toEqual({ value: 'ro quiet' });
});

it.each([
  [`swap=UUID=${uuid}`, 'swap=UUID=<uuid>'],
  ['swap=/dev/disk/by-id/nvme-SAMSUNG_MZ_S64HNE0R123456-part2,discard', 'swap=/dev/disk/by-id/<id>,discard'],
  ['key=/dev/sdb:0x5000c500a1b2c3d4', 'key=/dev/sdb:<id>'],
  [`machine=${machineId}`, 'machine=<id>'],
  ['asset=7CE312P0B1', 'asset=<id>'],
  ['target=iqn.2026-01.org.example:gpu001,1', 'target=<iqn>,1'],
  ['MACADDR=B8:3F:D2:00:00:0A', 'MACADDR=<mac>'],
  ['netconsole=6665@10.0.0.17/eth0,6666@10.0.0.9/', 'netconsole=6665@<ip>/eth0,6666@<ip>/'],
  ['server=[fd00::17]:80', 'server=[<ip>]:80'],
  ['server=2001:db8:0:0:0:0:0:17', 'server=<ip>'],
])('replaces what names one machine in any value: %s', (argument, shared) => {
  expect(argumentsOf(argument)).toEqual({ value: shared });
});

it('keeps every setting as it is', () => {
  const line =
    'ro console=ttyS0,115200n8 iommu=pt isolcpus=1-63,65-127 crashkernel=1G-4G:192M,4G-64G:256M ' +
    'vfio-pci.ids=10de:2330,10de:20b5 pci=resource_alignment=20@0000:03:00.0 memmap=4G!0x100000000 ' +
    'ramdisk_size=16777216K hugepagesz=1G nvme_core.default_ps_max_latency_us=5500 earlycon=pl011,0x9000000 ' +
    'module_blacklist=nouveau clearcpuid=514 NVreg_RegistryDwords=RMNvLinkDisableLinks=0x3FFFF rootflags=noatime';
  expect(argumentsOf(line)).toEqual({ value: line });
});

it('does so in the settings of NCCL too', () => {
  const file = 'NCCL_HOSTID=gpu001\nNCCL_COMM_ID=10.0.0.17:4000 # first\nNCCL_IB_HCA=mlx5_0,mlx5_1\n';
  expect(settingsOf({ '/etc/nccl.conf': file }).ncclConfiguration).toEqual({
    value: 'NCCL_COMM_ID=<ip>:4000; NCCL_IB_HCA=mlx5_0,mlx5_1',
  });
});
