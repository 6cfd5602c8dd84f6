import type { Evidence, Tree } from './evidence.ts';
import type { Fact } from './fact.ts';
import { known, unknown } from './fact.ts';
import type { Bridge, HostFacts } from './host-facts.ts';
import { readBridges } from './read-bridges.ts';
import { mapFact } from './read-number.ts';

/** What somebody has set on a host that changes what is measured there. What a kernel does not have is `none`. */
export function readSettings(evidence: Evidence): HostFacts['settings'] {
  const tree = evidence.tree('host settings');
  const bridges = readBridges(evidence);
  const text = (path: string, read: (found: string) => Fact<string> = known): Fact<string> =>
    mapFact(tree, (all) => {
      const entry = all[path];
      if (entry === undefined) return known('none');
      return typeof entry === 'string' ? read(entry) : unknown(`${path}: ${entry.error}`);
    });
  return {
    kernelArguments: text('/proc/cmdline', (line) => known(sharedArguments(line))),
    governor: mapFact(tree, readGovernor),
    numaBalancing: text('/proc/sys/kernel/numa_balancing', (mode) =>
      known(balancing[mode] ?? mode.slice(0, 40)),
    ),
    transparentHugePages: text('/sys/kernel/mm/transparent_hugepage/enabled', (modes) => {
      const mode = /\[(\w+)\]/.exec(modes)?.[1];
      return mode === undefined ? unknown(`transparent_hugepage: \`${modes.slice(0, 40)}\``) : known(mode);
    }),
    iommu: mapFact(tree, readIommu),
    acs: bridges,
    accessControl: mapFact(bridges, (all) => known(controlOf(all))),
    gpuDirect: mapFact(tree, (all) => readGpuDirect(all, evidence.text('/proc/sys/kernel/osrelease'))),
    ncclConfiguration: text('/etc/nccl.conf', (file) => known(settingsOf(file))),
  };
}

/** sysctl/kernel.rst */
const balancing: Readonly<Record<string, string>> = { '0': 'off', '1': 'on', '2': 'memory tiering' };

/** Names of one machine's own disks, images and addresses; kernels before 4.15 put blanks at the end. */
const ofOneMachine = new RegExp(
  `^(?:${[
    'BOOT_IMAGE|BOOTIF|bootdev|boot|initrd|root|resume|resume_offset|ostree',
    String.raw`(?:rd\.)?luks\.(?:uuid|name|partuuid|serial|key)|cryptdevice|cryptkey|rd\.(?:md|dm)\.uuid|rd\.lvm\.(?:vg|lv)`,
    String.raw`(?:rd\.)?iscsi[._]\w+|ISCSI_\w+|rd\.nvmf\.\w+|netroot|nfsroot|nfsaddrs|ip|ifname|rd\.route|nameserver`,
    String.raw`(?:[\w-]+\.)?hostname|systemd\.machine_id|ds|cloud-config-url|(?:inst|coreos|ignition)\.\S+?`,
  ].join('|')})=`,
);

/** What one machine alone is called by, wherever it stands: each is replaced by what kind of name it is. */
const ownNames: readonly (readonly [RegExp, string])[] = [
  [/(\/dev\/disk\/by-(?:id|uuid|partuuid)\/)[^\s,:]+/g, '$1<id>'],
  [/\b(iqn|nqn)\.\d{4}-\d{2}\.[^\s,]+/g, '<$1>'],
  [/\b[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}\b/gi, '<uuid>'],
  [/\b[0-9a-f]{2}(?:([:-])[0-9a-f]{2})(?:\1[0-9a-f]{2}){4,18}\b/gi, '<mac>'],
  [/(?<![\w.])(?:\d{1,3}\.){3}\d{1,3}(?![\w.])/g, '<ip>'],
  // Of IPv6 the short form or eight groups: colons stand in ranges and PCI addresses too.
  [
    /(?<![\w:.])(?:(?=[0-9a-f:]{0,37}::)[0-9a-f:]{3,39}|[0-9a-f]{1,4}(?::[0-9a-f]{1,4}){7})(?![\w:.])/gi,
    '<ip>',
  ],
  // World-wide names of disks (NAA 5 and 6), machine ids, serial numbers in capitals.
  [/\b0x[56][0-9a-f]{15}(?:[0-9a-f]{16})?\b|\b(?:[0-9a-f]{16}|[0-9a-f]{32})\b/gi, '<id>'],
  [/(?<!\w)(?=(?:[A-Z]*\d){4})(?=(?:\d*[A-Z]){2})[A-Z0-9]{8,40}(?!\w)/g, '<id>'],
];

