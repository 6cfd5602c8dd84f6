import * as z from 'zod';
import { compareText } from '../compare-text.ts';
import { parseJson } from '../parse-json.ts';
import type { Evidence, Tree } from './evidence.ts';
import type { Fact } from './fact.ts';
import { known, unknown, valueOf } from './fact.ts';
import type { Drive } from './host-facts.ts';
import { isPlaceholder } from './placeholders.ts';
import { firstKnown, mapFact, readAmount } from './read-number.ts';

const text = z.string().nullish();
// util-linux before 2.33 writes numbers and flags as texts.
const Lsblk = z.object({
  blockdevices: z.array(
    z.object({
      name: z.string(),
      type: text,
      'maj:min': text,
      pkname: text,
      size: z
        .union([
          z.number(),
          z
            .string()
            .regex(/^\d{1,15}$/)
            .transform(Number),
        ])
        .nullish(),
      serial: text,
      wwn: text,
      model: text,
      tran: text,
      rota: z.union([z.boolean(), z.enum(['0', '1']).transform((flag) => flag === '1')]).nullish(),
    }),
  ),
});
/** One row of `lsblk -J -b -l`. */
export type BlockDevice = z.infer<typeof Lsblk>['blockdevices'][number];

/** The rows of `lsblk -J -b -l -o NAME,TYPE,MAJ:MIN,PKNAME,SIZE,ROTA,SERIAL,WWN,MODEL,TRAN`; `undefined` when it is none. */
export const readLsblk = (output: string): readonly BlockDevice[] | undefined =>
  Lsblk.safeParse(parseJson(output)).data?.blockdevices;

/** Kernel names that are never a drive of the machine, whatever sysfs says about them. */
const neverDrives = /^(loop|ram|zram|dm-|md|nbd|rbd|drbd|sr|fd|nullb|pmem|mtdblock)\d|^mmcblk\d+(boot|rpmb)/;

/** Whole block devices with hardware (or a hypervisor) behind them. */
export function readDrives(evidence: Evidence): Fact<Drive[]> {
  const rows = mapFact(evidence.text(lsblkId), (output) => {
    const read = readLsblk(output);
    return read === undefined ? unknown(`${lsblkId}: not the expected JSON`) : known(read);
  });
  return mapFact(evidence.tree('sysfs block'), (tree) => known(drivesFrom(tree, valueOf(rows) ?? [])));
}

/** The one form of lsblk that is read here; probes and storage steps run the same, so that both name drives alike. */
export const lsblkArguments = [
  '-J',
  '-b',
  '-l',
  '-o',
  'NAME,TYPE,MAJ:MIN,PKNAME,SIZE,ROTA,SERIAL,WWN,MODEL,TRAN',
];
const lsblkId = `lsblk ${lsblkArguments.join(' ')}`;

/** Drives from sysfs, with the names that udev (through lsblk) knows for them where it knows better. */
export function drivesFrom(tree: Tree, rows: readonly BlockDevice[]): Drive[] {
  const names = Object.keys(tree).flatMap((path) => /^\/sys\/block\/([^/]+)$/.exec(path)?.[1] ?? []);
  const drives = names.flatMap((name) =>
    readDrive(
      name,
      tree,
      rows.find((row) => row.name === name && row.type === 'disk'),
    ),
  );
  const own = withoutSecondPaths(drives, tree, rows);
  // Two namespaces of one NVMe drive share its serial: their names tell them apart.
  const count = (identity: string): number => own.filter((drive) => drive.identity === identity).length;
  return own.map((drive) =>
    count(drive.identity) > 1 ? { ...drive, identity: `${drive.identity}/${drive.name}` } : drive,
  );
}

/**
 * A drive with two ports, or a volume of an array, is a disk to the kernel for each path to it (SAS, Fibre Channel, iSCSI, and
 * NVMe with its own multipath switched off); the name of the unit is one for all. The first path by name stands for it.
 */
function withoutSecondPaths(
  drives: readonly Drive[],
  tree: Tree,
  rows: readonly BlockDevice[],
): readonly Drive[] {
  const seen = new Map<string, string>();
  return drives
    .toSorted((a, b) => compareText(a.name, b.name))
    .filter(({ name, transport, serial }) => {
      const wwid = [`/sys/block/${name}/device/wwid`, `/sys/block/${name}/wwid`]
        .map((path) => tree[path])
        .find((text) => typeof text === 'string');
      const wwn = rows.find((row) => row.name === name)?.wwn?.replace(/^0x/, 'naa.');
      const unit = typeof wwid === 'string' ? wwid : wwn;
      const kind = valueOf(transport) ?? '';
      const isNamed = /^nvme/.test(kind)
        ? /^(eui|uuid)\./.test(unit ?? '') && 'value' in serial
        : unit?.startsWith('naa.') === true && /^(sas|fc|iscsi)$/.test(kind);
      // A name that a maker gives to all is none, and two paths say the same serial number, if they say one.
      if (!isNamed || unit === undefined || /^(naa|eui|uuid)\.\w[0-]*$/.test(unit)) return true;
      const drive = JSON.stringify([unit, valueOf(serial)]);
      // What one controller shows are two namespaces, whatever they are called.
      const controller = /^nvme\d+/.exec(name)?.[0] ?? name;
      const other = seen.get(drive);
      seen.set(drive, other ?? controller);
      return other === undefined || other === controller;
    });
}

