import { compareText } from '../compare-text.ts';
import type { Fact } from './fact.ts';
import { known, unknown, valueOf } from './fact.ts';
import type { Drive } from './host-facts.ts';

/** How block devices lie on each other, by kernel names (`dm-1`, `nvme0n1p3`). */
export interface BlockLayers {
  /** What a device consists of: `slaves/` in sysfs. */
  readonly slavesOf: (name: string) => readonly string[];
  /** The disk of a partition. */
  readonly diskOf: (partition: string) => string | undefined;
  /** Who made a device-mapper node, and for what: `mpath-3600a098…`, `LVM-…`. */
  readonly uuidOf: (mapper: string) => string | undefined;
}

/** A drive, and the device-mapper nodes between it and what is mounted, topmost first. */
export interface DriveBelow {
  readonly drive: Drive;
  readonly mappers: readonly string[];
  /** Kernel names of all paths to it, which share its traffic; without multipath its own. */
  readonly paths: readonly string[];
}

/** Whether all that a mapper lies on is one drive, reached over several paths. */
const isMultipath = (uuid: string | undefined): boolean => uuid?.startsWith('mpath-') === true;
const isMapper = (name: string): boolean => /^dm-\d+$/.test(name);
const listed = (names: readonly string[]): string => names.join(', ');

/**
 * The one physical drive below a block device: the device itself, the disk of a partition, what a device mapper (LVM, LUKS)
 * lies on when all of it lies on one drive, or what several paths lead to (multipath), of which the first that is known
 * speaks for all. RAID and other software devices are never one drive.
 */
export function driveBelow(name: string, layers: BlockLayers, drives: readonly Drive[]): Fact<DriveBelow> {
  const found = new Map<string, Drive>();
  const mappers: string[] = [];
  const others: string[] = [];
  const paths = new Set<string>();
  const pending = [name];
  const driveOf = (device: string): Drive | undefined =>
    drives.find((it) => it.name === device || it.name === layers.diskOf(device));
  for (let next = pending.shift(); next !== undefined; next = pending.shift()) {
    const device = next;
    const drive = driveOf(device);
    const slaves = isMapper(device) ? layers.slavesOf(device).toSorted(compareText) : [];
    const behind = isMultipath(layers.uuidOf(device)) ? slaves.flatMap((slave) => driveOf(slave) ?? []) : [];
    const [first = drive] = behind;
    if (first !== undefined) {
      if (behind.some(({ transport }) => valueOf(transport) !== valueOf(first.transport)))
        return unknown(`the paths of ${device} (${listed(slaves)}) are not of one kind`);
      found.set(first.name, first);
      for (const path of behind.length > 0 ? slaves : [first.name]) paths.add(path);
      if (behind.length > 0) mappers.push(device);
    } else if (slaves.length === 0) others.push(device);
    else if (!mappers.includes(device)) {
      mappers.push(device);
      pending.push(...slaves);
    }
  }
  const [drive] = found.values();
  if (others.length === 0 && found.size === 1 && drive !== undefined)
    return known({ drive, mappers, paths: [...paths] });
  const parts = layers.slavesOf(name);
  const over = parts.length > 0 ? ` over ${listed(parts)}` : '';
  // Nodes that lie on each other: nothing that a kernel makes, but probes are only texts.
  if (others.length === 0 && found.size === 0) return unknown(`${name}${over} has no drive below it`);
  if (others.length === 0)
    return unknown(`${name}${over} spans ${found.size} drives: ${listed([...found.keys()])}`);
  return unknown(
    mappers.length === 0
      ? `${name}${over} is not one drive (device mapper, RAID or a software device)`
      : `${name}${over} lies on ${listed(others)}, which is not one drive (RAID or a software device)`,
  );
}
