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
  const below = driveBelow(
    name,
    {
      slavesOf: (device) => paths.flatMap((path) => path.split(`${virtual}/${device}/slaves/`)[1] ?? []),
      diskOf: (partition) =>
        rows.find((row) => row.name === partition && row.type === 'part')?.pkname ?? undefined,
    },
    drives,
  );
  if ('unknown' in below) return err(below.unknown);
  const { drive, mappers } = below.value;
  const kinds = mappers.map((mapper) => kindOf(tree[`${virtual}/${mapper}/dm/uuid`]));
  return ok({ drive, through: kinds.length === 0 ? undefined : kinds.join(' on ') });
}

/** Who made a mapper stands before the first hyphen of its uuid: `LVM-…`, `CRYPT-LUKS2-…`, `mpath-…`. */
const kindOf = (uuid: Tree[string] | undefined): string => {
  const maker = typeof uuid === 'string' ? uuid.split('-', 1)[0] : '';
  return maker === undefined || maker === '' ? 'mapper' : maker.toLowerCase();
};
