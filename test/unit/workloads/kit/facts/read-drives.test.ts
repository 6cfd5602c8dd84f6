import { describe, expect, test } from 'vitest';
import type { Drive } from '../../../../../workloads/kit/facts/host-facts.ts';
import { readHostFacts } from '../../../../../workloads/kit/facts/read-host-facts.ts';
import { constructed } from './documents.ts';

const lsblk = 'lsblk -J -b -l -o NAME,TYPE,MAJ:MIN,PKNAME,SIZE,ROTA,SERIAL,WWN,MODEL,TRAN';
const absent = { status: 'absent', text: '' } as const;

/** A constructed drive in sysfs. */
const drive = (
  name: string,
  path: string,
  files: Readonly<Record<string, string>> = {},
): Record<string, string> => ({
  [`/sys/block/${name}`]: `../devices/${path}/block/${name}`,
  ...Object.fromEntries(
    Object.entries({ dev: '8:0', size: '1000', 'queue/rotational': '0', ...files }).map(([file, text]) => [
      `/sys/block/${name}/${file}`,
      text,
    ]),
  ),
});

function drives(tree: Record<string, string>, rows: string | object = absent): readonly Drive[] {
  const fact = readHostFacts(constructed({ 'sysfs block': tree, [lsblk]: rows })).drives;
  if ('unknown' in fact) throw new Error(fact.unknown);
  return fact.value;
}

describe('transport', () => {
  test.each([
    ['nvme0n1', 'pci0000:00/0000:01:00.0/nvme/nvme0', {}, 'nvme'],
    ['nvme0n1', 'pci0000:00/0000:01:00.0/nvme/nvme0', { 'device/transport': 'pcie' }, 'nvme'],
    ['nvme1n1', 'virtual/nvme-fabrics/ctl/nvme1', { 'device/transport': 'tcp' }, undefined],
    ['nvme1n1', 'virtual/nvme-subsystem/nvme-subsys1', { 'device/nvme1/transport': 'rdma' }, 'nvme-rdma'],
    ['nvme2n1', 'virtual/nvme-subsystem/nvme-subsys2', { 'device/nvme2/transport': 'pcie' }, 'nvme'],
    ['nvme2n1', 'pci0000:64/0000:64:05.5/pci10000:00/10000:00:02.0/10000:01:00.0/nvme/nvme2', {}, 'nvme'],
    ['sdb', 'pci0000:00/0000:01:00.0/host7/rport-7:0-0/target7:0:0/7:0:0:0', {}, 'fc'],
    ['sdc', 'platform/host3/session1/target3:0:0/3:0:0:0', {}, 'iscsi'],
    ['sda', 'pci0000:00/0000:00:1f.2/ata1/host0/target0:0:0/0:0:0:0', {}, 'sata'],
    ['sdb', 'pci0000:00/0000:00:14.0/usb2/2-1/2-1:1.0/host6/target6:0:0/6:0:0:0', {}, 'usb'],
    ['sdc', 'pci0000:00/0000:00:05.0/virtio2/host2/target2:0:0/2:0:0:0', {}, 'virtio'],
    ['sdd', 'pci0000:00/0000:01:00.0/host0/port-0:0/end_device-0:0/target0:0:0/0:0:0:0', {}, 'sas'],
    ['mmcblk0', 'platform/fe340000.mmc/mmc_host/mmc0/mmc0:aaaa', {}, 'mmc'],
  ])('%s below %s', (name, path, files, expected) => {
    const [found] = drives(drive(name, path, files));
    expect(found === undefined ? undefined : found.transport).toEqual(
      expected === undefined ? undefined : { value: expected },
    );
  });

  test('a multipath drive none of whose controllers was looked at is not taken for PCI Express', () => {
    const tree = drive('nvme1n1', 'virtual/nvme-subsystem/nvme-subsys1');
    expect(drives(tree)[0]?.transport).toEqual({
      unknown: 'no controller of nvme1n1 tells its transport: PCI Express, or a network',
    });
  });

  test('a place that tells nothing is unknown, unless lsblk knows', () => {
    const tree = drive('sde', 'platform/odd/host0');
    expect(drives(tree)[0]?.transport).toEqual({
      unknown:
        'the place of sde in sysfs does not tell its transport: `devices/platform/odd/host0/block/sde`',
    });
    const row = { name: 'sde', type: 'disk', tran: 'fc' };
    expect(drives(tree, { blockdevices: [row] })[0]?.transport).toEqual({ value: 'fc' });
  });
});

