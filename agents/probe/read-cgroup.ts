import { readSmallFile } from '../read-small-file.ts';
import type { TreeEntry } from './read-tree.ts';
import { readTree } from './read-tree.ts';

const fileBytes = 4 * 1024 * 1024;
const limitFiles = [
  'cpu.max',
  'cpuset.cpus.effective',
  'memory.max',
  'cpu.cfs_quota_us',
  'cpu.cfs_period_us',
  'cpuset.effective_cpus',
  'memory.limit_in_bytes',
];

interface CgroupMount {
  readonly root: string;
  readonly mountPoint: string;
  /** Controllers of a version 1 hierarchy; `undefined` for the unified one. */
  readonly controllers: readonly string[] | undefined;
}

/** The limit files of our own cgroup and of all cgroups above it: the tightest one counts, wherever it is set. */
export async function readCgroup(): Promise<Record<string, TreeEntry>> {
  const mounts = readCgroupMounts(await readSmallFile('/proc/self/mountinfo', fileBytes));
  const own = (await readSmallFile('/proc/self/cgroup', fileBytes)).split('\n');
  const directories = new Set<string>();
  for (const line of own) {
    const [, controllers, path] = /^\d+:([^:]*):(.*)$/.exec(line) ?? [];
    if (controllers === undefined || path === undefined) continue;
    for (const mount of mounts)
      if (isSameHierarchy(mount, controllers)) for (const it of ancestors(mount, path)) directories.add(it);
  }
  return readTree([...directories].flatMap((directory) => limitFiles.map((name) => `${directory}/${name}`)));
}

function readCgroupMounts(mountinfo: string): CgroupMount[] {
  return mountinfo.split('\n').flatMap((line): CgroupMount[] => {
    const [left = '', right = ''] = line.split(' - ');
    const [, , , root, mountPoint] = left.split(' ');
    const [type, , options = ''] = right.split(' ');
    if (root === undefined || mountPoint === undefined) return [];
    if (type === 'cgroup2') return [{ root, mountPoint, controllers: undefined }];
    return type === 'cgroup' ? [{ root, mountPoint, controllers: options.split(',') }] : [];
  });
}

function isSameHierarchy(mount: CgroupMount, controllers: string): boolean {
  if (mount.controllers === undefined) return controllers === '';
  return controllers !== '' && controllers.split(',').every((name) => mount.controllers?.includes(name));
}

/** The directories from our cgroup up to the mount point. A path outside of what is mounted leaves the mount point. */
function ancestors(mount: CgroupMount, path: string): string[] {
  const below =
    mount.root === '/'
      ? path
      : path === mount.root || path.startsWith(`${mount.root}/`)
        ? path.slice(mount.root.length)
        : '/';
  const segments = below.split('/').filter((segment) => segment !== '');
  const isInside = !segments.includes('..') && !below.includes('*') && !mount.mountPoint.includes('*');
  const depth = isInside ? segments.length : 0;
  return Array.from({ length: depth + 1 }, (_, count) =>
    [mount.mountPoint, ...segments.slice(0, count)].join('/'),
  );
}