function readDrive(name: string, tree: Tree, row: BlockDevice | undefined): Drive[] {
  const get = (attribute: string): string | undefined => {
    const entry = tree[`/sys/block/${name}/${attribute}`];
    return typeof entry === 'string' && entry !== '' ? entry : undefined;
  };
  const link = tree[`/sys/block/${name}`];
  const devicePath = typeof link === 'string' ? link.replace(/^(\.\.\/)+/, '') : '';
  // A multipath NVMe drive hangs below a virtual subsystem; everything else virtual is software.
  const isSoftware = devicePath.includes('devices/virtual/') && !devicePath.includes('/nvme-subsystem/');
  const majorMinor = get('dev') ?? row?.['maj:min'] ?? undefined;
  if (
    neverDrives.test(name) ||
    isSoftware ||
    get('hidden') === '1' ||
    majorMinor === undefined ||
    get('size') === '0' ||
    isRemovableUsb(devicePath, get('removable'))
  )
    return [];
  const named = (what: string, ...candidates: readonly (string | null | undefined)[]): Fact<string> => {
    const found = candidates.map((it) => it?.trim() ?? '').find((it) => it !== '' && !isPlaceholder(it));
    return found === undefined
      ? unknown(`neither lsblk nor sysfs reports a ${what} for ${name}`)
      : known(found);
  };
  const serial = named('serial', row?.serial, get('device/serial'), get('serial'));
  const wwn = named('WWN', row?.wwn, get('wwid'), get('device/wwid'));
  const path = named(
    'device path',
    devicePath.replace(/^devices\//, '').replace(/(\/block)?\/[^/]+$/, ''),
    name,
  );
  const identity = firstKnown(serial, wwn, path);
  return [
    {
      name,
      identity: valueOf(identity) ?? name,
      serial,
      model: named('model', row?.model, get('device/model')),
      transport: readTransport(name, devicePath, controllerTransport(name, tree), row?.tran ?? undefined),
      firmware: named('firmware version', get('device/firmware_rev'), get('device/rev')),
      // sysfs counts in units of 512 bytes whatever the drive's own block size is.
      sizeBytes: firstKnown(readAmount(`/sys/block/${name}/size`, get('size'), 512), sizeOf(row)),
      rotational: readRotational(name, get('queue/rotational'), row),
      majorMinor,
    },
  ];
}

/** A stick, or what the management controller of a server pretends to be one: not a part of the machine. */
export const isRemovableUsb = (devicePath: string, removable: string | undefined): boolean =>
  removable === '1' && /\/usb\d+\//.test(devicePath);

function controllerTransport(name: string, tree: Tree): string | undefined {
  const own = tree[`/sys/block/${name}/device/transport`];
  if (typeof own === 'string') return own;
  const folder = `/sys/block/${name}/device/`;
  const [first, ...others] = Object.entries(tree).flatMap(([path, entry]) =>
    path.startsWith(folder) &&
    /^nvme\d+\/transport$/.test(path.slice(folder.length)) &&
    typeof entry === 'string'
      ? [entry]
      : [],
  );
  return others.every((other) => other === first) ? first : 'mixed';
}

/** How the kernel reaches the drive, from its place in sysfs; lsblk says `null` for virtio and is asked last. */
function readTransport(
  name: string,
  devicePath: string,
  controller: string | undefined,
  tran: string | undefined,
): Fact<string> {
  if (/^nvme\d+n\d+$/.test(name)) {
    // Over a fabric it is somebody else's drive. Kernels before 4.15 say nothing of the controller's transport.
    if (controller === 'pcie' || (controller === undefined && devicePath.includes('/pci')))
      return known('nvme');
    return controller === undefined
      ? unknown(`no controller of ${name} tells its transport: PCI Express, or a network`)
      : known(`nvme-${controller}`);
  }
  if (/\/rport-/.test(devicePath)) return known('fc');
  if (/\/session\d+\//.test(devicePath)) return known('iscsi');
  if (/^vd[a-z]/.test(name) || /\/virtio\d+\//.test(devicePath)) return known('virtio');
  if (/\/usb\d+\//.test(devicePath)) return known('usb');
  if (/\/ata\d+\//.test(devicePath)) return known('sata');
  if (/\/(end_device-|expander-|sas_)/.test(devicePath)) return known('sas');
  if (devicePath.includes('/mmc_host/')) return known('mmc');
  if (/\/vbd-\d+/.test(devicePath)) return known('xen');
  if (/\/(vmbus|VMBUS)/.test(devicePath)) return known('vmbus');
  if (tran !== undefined && tran !== '') return known(tran);
  return unknown(
    `the place of ${name} in sysfs does not tell its transport: \`${devicePath.slice(0, 120)}\``,
  );
}

const sizeOf = (row: BlockDevice | undefined): Fact<number> =>
  typeof row?.size === 'number' && row.size >= 0 ? known(row.size) : unknown('lsblk does not report a size');

function readRotational(name: string, flag: string | undefined, row: BlockDevice | undefined): Fact<boolean> {
  if (flag === '0' || flag === '1') return known(flag === '1');
  if (typeof row?.rota === 'boolean') return known(row.rota);
  return unknown(`/sys/block/${name}/queue/rotational is not readable`);
}
