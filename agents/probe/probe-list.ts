import { controllerProbes, idOf } from '../../workloads/kit/facts/privileged-probes.ts';
import { amdMetricId, amdStaticId } from '../../workloads/kit/facts/read-amd-smi.ts';
import { bridgesId } from '../../workloads/kit/facts/read-bridges.ts';
import { containerFiles } from '../../workloads/kit/facts/read-container.ts';
import { interfaceCounts, memoryCounts, xidsId } from '../../workloads/kit/facts/read-counts.ts';
import { dmidecodeArguments } from '../../workloads/kit/facts/read-dmi-table.ts';
import { lsblkArguments } from '../../workloads/kit/facts/read-drives.ts';
import { interfacesId } from '../../workloads/kit/facts/read-interfaces.ts';
import { residueId } from '../../workloads/kit/facts/read-residue.ts';
import { toolpackId } from '../../workloads/kit/facts/read-toolpack.ts';
import { watchId } from '../../workloads/kit/facts/read-watch.ts';
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
  // What udev wrote down of the firmware's table, which itself is readable by root only.
  '/run/udev/data/+dmi:id',
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
      '/sys/devices/system/machinecheck/machinecheck0',
    ],
  },
  {
    id: 'sysfs edac',
    patterns: [
      '/sys/devices/system/edac/mc/mc*/mc_name',
      memoryCounts,
      // Where the driver knows chip selects (amd64_edac), the kernel calls them ranks.
      ...['dimm', 'rank'].flatMap((kind) =>
        ['dimm_edac_mode', 'dimm_label', 'dimm_location', 'size'].map(
          (name) => `/sys/devices/system/edac/mc/mc*/${kind}*/${name}`,
        ),
      ),
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
      ...pci('gpu_busy_percent', 'current_compute_partition', 'vbios_version', 'serial_number'),
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
        'dm/uuid',
      ),
      ...block('device/model', 'device/serial', 'device/wwid', 'device/transport', 'device/nvme*/transport'),
      ...block('device/firmware_rev', 'device/rev'),
      '/sys/block/*/*/partition',
      '/sys/block/*/*/dev',
      '/sys/fs/btrfs/*/devices/*',
    ],
  },
  {
    id: 'sysfs net',
    patterns: [
      '/sys/class/net/*',
      ...net('operstate', 'speed', 'mtu', 'device', 'device/driver', 'device/physfn'),
      ...net('device/infiniband/*', 'device/infiniband/*/node_guid', 'device/infiniband/*/fw_ver'),
      ...net('address', 'addr_assign_type', 'bonding_slave/perm_hwaddr'),
      ...net(...interfaceCounts),
      // Soft-RoCE has no device behind it; its first address names the interface below.
      ...['', '/ports/1/gid_attrs/ndevs/0'].map((name) => `/sys/class/infiniband/*${name}`),
    ],
  },
  {
    id: 'host settings',
    patterns: [
      '/proc/cmdline',
      '/proc/sys/kernel/numa_balancing',
      '/proc/driver/nvidia/version',
      '/sys/kernel/mm/transparent_hugepage/enabled',
      '/sys/devices/system/cpu/cpufreq/policy*/scaling_governor',
      '/sys/class',
      '/sys/class/iommu/*',
      '/sys/kernel/iommu_groups/*/type',
      ...['nvidia', 'nvidia_peermem', 'nv_peer_mem', 'amdgpu'].map((module) => `/sys/module/${module}`),
      '/sys/bus/platform/devices/ipmi_bmc.*/firmware_revision',
      '/etc/nccl.conf',
      ...Object.keys(containerFiles),
    ],
  },
  {
    id: 'sysfs hwmon',
    patterns: ['', '/name', '/temp*_input', '/fan*_input'].map((name) => `/sys/class/hwmon/*${name}`),
  },
  // Apart, because it is read from the card itself: one that does not answer takes nothing else with it.
  { id: 'sysfs vpd', patterns: net('device/vpd') },
];

const commands: readonly (readonly [string, ...string[]])[] = [
  ['uname', '-m'],
  ['getconf', 'GNU_LIBC_VERSION'],
  ['ldd', '--version'],
  ['lscpu', '-J'],
  ['systemd-detect-virt'],
  ['sudo', '-n', 'true'],
  ['sudo', '-n', '-l'],
  ['lsblk', ...lsblkArguments],
  ['dmidecode', ...dmidecodeArguments],
  ['devlink', '-j', 'dev', 'info'],
  ['nvidia-ctk', '--version'],
];

/** A sick GPU can hold its vendor's tool for tens of seconds; without persistence mode a healthy one for several. */
const vendorToolTimeoutMs = 60_000;

/** Everything that is looked at on a node. Order is the order of the saved document. */
export function probeList(options: {
  readonly scratchPath: string;
  readonly watchMs: number;
  readonly programs: readonly string[];
  readonly headers: readonly string[];
  readonly libraries: readonly string[];
  readonly places: readonly string[];
  readonly toolpack?: string | undefined;
}): readonly Probe[] {
  const { toolpack } = options;
  const packed = toolpack === undefined ? [] : [`${toolpack}/lib`];
  return [
    // First, since the others are made in the time that it takes.
    ...(options.watchMs === 0 ? [] : [{ kind: 'watch', id: watchId, forMs: options.watchMs } as const]),
    ...files.map((id): Probe => ({ kind: 'file', id })),
    { kind: 'access', id: 'open /dev/kmsg', path: '/dev/kmsg' },
    { kind: 'xids', id: xidsId, path: '/dev/kmsg' },
    ...trees.map((tree): Probe => ({ kind: 'tree', ...tree })),
    { kind: 'cgroup', id: 'cgroup' },
    { kind: 'processes', id: 'processes' },
    { kind: 'residue', id: residueId },
    { kind: 'addresses', id: 'addresses' },
    { kind: 'interfaces', id: interfacesId },
    { kind: 'bridges', id: bridgesId },
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
      timeoutMs: vendorToolTimeoutMs,
    },
    ...[amdStaticId, amdMetricId].map(
      (id): Probe => ({
        kind: 'command',
        id,
        file: 'amd-smi',
        args: id.split(' ').slice(1),
        timeoutMs: vendorToolTimeoutMs,
      }),
    ),
    ...controllerProbes.map((probe): Probe => ({ kind: 'privileged', id: idOf(probe), probe })),
    {
      kind: 'programs',
      id: 'programs',
      names: [...options.programs, ...controllerProbes.map(({ file }) => file)],
    },
    { kind: 'files', id: 'headers', names: options.headers, roots: [...headerRoots, ...options.places] },
    {
      kind: 'files',
      id: 'libraries',
      names: options.libraries,
      roots: [...packed, ...libraryRoots, ...options.places],
      withFiles: true,
    },
    ...(toolpack === undefined ? [] : [{ kind: 'toolpack', id: toolpackId, folder: toolpack } as const]),
  ];
}
