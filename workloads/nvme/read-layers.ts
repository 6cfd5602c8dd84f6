import { driveBelow } from '../kit/facts/drive-below.ts';
import type { Tree } from '../kit/facts/evidence.ts';
import type { Drive } from '../kit/facts/host-facts.ts';
import type { BlockDevice } from '../kit/facts/read-drives.ts';
import type { Result } from '../kit/result.ts';
import { err, ok } from '../kit/result.ts';

/** A drive and what stands between it and the file system, topmost first: `lvm`, `lvm on crypt`. */
export interface LayeredDrive {
  readonly drive: Drive;
  readonly through: string | undefined;
  /** Kernel names of all paths to it. */
  readonly paths: readonly string[];
}

const virtual = '/sys/devices/virtual/block';

/** The one drive below a mounted device-mapper node, from the `layers` of `planTarget`. */
export function readLayers(
  tree: Tree,
  mounted: BlockDevice,
  rows: readonly BlockDevice[],
  drives: readonly Drive[],
): Result<LayeredDrive> {
  const paths = Object.keys(tree);
  // lsblk writes the mapper's name (`vg-root`), sysfs the kernel's (`dm-1`): the device number is in both.
  const name = paths
    .find((path) => path.endsWith('/dev') && tree[path] === mounted['maj:min'])
    ?.split('/')[5];
  if (name === undefined)
    return err(`${mounted.name} (${mounted.type ?? 'unknown type'}) is not in ${virtual}`);
  const uuidOf = (mapper: string): string | undefined => {
    const uuid = tree[`${virtual}/${mapper}/dm/uuid`];
    return typeof uuid === 'string' ? uuid : undefined;
  };
  const below = driveBelow(
    name,
    {
      slavesOf: (device) => paths.flatMap((path) => path.split(`${virtual}/${device}/slaves/`)[1] ?? []),
      uuidOf,
      diskOf: (partition) =>
        rows.find((row) => row.name === partition && row.type === 'part')?.pkname ?? undefined,
    },
    drives,
  );
  if ('unknown' in below) return err(below.unknown);
  const { drive, mappers, paths: lines } = below.value;
  const kinds = mappers.map((mapper) => kindOf(uuidOf(mapper)));
  return ok({ drive, paths: lines, through: kinds.length === 0 ? undefined : kinds.join(' on ') });
}

/** Who made a mapper stands before the first hyphen of its uuid: `LVM-…`, `CRYPT-LUKS2-…`, `mpath-…`. */
const kindOf = (uuid = ''): string => uuid.split('-', 1)[0]?.toLowerCase() || 'mapper';
