import { lsblkArguments } from '../../workloads/kit/facts/read-drives.ts';
import { headerRoots, libraryRoots } from './find-files.ts';
import type { Probe } from './probe.ts';

const files = [
  '/proc/cpuinfo',
  '/proc/meminfo',
  '/proc/loadavg',
  '/proc/self/status',
  '/proc/self/limits',
  '/proc/self/cgroup',
  '/proc/self/mountinfo',
  '/proc/sys/kernel/hostname',
  '/proc/sys/kernel/osrelease',
  '/proc/sys/kernel/random/boot_id',
  '/etc/os-release',
  '/etc/machine-id',
  '/sys/class/dmi/id/sys_vendor',
  '/sys/class/dmi/id/product_name',
  '/sys/class/dmi/id/product_uuid',
  '/sys/class/dmi/id/product_serial',
  '/sys/class/dmi/id/board_vendor',
  '/sys/class/dmi/id/board_name',
  '/sys/class/dmi/id/board_serial',
  '/sys/class/dmi/id/bios_version',
];

const pci = (...names: readonly string[]): string[] => names.map((name) => `/sys/bus/pci/devices/*/${name}`);
const block = (...names: readonly string[]): string[] => names.map((name) => `/sys/block/*/${name}`);
const net = (...names: readonly string[]): string[] => names.map((name) => `/sys/class/net/*/${name}`);

const trees: readonly { readonly id: string; readonly patterns: readonly string[] }[] = [
  {
    id: 'sysfs cpu',
    patterns: [
      '/sys/devices/system/cpu/online',
      '/sys/devices/system/node/online',
      '/sys/devices/system/node/has_cpu',
    ],
  },
  {
    id: 'sysfs edac',
    patterns: [
      '/sys/devices/system/edac/mc/mc*/mc_name',
      '/sys/devices/system/edac/mc/mc*/dimm*/dimm_edac_mode',
    ],
  },
  {
    id: 'sysfs pci',
    patterns: [
      ...pci('vendor', 'device', 'class', 'driver', 'physfn'),
      ...pci('current_link_speed', 'current_link_width', 'max_link_speed', 'max_link_width'),
      // What the port can do that a device hangs on: behind a link, `..` is the folder of that.
      ...pci('../max_link_speed', '../max_link_width'),
      // What amdgpu publishes without any tool.
      ...pci('mem_info_vram_total', 'mem_info_vram_used', 'unique_id'),
      ...pci('gpu_busy_percent', 'current_compute_partition'),
    ],
  },
  {
    id: 'sysfs block',
    patterns: [
      '/sys/block/*',
      ...block(
        'dev',
        'size',
        'hidden',
        'removable',
        'serial',
        'wwid',
        'queue/rotational',
        'slaves/*',
        'dm/name',
      ),
      ...block('device/model', 'device/serial', 'device/wwid', 'device/transport', 'device/nvme*/transport'),
      '/sys/block/*/*/partition',
      '/sys/block/*/*/dev',
      '/sys/fs/btrfs/*/devices/*',
    ],
  },
  {
    id: 'sysfs net',
    patterns: [
      '/sys/class/net/*',
      ...net('operstate', 'speed', 'mtu', 'device', 'device/driver', 'device/infiniband/*', 'device/physfn'),
    ],
  },
];

const commands: readonly (readonly [string, ...string[]])[] = [
  ['uname', '-m'],
  ['getconf', 'GNU_LIBC_VERSION'],
  ['ldd', '--version'],
  ['lscpu', '-J'],
  ['systemd-detect-virt'],
  ['sudo', '-n', 'true'],
  ['lsblk', ...lsblkArguments],
];

/** A sick GPU can hold nvidia-smi for tens of seconds; without persistence mode a healthy one for several. */
const nvidiaSmiTimeoutMs = 60_000;

/** Everything that is looked at on a node. Order is the order of the saved document. */
export function probeList(options: {
  readonly scratchPath: string;
  readonly programs: readonly string[];
  readonly headers: readonly string[];
  readonly libraries: readonly string[];
  readonly places: readonly string[];
}): readonly Probe[] {
  return [
    ...files.map((id): Probe => ({ kind: 'file', id })),
    { kind: 'access', id: 'open /dev/kmsg', path: '/dev/kmsg' },
    ...trees.map((tree): Probe => ({ kind: 'tree', ...tree })),
    { kind: 'cgroup', id: 'cgroup' },
    { kind: 'processes', id: 'processes' },
    { kind: 'addresses', id: 'addresses' },
    { kind: 'file-system', id: 'file system of scratch', path: options.scratchPath },
    { kind: 'file-system', id: 'file system of /dev/shm', path: '/dev/shm' },
    ...commands.map(
      ([file, ...args]): Probe => ({ kind: 'command', id: [file, ...args].join(' '), file, args }),
    ),
    {
      kind: 'command',
      id: 'nvidia-smi -q -x',
      file: 'nvidia-smi',
      args: ['-q', '-x'],
      timeoutMs: nvidiaSmiTimeoutMs,
    },
    { kind: 'programs', id: 'programs', names: options.programs },
    { kind: 'files', id: 'headers', names: options.headers, roots: [...headerRoots, ...options.places] },
    { kind: 'files', id: 'libraries', names: options.libraries, roots: [...libraryRoots, ...options.places] },
  ];
}