test.each([
  'loop0',
  'ram1',
  'zram0',
  'dm-0',
  'md127',
  'nbd0',
  'sr0',
  'pmem0',
  'mtdblock1',
])('%s is no drive', (name) => {
  expect(drives(drive(name, 'virtual'))).toEqual([]);
  expect(drives(drive(name, 'pci0000:00/x'))).toEqual([]);
});

test('a slot without a medium and a hidden NVMe path are no drives', () => {
  expect(drives(drive('sda', 'pci0000:00/x', { size: '0' }))).toEqual([]);
  expect(drives(drive('nvme0c0n1', 'pci0000:00/x', { hidden: '1' }))).toEqual([]);
});

describe('identity', () => {
  const nvme = drive('nvme0n1', 'pci0000:00/0000:01:00.0/nvme/nvme0', {
    'device/serial': 'S5XXNG0R100001  ',
    'device/model': 'SAMSUNG MZWLR3T8HBLS-00007              ',
    wwid: 'eui.36355830525000010025384100000001',
    size: '7501476528',
  });

  test('is the serial, trimmed', () => {
    expect(drives(nvme)[0]).toMatchObject({
      identity: 'S5XXNG0R100001',
      model: { value: 'SAMSUNG MZWLR3T8HBLS-00007' },
      sizeBytes: { value: 3_840_755_982_336 },
      rotational: { value: false },
    });
  });

  test('is the WWN when there is no serial', () => {
    expect(drives({ ...nvme, '/sys/block/nvme0n1/device/serial': '' })[0]?.identity).toBe(
      'eui.36355830525000010025384100000001',
    );
  });

  test('is the place in sysfs when there is neither', () => {
    const place = 'pci0000:00/0000:00:02.0/virtio1';
    expect(drives(drive('vda', place))[0]?.identity).toBe(place);
    const subsystem = {
      '/sys/block/nvme0n1': '../devices/virtual/nvme-subsystem/nvme-subsys0/nvme0n1',
      '/sys/block/nvme0n1/dev': '259:0',
    };
    expect(drives(subsystem)[0]?.identity).toBe('virtual/nvme-subsystem/nvme-subsys0');
  });

  test('what udev knows through lsblk comes first', () => {
    const row = { name: 'sda', type: 'disk', serial: 'WD-123', model: 'WDC WD40', 'maj:min': '8:0' };
    const tree = drive('sda', 'pci0000:00/0000:00:1f.2/ata1/host0/target0:0:0/0:0:0:0', {
      'device/model': 'WDC WD40EFRX-68N',
    });
    expect(drives(tree, { blockdevices: [row] })[0]).toMatchObject({
      identity: 'WD-123',
      model: { value: 'WDC WD40' },
    });
  });

  test('two namespaces of one drive are two identities', () => {
    const second = Object.fromEntries(
      Object.entries(nvme).map(([path, text]) => [path.replace('nvme0n1', 'nvme0n2'), text]),
    );
    expect(drives({ ...nvme, ...second }).map((it) => it.identity)).toEqual([
      'S5XXNG0R100001/nvme0n1',
      'S5XXNG0R100001/nvme0n2',
    ]);
  });
});

