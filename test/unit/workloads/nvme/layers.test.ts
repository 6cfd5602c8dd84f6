import { describe, expect, test } from 'vitest';
import { Command } from '../../../../workloads/kit/command.ts';
import { readHostFacts } from '../../../../workloads/kit/facts/read-host-facts.ts';
import type { StepOutputs } from '../../../../workloads/kit/tool.ts';
import { checkTarget } from '../../../../workloads/nvme/check-target.ts';
import { fio } from '../../../../workloads/nvme/tools/fio.ts';
import { loadMachine } from '../../../support/machines.ts';
import { altered } from '../altered.ts';
import { constructed, virtualMachine } from '../kit/facts/documents.ts';
import { recorded } from './recorded.ts';

const { outputs, params } = recorded('fio-3.33-random-read');

const row = (name: string, type: string, majorMinor: string, parent: string) => ({
  name,
  type,
  'maj:min': majorMinor,
  pkname: parent,
  size: 1_000_000,
  rota: false,
  serial: null,
  wwn: null,
  model: null,
  tran: null,
});

/** Ubuntu's default install, constructed from a recorded run: ext4 on LVM on a partition, here on LUKS as well. */
function layered(layers: readonly string[], rows: readonly object[]): StepOutputs {
  const mounted = altered(outputs, 'mount', ({ stdout }) => ({
    stdout: stdout.replace('254:0', '252:1').replace('/dev/vda', '/dev/mapper/ubuntu--vg-ubuntu--lv'),
  }));
  const listed = altered(mounted, 'drives', ({ stdout }) => {
    const document = JSON.parse(stdout) as { blockdevices: object[] };
    return { stdout: JSON.stringify({ blockdevices: [...document.blockdevices, ...rows] }) };
  });
  const paths = layers.map((line) => `/sys/devices/virtual/block/${line}\n`).join('');
  const sysfs = outputs['sysfs'];
  if (sysfs === undefined) throw new Error('nothing was recorded');
  return { ...listed, layers: { ...sysfs, stdout: paths } };
}

const partition = row('vda3', 'part', '254:3', 'vda');
const volume = row('ubuntu--vg-ubuntu--lv', 'lvm', '252:1', 'dm-0');
const crypt = row('dm_crypt-0', 'crypt', '252:0', 'vda3');
const luks = [
  'loop0/dev:7:0',
  'dm-0/dev:252:0',
  'dm-0/dm/uuid:CRYPT-LUKS2-0123-dm_crypt-0',
  'dm-0/slaves/vda3:',
];
const lvm = ['dm-1/dev:252:1', 'dm-1/dm/uuid:LVM-abcDEF', 'dm-1/slaves/dm-0:'];
const rows = [partition, volume, crypt];

function firstReading(step: StepOutputs) {
  const parsed = fio.parse(step, params);
  if (!parsed.ok) throw new Error(parsed.error);
  const [reading] = parsed.value.readings;
  if (reading === undefined) throw new Error('no reading');
  return reading;
}

describe('a number of a drive behind device mapper', () => {
  test('is the drive it lies on, and says what is in between', () => {
    const reading = firstReading(layered([...luks, ...lvm], rows));
    expect(reading.invalid).toBeUndefined();
    expect(reading.device).toBe('overlayblk');
    expect(reading.dimensions).toMatchObject({ transport: 'virtio', through: 'lvm on crypt' });
  });

  test('says nothing of the kind for a plain partition', () => {
    expect(firstReading(outputs).dimensions).not.toHaveProperty('through');
  });

  test('is counted on the drive, not on the mapper', () => {
    const idle = altered(layered([...luks, ...lvm], rows), 'run', ({ counters }) => {
      if (counters === undefined) throw new Error('no counters were recorded');
      const mapper = (sectors: number): string => ` 252 1 dm-1 9 0 ${sectors} 1 9 0 0 1 0 1 1\n`;
      const at = (diskstats: string, sectors: number): string => diskstats + mapper(sectors);
      const still = counters.before['/proc/diskstats'] ?? '';
      return {
        counters: {
          before: { ...counters.before, '/proc/diskstats': at(still, 0) },
          after: { ...counters.after, '/proc/diskstats': at(still, 99_999_999) },
        },
      };
    });
    expect(firstReading(idle).invalid).toBe(
      'the drive moved 0 % of the bytes that were read (expected at least 95 %)',
    );
  });

  test.each([
    [
      'over two drives, of which lsblk names only one',
      [...luks, ...lvm, 'dm-1/slaves/vdb:'],
      'dm-1 over dm-0, vdb lies on vdb, which is not one drive (RAID or a software device)',
    ],
    [
      'over a RAID',
      [...lvm, 'dm-0/dev:252:0', 'dm-0/slaves/md127:'],
      'dm-1 over dm-0 lies on md127, which is not one drive (RAID or a software device)',
    ],
    [
      'whose layers sysfs did not show',
      luks,
      'ubuntu--vg-ubuntu--lv (lvm) is not in /sys/devices/virtual/block',
    ],
  ])('%s is invalid', (_, layers, why) => {
    const { invalid, device } = firstReading(layered(layers, rows));
    expect(invalid).toBe(why);
    expect(device).toBeUndefined();
  });

  test('over two known drives is invalid', () => {
    const two = altered(layered([...luks, ...lvm, 'dm-1/slaves/vdb:'], rows), 'sysfs', ({ stdout }) => ({
      stdout: `${stdout}/sys/block/vdb:../devices/pci0000:00/0000:00:09.0/virtio9/block/vdb\n/sys/block/vdb/dev:254:16\n`,
    }));
    expect(firstReading(two).invalid).toBe('dm-1 over dm-0, vdb spans 2 drives: vdb, vda');
  });

  test('is invalid when the layers could not be looked at', () => {
    const failed = altered(layered([], rows), 'layers', () => ({ exitCode: 1, stderr: 'find: no' }));
    expect(firstReading(failed).invalid).toBe(
      'command `layers`: expected exit code 0, got exit code 1: `find: no`',
    );
  });
});

