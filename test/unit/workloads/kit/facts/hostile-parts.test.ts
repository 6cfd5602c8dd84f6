import { expect, test } from 'vitest';
import { HostFacts } from '../../../../../workloads/kit/facts/host-facts.ts';
import { readHostFacts } from '../../../../../workloads/kit/facts/read-host-facts.ts';
import { constructed } from './documents.ts';

// What a node prints can be as long and as strange as it likes. A pattern that looks for an end from everywhere takes hours here.

const many = (part: string): string => part.repeat(400_000 / part.length);
const tree = (path: string, text: string): object => ({ [path]: text });
const net = { '/sys/class/net/eth0': '../../devices/pci0000:00/0000:01:00.0/net/eth0' };

test.each([
  ['\n'],
  [' \t'],
  ['Handle 0x1, DMI type 17,\n'],
  ['Handle 0x1, DMI type 39, \n\tName: x '],
  ['\tSize: 1 '],
  ['E:MEMORY_DEVICE_1_SIZE='],
  ['iommu=pt '],
  ['[a'],
  ['#='],
  ['\ufffd\u0001\u0000a'],
  ['0d00'],
  ['A1'],
  ['a::'],
  ['1.2.'],
  ['aa-bb-'],
])('texts full of %j are read at once, and nothing is known of them that they do not say', (part) => {
  const text = many(part);
  const facts = readHostFacts(
    constructed({
      '/run/udev/data/+dmi:id': text,
      'dmidecode -t 17 -t 39': text,
      'devlink -j dev info': text,
      'PCI bridges': { '0000:00:01.0': text, '0000:00:02.0': `${'00'.repeat(256)}${text}` },
      'host settings': {
        ...tree('/proc/cmdline', text),
        ...tree('/etc/nccl.conf', text),
        ...tree('/sys/kernel/mm/transparent_hugepage/enabled', text),
        ...tree('/proc/driver/nvidia/version', text),
      },
      'sysfs net': net,
      'sysfs vpd': tree('/sys/class/net/eth0/device/vpd', text),
      'ethtool of each interface': {
        eth0: { driver: { status: 'read', text }, module: { status: 'read', text } },
      },
      'sysfs edac': {
        '/sys/devices/system/edac/mc/mc0/dimm0/size': text,
        '/sys/devices/system/edac/mc/mc0/dimm0/dimm_label': text,
      },
    }),
  );
  expect(HostFacts.safeParse(facts).success).toBe(true);
  expect(facts.powerSupplies).toHaveProperty('unknown');
  expect(facts.networkCards).not.toHaveProperty('value.0.serial.value');
});