const sharedValue = (word: string): string =>
  ownNames.reduce((text, [pattern, name]) => text.replaceAll(pattern, name), word);

const sharedArguments = (line: string): string =>
  line
    .split(/\s+/)
    .filter((word) => word !== '' && !ofOneMachine.test(word))
    .map(sharedValue)
    .join(' ');

const controlOf = (bridges: readonly Bridge[]): string =>
  bridges.length === 0
    ? 'none'
    : bridges.every(({ accessControl }) => accessControl === 'none')
      ? 'off'
      : 'on';

function readGovernor(tree: Tree): Fact<string> {
  const governors = Object.entries(tree).flatMap(([path, entry]) =>
    path.endsWith('/scaling_governor') && typeof entry === 'string' ? [entry] : [],
  );
  return known([...new Set(governors)].toSorted().join(', ') || 'none');
}

/** Groups say of themselves whether addresses are translated (`DMA`, `DMA-FQ`) or passed through (`identity`), since Linux 5.11. */
function readIommu(tree: Tree): Fact<string> {
  if (tree['/sys/class'] === undefined) return unknown('/sys/class is not there');
  const types = Object.entries(tree).flatMap(([path, entry]) =>
    /^\/sys\/kernel\/iommu_groups\/[^/]+\/type$/.test(path) && typeof entry === 'string' ? [entry] : [],
  );
  const hasUnits = Object.keys(tree).some((path) => path.startsWith('/sys/class/iommu/'));
  const hasGroups = Object.keys(tree).some((path) => path.startsWith('/sys/kernel/iommu_groups/'));
  if (types.length > 0) {
    const modes = types.map((type) => (type === 'identity' ? 'passthrough' : 'translated'));
    return known([...new Set(modes)].toSorted().join(' + '));
  }
  if (!hasUnits && !hasGroups) return known('off');
  const line = tree['/proc/cmdline'];
  const isPassed = typeof line === 'string' && /(^|\s)(iommu=pt|iommu\.passthrough=1)(\s|$)/.test(line);
  return known(isPassed ? 'passthrough' : hasGroups ? 'translated' : 'off');
}

/**
 * How a network card reaches the memory of an accelerator: a module that pins it (peermem), or a buffer that the open kernel
 * modules of NVIDIA lend (Linux 5.12 and later).
 */
function readGpuDirect(tree: Tree, kernel: Fact<string>): Fact<string> {
  const has = (module: string): boolean => tree[`/sys/module/${module}`] !== undefined;
  if (!has('nvidia'))
    return unknown(
      has('amdgpu')
        ? 'of cards of AMD nobody is asked yet'
        : 'no driver is loaded whose memory network cards could reach',
    );
  const driver = tree['/proc/driver/nvidia/version'];
  const isOpen = typeof driver === 'string' && driver.includes('Open Kernel Module');
  const [, major, minor] = /^(\d+)\.(\d+)/.exec('value' in kernel ? kernel.value : '') ?? [];
  const isRecent = Number(major) > 5 || (Number(major) === 5 && Number(minor) >= 12);
  const ways = [
    ...(isOpen && isRecent ? ['dma-buf'] : []),
    ...(has('nvidia_peermem') || has('nv_peer_mem') ? ['peermem'] : []),
  ];
  return known(ways.join(' + ') || 'none');
}

/** `NAME=value` lines in one line, without comments and what names one machine, in whatever order they stand. */
function settingsOf(file: string): string {
  const lines = file
    .split('\n')
    .map((line) => (line.split('#', 1)[0] ?? '').trim())
    .filter((line) => line !== '' && !line.startsWith('NCCL_HOSTID'))
    .map(sharedValue);
  return lines.toSorted().join('; ') || 'none';
}
