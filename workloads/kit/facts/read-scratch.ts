import * as z from 'zod';
import type { BlockLayers } from './drive-below.ts';
import { driveBelow } from './drive-below.ts';
import type { Evidence, Tree } from './evidence.ts';
import type { Fact } from './fact.ts';
import { known, unknown, valueOf } from './fact.ts';
import type { Drive, HostFacts } from './host-facts.ts';
import { whyNoDrive } from './local-file-systems.ts';
import { isRemovableUsb } from './read-drives.ts';
import type { Mount } from './read-mounts.ts';
import { mountOf } from './read-mounts.ts';
import { mapFact } from './read-number.ts';

/** What the probe wrote about a file system (statfs, and stat for the device number). */
export const FileSystemStatus = z.object({
  realPath: z.string(),
  majorMinor: z.string(),
  blockBytes: z.number().nonnegative(),
  blocks: z.number().nonnegative(),
  availableBlocks: z.number().nonnegative(),
});

/** Where storage steps write: the file system, its room, and the drive that stands behind it. */
export function readScratch(
  evidence: Evidence,
  path: string,
  drives: Fact<readonly Drive[]>,
): HostFacts['scratch'] {
  const status = evidence.json('file system of scratch', FileSystemStatus);
  const mount = mapFact(status, ({ realPath }) =>
    mapFact(evidence.mounts(), (mounts) => {
      const found = mountOf(realPath, mounts);
      return found === undefined
        ? unknown(`no mount in /proc/self/mountinfo holds ${realPath}`)
        : known(found);
    }),
  );
  return {
    path,
    fileSystem: mapFact(mount, ({ fileSystem }) => known(fileSystem)),
    mountOptions: mapFact(mount, ({ options }) => known(options)),
    freeBytes: mapFact(status, ({ availableBlocks, blockBytes }) => known(availableBlocks * blockBytes)),
    totalBytes: mapFact(status, ({ blocks, blockBytes }) => known(blocks * blockBytes)),
    device: mapFact(mount, ({ source }) =>
      source === '' ? unknown('the mount has no source') : known(source),
    ),
    driveIdentity: mapFact(mount, (it) =>
      mapFact(evidence.tree('sysfs block'), (tree) => driveBehind(it, tree, drives)),
    ),
  };
}

function driveBehind(mount: Mount, tree: Tree, drives: Fact<readonly Drive[]>): Fact<string> {
  const refusal = whyNoDrive(mount.fileSystem);
  if (refusal !== undefined) return unknown(refusal);
  return mapFact(blockNode(mount, tree), (name) => {
    const stick = removableBelow(name, tree);
    if (stick !== undefined) return unknown(`${stick} is a removable USB medium, no drive of the machine`);
    return mapFact(driveBelow(name, layersOf(tree), valueOf(drives) ?? []), ({ drive }) =>
      known(drive.identity),
    );
  });
}

function removableBelow(name: string, tree: Tree): string | undefined {
  const disk = layersOf(tree).diskOf(name) ?? name;
  const [link, removable] = [tree[`/sys/block/${disk}`], tree[`/sys/block/${disk}/removable`]];
  return typeof link === 'string' && typeof removable === 'string' && isRemovableUsb(link, removable)
    ? disk
    : undefined;
}

function layersOf(tree: Tree): BlockLayers {
  const paths = Object.keys(tree);
  return {
    slavesOf: (name) => paths.flatMap((path) => path.split(`/sys/block/${name}/slaves/`)[1] ?? []),
    uuidOf: (mapper) => {
      const uuid = tree[`/sys/block/${mapper}/dm/uuid`];
      return typeof uuid === 'string' ? uuid : undefined;
    },
    diskOf: (partition) =>
      paths
        .find((path) => path.startsWith('/sys/block/') && path.endsWith(`/${partition}/partition`))
        ?.split('/')[3],
  };
}

/** The kernel's name of the mounted block device. */
function blockNode(mount: Mount, tree: Tree): Fact<string> {
  for (const [path, entry] of Object.entries(tree)) {
    if (entry !== mount.majorMinor) continue;
    const [, disk, partition] = /^\/sys\/block\/([^/]+)(?:\/([^/]+))?\/dev$/.exec(path) ?? [];
    if (disk !== undefined) return known(partition ?? disk);
  }
  return mount.fileSystem === 'btrfs'
    ? btrfsNode(mount, tree)
    : unknown(`device ${mount.majorMinor} (${mount.source}) is not in /sys/block`);
}

/** btrfs has device numbers of its own; it lists its members, and only one member is one drive. */
function btrfsNode(mount: Mount, tree: Tree): Fact<string> {
  const name = kernelName(mount.source, tree);
  const members = Object.keys(tree).flatMap((path) => {
    const [, uuid, member] = /^\/sys\/fs\/btrfs\/([^/]+)\/devices\/([^/]+)$/.exec(path) ?? [];
    return uuid !== undefined && member !== undefined ? [{ uuid, member }] : [];
  });
  const uuid = members.find(({ member }) => member === name)?.uuid;
  const own = members.filter((it) => it.uuid === uuid);
  if (uuid === undefined)
    return unknown(`${mount.source} is not among the devices of any btrfs in /sys/fs/btrfs`);
  if (own.length > 1)
    return unknown(`this btrfs spans ${own.length} devices: ${own.map(({ member }) => member).join(', ')}`);
  return known(name);
}

/** `/dev/mapper/luks-1` is `dm-0` to the kernel. */
function kernelName(source: string, tree: Tree): string {
  const mapper = source.split('/dev/mapper/')[1];
  const path = Object.keys(tree).find((it) => it.endsWith('/dm/name') && tree[it] === mapper);
  return path?.split('/')[3] ?? source.replace(/^\/dev\//, '');
}
