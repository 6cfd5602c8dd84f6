import type { CommandInput } from '../kit/command.ts';
import { valueOf } from '../kit/facts/fact.ts';
import type { HostFacts } from '../kit/facts/host-facts.ts';
import { lsblkArguments } from '../kit/facts/read-drives.ts';
import { planControllers } from './read-controllers.ts';

const timeoutMs = 10_000;
const attributes = ['dev', 'size', 'hidden', 'serial', 'wwid', 'model', 'transport', 'rotational'];

/** Programs that these commands need, and the Debian packages that bring them. */
export const targetRequirements = {
  programs: ['findmnt', 'lsblk', 'find', 'grep'],
  packages: ['util-linux', 'findutils', 'grep'],
} as const;

/**
 * Commands that say what stands behind `{scratch}` at the time of the step, so that its numbers can be checked
 * from its own outputs alone: the mount, the block devices, and the drives' attributes in sysfs as `path:text`.
 */
export function planTarget({ drives, scratch }: HostFacts): readonly CommandInput[] {
  const kernelNames = (valueOf(drives) ?? []).map(({ name }) => name);
  const names = kernelNames.map((name) => `/sys/block/${name}`);
  const source = valueOf(scratch.device) ?? '';
  const isLayered = !kernelNames.some((name) => source.startsWith(`/dev/${name}`));
  const either = (tests: readonly (readonly string[])[]): string[] =>
    tests.flatMap((test, index) => (index === 0 ? test : ['-o', ...test]));
  return [
    {
      id: 'mount',
      file: 'findmnt',
      args: ['-J', '-b', '-o', 'SOURCE,FSTYPE,OPTIONS,TARGET,MAJ:MIN,AVAIL', '-T', '{scratch}'],
      timeoutMs,
    },
    { id: 'drives', file: 'lsblk', args: lsblkArguments, timeoutMs },
    {
      id: 'sysfs',
      file: 'find',
      // A trailing slash follows the link; without it the link itself is printed.
      args: [
        ...names.flatMap((name) => [name, `${name}/`, `${name}/device/`, `${name}/queue/`]),
        ...['-maxdepth', '1', '('],
        ...either(names.map((name) => ['-path', name])),
        ...[')', '-type', 'l', '-printf', '%p:%l\\n', '-o', '-type', 'f', '('],
        ...either(attributes.map((name) => ['-name', name])),
        ...[')', '-exec', 'grep', '-H', '', '{}', '+'],
      ],
      timeoutMs,
    },
    ...(kernelNames.some((name) => name.startsWith('nvme')) ? [planControllers] : []),
    ...(isLayered ? [layers] : []),
  ];
}

const virtual = '/sys/devices/virtual/block';

/**
 * What device-mapper nodes lie on, as `path:text`: LVM and LUKS stand between a file system and its drive. lsblk
 * names only one of several parents in a list, so that a mirror would look like a single drive.
 */
const layers: CommandInput = {
  id: 'layers',
  file: 'find',
  // From one level above, which exists on machines without any such node too: find fails on what is not there.
  args: [
    ...['/sys/devices/virtual', '-mindepth', '1', '-maxdepth', '4'],
    ...['-not', '-path', virtual, '-not', '-path', `${virtual}/*`, '-prune', '-o'],
    ...['-path', `${virtual}/*/slaves/*`, '-printf', '%p:\\n', '-o', '-type', 'f', '('],
    ...['-path', `${virtual}/*/dev`, '-o', '-path', `${virtual}/*/dm/uuid`],
    ...[')', '-exec', 'grep', '-H', '', '{}', '+'],
  ],
  timeoutMs,
};
