import type { CommandInput } from '../kit/command.ts';
import type { Tree } from '../kit/facts/evidence.ts';

const virtual = '/sys/devices/virtual';
const subsystems = `${virtual}/nvme-subsystem`;
const fabrics = `${virtual}/nvme-fabrics/ctl`;

/**
 * Which controllers lead to a multipath NVMe drive, as `path:text`: below its subsystem each is a link, to a PCI device or to
 * one that is reached through a network. From one level above, which exists on machines without any of them too.
 */
export const planControllers: CommandInput = {
  id: 'controllers',
  file: 'find',
  args: [
    ...[virtual, '-mindepth', '1', '-maxdepth', '4'],
    ...['-not', '-path', `${virtual}/nvme-*`, '-prune', '-o'],
    ...['-path', `${subsystems}/*/nvme*`, '-type', 'l', '-printf', '%p:%l\\n', '-o'],
    ...['-path', `${fabrics}/*/transport`, '-type', 'f', '-exec', 'grep', '-H', '', '{}', '+'],
  ],
  timeoutMs: 10_000,
};

/** What the probe of the facts reads through the links: `/sys/block/<drive>/device/<controller>/transport`. */
export function readControllers(text: string, sysfs: Tree): Tree {
  const lines = new Map(
    text.split('\n').flatMap((line) => {
      const [, path = '', value = ''] = /^(\/sys\/devices\/virtual\/nvme-[^:]+):(.*)$/.exec(line) ?? [];
      return path === '' ? [] : [[path, value] as const];
    }),
  );
  const drives = Object.entries(sysfs).flatMap(([path, link]) => {
    const [, subsystem] =
      /\/nvme-subsystem\/([^/]+)\/nvme\d+n\d+$/.exec(typeof link === 'string' ? link : '') ?? [];
    return subsystem === undefined ? [] : [{ path, subsystem }];
  });
  return Object.fromEntries(
    drives.flatMap(({ path, subsystem }) =>
      [...lines].flatMap(([link, target]) => {
        const [, controller] = link.split(`${subsystems}/${subsystem}/`);
        if (controller === undefined) return [];
        const transport =
          lines.get(`${fabrics}/${controller}/transport`) ?? (target.includes('/pci') ? 'pcie' : undefined);
        return transport === undefined
          ? []
          : [[`${path}/device/${controller}/transport`, transport] as const];
      }),
    ),
  );
}