describe('the drive behind the scratch directory', () => {
  const disk = {
    ...drive('nvme0n1', 'pci0000:00/0000:01:00.0/nvme/nvme0', { dev: '259:0', 'device/serial': 'S1' }),
    '/sys/block/nvme0n1/nvme0n1p2/partition': '2',
    '/sys/block/nvme0n1/nvme0n1p2/dev': '259:2',
  };
  const scratch = (mountinfo: string, more: Record<string, string> = {}) => {
    const status = {
      realPath: '/data/scratch',
      majorMinor: '259:2',
      blockBytes: 4096,
      blocks: 1000,
      availableBlocks: 10,
    };
    const changes = {
      'file system of scratch': status,
      '/proc/self/mountinfo': mountinfo,
      'sysfs block': { ...disk, ...more },
      [lsblk]: absent,
    };
    return readHostFacts(constructed(changes, '/data/scratch')).scratch;
  };
  const root = '1 0 259:1 / / rw - ext4 /dev/nvme0n1p1 rw\n';

  test('is found through the partition of the longest mount', () => {
    expect(scratch(`${root}2 1 259:2 / /data rw,noatime - xfs /dev/nvme0n1p2 rw,attr2\n`)).toEqual({
      path: '/data/scratch',
      fileSystem: { value: 'xfs' },
      mountOptions: { value: 'rw,noatime,attr2' },
      freeBytes: { value: 40_960 },
      totalBytes: { value: 4_096_000 },
      device: { value: '/dev/nvme0n1p2' },
      driveIdentity: { value: 'S1' },
    });
  });

  test('of two mounts on one point the later hides the earlier', () => {
    const two = `${root}2 1 259:2 / /data rw - xfs /dev/nvme0n1p2 rw\n3 1 0:40 / /data rw - tmpfs tmpfs rw\n`;
    expect(scratch(two).driveIdentity).toEqual({ unknown: 'tmpfs is memory, not a drive' });
  });

  test.each([
    [
      '0:40 / /data rw - overlay overlay rw',
      'overlay is stacked on other file systems: no drive can be named',
    ],
    [
      '0:41 / /data rw - nfs4 server:/home rw',
      'nfs4 is reached through a network or another program, not a local drive',
    ],
    [
      '0:42 / /data rw - fuse.sshfs host:/ rw',
      'fuse.sshfs is reached through a network or another program, not a local drive',
    ],
    ['0:43 / /data rw - zfs tank/data rw', 'zfs is not known to be a file system on one local block device'],
    ['99:9 / /data rw - ext4 /dev/nosuch rw', 'device 99:9 (/dev/nosuch) is not in /sys/block'],
  ])('is unknown for %s', (line, why) => {
    expect(scratch(`${root}2 1 ${line}\n`).driveIdentity).toEqual({ unknown: why });
  });

  describe('below a device mapper', () => {
    const second = drive('nvme1n1', 'pci0000:00/0000:02:00.0/nvme/nvme1', {
      dev: '259:8',
      'device/serial': 'S2',
    });
    /** A mapper over these; only the first is mounted. */
    const mapper = (name: string, dev: string, ...slaves: readonly string[]): Record<string, string> => ({
      [`/sys/block/${name}`]: `../devices/virtual/block/${name}`,
      [`/sys/block/${name}/dev`]: dev,
      ...Object.fromEntries(slaves.map((slave) => [`/sys/block/${name}/slaves/${slave}`, `../../${slave}`])),
    });
    const behind = (more: Record<string, string>) =>
      scratch(`${root}2 1 253:1 / /data rw - ext4 /dev/mapper/vg-data rw\n`, more).driveIdentity;

    test.each([
      ['LVM on a partition', mapper('dm-1', '253:1', 'nvme0n1p2')],
      ['LVM on a whole drive', mapper('dm-1', '253:1', 'nvme0n1')],
      [
        'LVM on LUKS on a partition',
        { ...mapper('dm-1', '253:1', 'dm-0'), ...mapper('dm-0', '253:0', 'nvme0n1p2') },
      ],
      ['LVM on two partitions of one drive', mapper('dm-1', '253:1', 'nvme0n1p2', 'nvme0n1')],
      ['LVM on one of two drives', { ...second, ...mapper('dm-1', '253:1', 'nvme0n1p2') }],
    ])('%s is the one drive', (_, tree) => {
      expect(behind(tree)).toEqual({ value: 'S1' });
    });

    test.each([
      [
        'two drives',
        { ...second, ...mapper('dm-1', '253:1', 'nvme0n1p2', 'nvme1n1') },
        'dm-1 over nvme0n1p2, nvme1n1 spans 2 drives: nvme0n1, nvme1n1',
      ],
      [
        'two drives further down',
        {
          ...second,
          ...mapper('dm-1', '253:1', 'dm-0', 'dm-2'),
          ...mapper('dm-0', '253:0', 'nvme0n1p2'),
          ...mapper('dm-2', '253:2', 'nvme1n1'),
        },
        'dm-1 over dm-0, dm-2 spans 2 drives: nvme0n1, nvme1n1',
      ],
      [
        'a RAID, even of one drive',
        { ...mapper('dm-1', '253:1', 'md127'), ...mapper('md127', '9:127', 'nvme0n1p2') },
        'dm-1 over md127 lies on md127, which is not one drive (RAID or a software device)',
      ],
      [
        'a file on a drive',
        { ...mapper('dm-1', '253:1', 'loop3', 'nvme0n1p2'), ...mapper('loop3', '7:3') },
        'dm-1 over loop3, nvme0n1p2 lies on loop3, which is not one drive (RAID or a software device)',
      ],
      [
        'nothing',
        mapper('dm-1', '253:1'),
        'dm-1 is not one drive (device mapper, RAID or a software device)',
      ],
      [
        'each other',
        { ...mapper('dm-1', '253:1', 'dm-0'), ...mapper('dm-0', '253:0', 'dm-1') },
        'dm-1 over dm-0 has no drive below it',
      ],
    ])('%s is unknown, with the reason', (_, tree, why) => {
      expect(behind(tree)).toEqual({ unknown: why });
    });

    test('RAID is unknown, which names its parts', () => {
      const raid = mapper('md127', '253:1', 'nvme0n1p2');
      expect(behind(raid)).toEqual({
        unknown: 'md127 over nvme0n1p2 is not one drive (device mapper, RAID or a software device)',
      });
    });

    test('btrfs names the mapper, the kernel its number', () => {
      const line = `${root}2 1 0:50 / /data rw - btrfs /dev/mapper/luks-1 rw\n`;
      const tree = {
        ...mapper('dm-0', '253:0', 'nvme0n1p2'),
        '/sys/block/dm-0/dm/name': 'luks-1',
        '/sys/fs/btrfs/u1/devices/dm-0': '../x',
      };
      expect(scratch(line, tree).driveIdentity).toEqual({ value: 'S1' });
    });
  });

  test('btrfs on one device is that device, on two it is none', () => {
    const line = `${root}2 1 0:50 / /data rw - btrfs /dev/nvme0n1p2 rw\n`;
    const one = { '/sys/fs/btrfs/u1/devices/nvme0n1p2': '../x' };
    expect(scratch(line, one).driveIdentity).toEqual({ value: 'S1' });
    expect(scratch(line, { ...one, '/sys/fs/btrfs/u1/devices/sda': '../y' }).driveIdentity).toEqual({
      unknown: 'this btrfs spans 2 devices: nvme0n1p2, sda',
    });
  });
});

