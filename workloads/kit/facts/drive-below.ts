import type { Fact } from './fact.ts';
import { known, unknown } from './fact.ts';
import type { Drive } from './host-facts.ts';

/** How block devices lie on each other, by kernel names (`dm-1`, `nvme0n1p3`). */
export interface BlockLayers {
  /** What a device consists of: `slaves/` in sysfs. */
  readonly slavesOf: (name: string) => readonly string[];
  /** The disk of a partition. */
  readonly diskOf: (partition: string) => string | undefined;
}

/** A drive, and the device-mapper nodes between it and what is mounted, topmost first. */
export interface DriveBelow {
  readonly drive: Drive;
  readonly mappers: readonly string[];
}

const isMapper = (name: string): boolean => /^dm-\d+$/.test(name);
const listed = (names: readonly string[]): string => names.join(', ');

/**
 * The one physical drive below a block device: the device itself, the disk of a partition, or what a device mapper
 * (LVM, LUKS) lies on when all of it lies on one drive. RAID and other software devices are never one drive.
 */
export function driveBelow(name: string, layers: BlockLayers, drives: readonly Drive[]): Fact<DriveBelow> {
  const found = new Map<string, Drive>();
  const mappers: string[] = [];
  const others: string[] = [];
  const pending = [name];
  for (let next = pending.shift(); next !== undefined; next = pending.shift()) {
    const device = next;
    const drive = drives.find((it) => it.name === device || it.name === layers.diskOf(device));
    const slaves = isMapper(device) ? layers.slavesOf(device) : [];
    if (drive !== undefined) found.set(drive.name, drive);
    else if (slaves.length === 0) others.push(device);
    else if (!mappers.includes(device)) {
      mappers.push(device);
      pending.push(...slaves);
    }
  }
  const [drive] = found.values();
  if (others.length === 0 && found.size === 1 && drive !== undefined) return known({ drive, mappers });
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
