import type { Evidence } from './evidence.ts';
import { valueOf } from './fact.ts';

/**
 * Why the limits of our own cgroup cannot be seen, so that finding none proves nothing. In a cgroup namespace whose mount was
 * not made in it the mount's root leads out of it (`/..`), a container can be shown another cgroup's mount, and where
 * nothing is mounted nothing is shown. Absent where it is seen, and where the kernel has no such controller.
 */
export function whyHidden(evidence: Evidence, controller: 'cpu' | 'memory'): string | undefined {
  const [ownText, mounts] = [evidence.text('/proc/self/cgroup'), evidence.text('/proc/self/mountinfo')];
  if ('unknown' in ownText) {
    // A kernel without cgroups has no such file; where none was ever mounted on the machine, it is empty.
    const output = evidence.output('/proc/self/cgroup');
    const hasNone = output?.status === 'absent' || (output?.status === 'read' && output.text.trim() === '');
    return hasNone ? undefined : `the cgroup of this process cannot be seen: ${ownText.unknown}`;
  }
  if ('unknown' in mounts) return `the cgroup of this process cannot be seen: ${mounts.unknown}`;
  const [own, mountinfo] = [ownText.value, mounts.value];
  const hierarchies = own.split('\n').flatMap((line) => {
    const [, names, path] = /^\d+:([^:]*):(.*)$/.exec(line) ?? [];
    return names === undefined || path === undefined ? [] : [{ names: names.split(','), path }];
  });
  // Version 1 has a hierarchy that names the controller; what none of those has is the unified one's.
  const hierarchy =
    hierarchies.find(({ names }) => names.includes(controller)) ??
    hierarchies.find(({ names }) => names.join() === '');
  if (hierarchy === undefined) return undefined;
  const isUnified = !hierarchy.names.includes(controller);
  const roots = mountinfo.split('\n').flatMap((line) => {
    const [left = '', right = ''] = line.split(' - ');
    const root = left.split(' ')[3] ?? '';
    const [type, , options = ''] = right.split(' ');
    const isThis = isUnified
      ? type === 'cgroup2'
      : type === 'cgroup' && options.split(',').includes(controller);
    return isThis ? [root] : [];
  });
  const { path } = hierarchy;
  const isSeen = Object.keys(valueOf(evidence.tree('cgroup')) ?? {}).some((file) =>
    limitFile[controller].test(file),
  );
  if (roots.some((root) => isBelow(path, root)) || (roots.length === 0 && isSeen)) return undefined;
  return roots.length === 0
    ? `the cgroup of this process (${path}) cannot be seen: no ${isUnified ? 'cgroup2' : `cgroup with ${controller}`} is mounted`
    : `the cgroup of this process (${path}) cannot be seen: what is mounted begins at ${roots.join(', ')}`;
}

const limitFile = {
  cpu: /\/cpu\.(max|cfs_quota_us)$/,
  memory: /\/memory\.(max|limit_in_bytes)$/,
} as const;

/** Whether a mount with this root shows the cgroup; a path that leads upwards out of a namespace is shown by none. */
const isBelow = (path: string, root: string): boolean =>
  ![path, root].some((each) => each.split('/').includes('..')) &&
  (root === '/' || path === root || path.startsWith(`${root}/`));
