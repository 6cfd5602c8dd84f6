import type { Fact } from '../../../workloads/kit/facts/fact.ts';
import { known, unknown } from '../../../workloads/kit/facts/fact.ts';
import type {
  Accelerator,
  Drive,
  HostFacts,
  MemoryModule,
  NetworkCard,
  Nic,
  Part,
} from '../../../workloads/kit/facts/host-facts.ts';

/** What differs from the plain server below. */
export interface FactChanges {
  readonly bootId?: string;
  readonly machineId?: string;
  readonly accelerators?: Fact<Accelerator[]>;
  readonly drives?: Fact<Drive[]>;
  readonly nics?: Fact<Nic[]>;
  readonly networkCards?: Fact<NetworkCard[]>;
  readonly settings?: Partial<HostFacts['settings']>;
  readonly software?: HostFacts['software'];
  readonly modules?: Fact<MemoryModule[]>;
  readonly powerSupplies?: Fact<Part[]>;
  readonly fans?: Fact<Part[]>;
  readonly transceivers?: Fact<Part[]>;
  readonly memoryBytes?: number;
  readonly unrestricted?: Fact<boolean>;
  readonly scratchDrive?: Fact<string>;
  readonly product?: string;
  readonly occupied?: string[];
  readonly watchedSeconds?: Fact<number>;
  readonly virtualisation?: Fact<string>;
}

/** Facts of a plain idle server without accelerators, with one drive behind its scratch directory. */
export function mergeFacts(changes: FactChanges = {}): HostFacts {
  return {
    identity: {
      hostName: known('constructed'),
      bootId: known(changes.bootId ?? '6f9d1c1e-0000-4000-8000-000000000001'),
      machineId: known(changes.machineId ?? '0123456789abcdef0123456789abcdef'),
      dmiUuid: unknown('/sys/class/dmi/id/product_uuid: denied'),
      product: changes.product === undefined ? unknown('no DMI') : known(changes.product),
      serial: unknown('/sys/class/dmi/id/product_serial: denied'),
      firmware: unknown('no DMI'),
      controllerFirmware: unknown('no IPMI'),
    },
    os: {
      name: known('Debian GNU/Linux 12'),
      kernel: known('6.1.0'),
      architecture: known('x86_64'),
      libc: known('glibc 2.36'),
      virtualisation: changes.virtualisation ?? known('none'),
    },
    cpu: {
      model: known('AMD EPYC'),
      sockets: known(2),
      physicalCores: known(96),
      logicalCpus: known(192),
      numaNodes: known(2),
      machineChecks: known(true),
      flags: known(['avx2', 'sha_ni']),
    },
    memory: {
      totalBytes: known(changes.memoryBytes ?? 2_000_000_000_000),
      availableBytes: known(1_900_000_000_000),
      swapBytes: known(0),
      eccReported: unknown('no EDAC'),
      modules: changes.modules ?? unknown('no EDAC'),
    },
    accelerators: changes.accelerators ?? known([]),
    drives: changes.drives ?? known([nvmeDrive()]),
    nics: changes.nics ?? known([nic()]),
    networkCards: changes.networkCards ?? known([networkCard()]),
    transceivers: changes.transceivers ?? unknown('needs root: ethtool -m'),
    powerSupplies: changes.powerSupplies ?? unknown('needs root: dmidecode'),
    settings: { ...plainSettings, ...changes.settings },
    addresses: known([{ interface: 'eth0', ipv4: '192.0.2.7/24' }]),
    scratch: {
      path: '/var/tmp/assay-0',
      fileSystem: known('ext4'),
      mountOptions: known('rw,relatime'),
      freeBytes: known(900_000_000_000),
      totalBytes: known(1_000_000_000_000),
      device: known('/dev/nvme0n1p1'),
      driveIdentity: changes.scratchDrive ?? known('S64HNE0R123456'),
    },
    limits: {
      allowedCpus: known(192),
      cpuQuotaCores: unknown('no cgroup of this process has a CPU quota'),
      unrestricted: changes.unrestricted ?? known(true),
      memoryMaxBytes: unknown('no cgroup of this process has a memory limit'),
      memlockBytes: known(2 ** 64),
      sharedMemoryFreeBytes: known(64 * 2 ** 30),
      kernelLogReadable: known(false),
      passwordlessSudo: known(false),
      sudoCommands: unknown('`sudo -n -l` lists no rules'),
      isRoot: known(false),
    },
    fans: changes.fans ?? unknown('no IPMI'),
    environment: {
      restWatts: unknown('no IPMI'),
      inletCelsius: unknown('no IPMI'),
      temperatures: unknown('no hwmon'),
      fanSpeeds: unknown('no IPMI'),
    },
    occupancy: {
      loadAverage: known(0.1),
      watchedSeconds: changes.watchedSeconds ?? unknown('watch: not probed'),
      work: unknown('watch: not probed'),
      isLoaded: known(false),
      reasons: known(changes.occupied ?? []),
    },
    residue: { software: known([]), userJobs: known([]), poolConnections: known([]) },
    programs: { openssl: '/usr/bin/openssl' },
    headers: {},
    libraries: {},
    clockDeviationSeconds: unknown('clock: not probed'),
    software: changes.software ?? {
      containerToolkit: unknown('not on the PATH'),
      nccl: unknown('not found'),
    },
    toolpack: unknown('tool pack: not probed'),
  };
}