describe('a number of a drive behind multipath', () => {
  const mpath = ['dm-0/dev:252:0', 'dm-0/dm/uuid:mpath-3600a098', 'dm-0/slaves/vda:', 'dm-0/slaves/vdb:'];
  const onPath = (step: StepOutputs): StepOutputs =>
    altered(step, 'run', ({ counters }) => {
      if (counters === undefined) throw new Error('no counters were recorded');
      const path = (sectors: number): string => ` 254 16 vdb 9 0 ${sectors} 1 9 0 0 1 0 1 1\n`;
      const still = counters.before['/proc/diskstats'] ?? '';
      return {
        counters: {
          before: { ...counters.before, '/proc/diskstats': still + path(0) },
          after: { ...counters.after, '/proc/diskstats': still + path(99_999_999) },
        },
      };
    });
  const withPath = (step: StepOutputs, link: string): StepOutputs =>
    altered(step, 'sysfs', ({ stdout }) => ({
      stdout: `${stdout}/sys/block/vdb:../devices/${link}/block/vdb\n/sys/block/vdb/dev:254:16\n`,
    }));

  test('is that of what is behind it, whichever path its traffic took', () => {
    const reading = firstReading(onPath(layered([...mpath, ...lvm], rows)));
    expect(reading.invalid).toBeUndefined();
    expect(reading.device).toBe('overlayblk');
    expect(reading.dimensions).toMatchObject({ transport: 'virtio', through: 'lvm on mpath' });
  });

  test('is one drive although each path looks like one', () => {
    const two = withPath(layered([...mpath, ...lvm], rows), 'pci0000:00/0000:00:09.0/virtio9');
    expect(firstReading(two)).toMatchObject({ device: 'overlayblk' });
    expect(firstReading(two).invalid).toBeUndefined();
    const plain = layered([...mpath.filter((line) => !line.includes('uuid')), ...lvm], rows);
    expect(firstReading(withPath(plain, 'pci0000:00/0000:00:09.0/virtio9')).invalid).toMatch(
      /spans 2 drives/,
    );
  });

  test('is invalid where its paths are of two kinds, or lead to a RAID', () => {
    const mixed = withPath(
      layered([...mpath, ...lvm], rows),
      'pci0000:00/0000:04:00.0/host7/rport-7:0-0/7:0:0:1',
    );
    expect(firstReading(mixed).invalid).toBe('the paths of dm-0 (vda, vdb) are not of one kind');
    const raid = [...mpath.slice(0, 2), 'dm-0/slaves/md127:', ...lvm];
    expect(firstReading(layered(raid, rows)).invalid).toMatch(/md127, which is not one drive/);
  });

  test('is planned, and judged by what is behind it', () => {
    const facts = readHostFacts(loadMachine('dm-multipath').document);
    expect(checkTarget({ ...params, fileBytes: 2 ** 20 }, facts)).toMatchObject({ ok: true });
    const drives = 'value' in facts.drives ? facts.drives.value : [];
    const behind = drives.find(
      ({ identity }) =>
        'value' in facts.scratch.driveIdentity && identity === facts.scratch.driveIdentity.value,
    );
    expect(behind?.transport).toEqual({ value: 'fc' });
  });
});

describe('the layers', () => {
  const mapped = readHostFacts(
    constructed({ '/proc/self/mountinfo': '27 1 252:1 / / rw - ext4 /dev/mapper/vg-root rw\n' }),
  );

  test('are looked at only where the file system is not on a drive or its partition', () => {
    const ids = fio.plan(params, readHostFacts(virtualMachine)).map(({ id }) => id);
    expect(ids).toEqual(['version', 'mount', 'drives', 'sysfs', 'layout', 'run']);
    expect(fio.plan(params, mapped).map(({ id }) => id)).toEqual([
      'version',
      'mount',
      'drives',
      'sysfs',
      'layers',
      'layout',
      'run',
    ]);
  });

  test('are one command without a shell', () => {
    const command = Command.parse(fio.plan(params, mapped).find(({ id }) => id === 'layers'));
    expect([command.file, ...command.args].join(' ')).toBe(
      'find /sys/devices/virtual -mindepth 1 -maxdepth 4 -not -path /sys/devices/virtual/block -not -path /sys/devices/virtual/block/* -prune -o -path /sys/devices/virtual/block/*/slaves/* -printf %p:\\n -o -type f ( -path /sys/devices/virtual/block/*/dev -o -path /sys/devices/virtual/block/*/dm/uuid ) -exec grep -H  {} +',
    );
  });
});