describe('a disk for each path', () => {
  const sas = (name: string, files: Readonly<Record<string, string>>): Record<string, string> =>
    drive(name, `pci0000:00/0000:01:00.0/host0/port-0:0/end_device-${name}/target0:0:0/0:0:0:0`, files);
  const wwid = 'naa.5000c500a1b2c3d4';

  test.each([
    ['of one unit is one drive', { 'device/wwid': wwid }, { 'device/wwid': wwid }, 1],
    ['with other serial numbers is another one', { serial: 'SN-A' }, { serial: 'SN-B' }, 2],
  ])('%s', (_, first, second, expected) => {
    const tree = {
      ...sas('sda', { 'device/wwid': wwid, ...first, dev: '8:0' }),
      ...sas('sdb', { 'device/wwid': wwid, ...second, dev: '8:16' }),
    };
    expect(drives(tree)).toHaveLength(expected);
  });

  test('of NVMe whose own multipath is off is one drive, and a namespace beside it another', () => {
    const port = (name: string, controller: string, unit: string, minor: number): Record<string, string> =>
      drive(name, `pci0000:00/0000:0${minor}:00.0/nvme/${controller}`, {
        wwid: unit,
        serial: 'PHAB1',
        'device/transport': 'tcp',
        dev: `259:${minor}`,
      });
    const first = port('nvme0n1', 'nvme0', 'uuid.0b4c', 1);
    expect(drives({ ...first, ...port('nvme1n1', 'nvme1', 'uuid.0b4c', 2) })).toHaveLength(1);
    expect(drives({ ...first, ...port('nvme1n1', 'nvme1', 'uuid.0b4d', 2) })).toHaveLength(2);
    expect(drives({ ...first, ...port('nvme0n2', 'nvme0', 'uuid.0b4c', 2) })).toHaveLength(2);
  });

  test('under a name that a maker gives to all is a drive of its own', () => {
    const nobody = { 'device/wwid': 'naa.5000000000000000' };
    expect(drives({ ...sas('sda', nobody), ...sas('sdb', { ...nobody, dev: '8:16' }) })).toHaveLength(2);
  });
});