const plainSettings: HostFacts['settings'] = {
  kernelArguments: known('ro quiet'),
  governor: known('performance'),
  numaBalancing: known('off'),
  transparentHugePages: known('madvise'),
  iommu: known('passthrough'),
  acs: unknown('needs root: ACS'),
  gpuDirect: unknown('no driver'),
  accessControl: known('off'),
  ncclConfiguration: known('none'),
};

/** An SXM5 module in order, as the driver of a healthy node describes it. */
export function h100(index: number, changes: Partial<Accelerator> = {}): Accelerator {
  return {
    address: `0000:${(0x1b + index).toString(16)}:00.0`,
    pciId: '10de:2330',
    vendor: 'NVIDIA',
    model: known('H100-SXM5-80GB'),
    purpose: known('computing'),
    driver: known('nvidia'),
    driverVersion: known('550.90.07'),
    firmware: known('96.00.89.00.01'),
    usable: known(true),
    fault: unknown('nothing is known to be wrong with it'),
    uuid: known(`GPU-00000000-0000-4000-8000-00000000000${index}`),
    serial: known(`165422301187${index}`),
    memoryBytes: known(85_520_809_984),
    eccEnabled: known(true),
    isPartitioned: known(false),
    persistenceEnabled: known(true),
    confidentialComputing: known(false),
    fabric: known('Completed, Success'),
    clocksLowered: known(false),
    link: {
      width: known(16),
      maxWidth: known(16),
      gigatransfers: known(32),
      maxGigatransfers: known(32),
      slotWidth: known(16),
      slotGigatransfers: known(32),
    },
    powerLimitWatts: known(700),
    defaultPowerLimitWatts: known(700),
    temperatureLimitCelsius: known(89),
    memoryUsedBytes: known(0),
    occupancy: known([]),
    rowRemapPending: known(false),
    rowRemapFailure: known(false),
    ...changes,
  };
}

export function nvmeDrive(changes: Partial<Drive> = {}): Drive {
  return {
    name: 'nvme0n1',
    identity: 'S64HNE0R123456',
    serial: known('S64HNE0R123456'),
    model: known('SAMSUNG MZQL23T8HCLS-00A07'),
    transport: known('nvme'),
    firmware: known('GDC5602Q'),
    sizeBytes: known(3_840_755_982_336),
    rotational: known(false),
    majorMinor: '259:0',
    ...changes,
  };
}

export function nic(changes: Partial<Nic> = {}): Nic {
  return {
    name: 'eth0',
    identity: '0000:01:00.0',
    permanentAddress: known('b8:3f:d2:00:00:01'),
    nodeGuid: unknown('no RDMA device'),
    firmware: unknown('no ethtool'),
    driver: known('mlx5_core'),
    speedBitsPerSecond: known(400_000_000_000),
    mtu: known(1500),
    isUp: known(true),
    rdmaDevice: known('mlx5_0'),
    ...changes,
  };
}

export function networkCard(changes: Partial<NetworkCard> = {}): NetworkCard {
  return {
    address: '0000:01:00',
    chip: known('ConnectX-7'),
    model: unknown('needs root: VPD'),
    serial: unknown('needs root: VPD'),
    ...changes,
  };
}
