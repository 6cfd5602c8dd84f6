import * as z from 'zod';
import type { Unit } from '../unit.ts';
import { fact } from './fact.ts';

const text = fact(z.string());
const amount = fact(z.number().nonnegative());
/** An amount in a unit, with which it is shown wherever it is shown. */
const amountOf = (unit: Unit) => fact(z.number().nonnegative().meta({ unit }));
const flag = fact(z.boolean());

/** PCIe link as negotiated now, as the device could do, and as the port could that it hangs on; speed in GT/s per lane. */
const PciLink = z.strictObject({
  width: amount,
  maxWidth: amount,
  gigatransfers: amount,
  maxGigatransfers: amount,
  slotWidth: amount,
  slotGigatransfers: amount,
});

/**
 * Why an accelerator cannot be used, with the words that say so. `no-driver`: nothing answers for it, which is not known to
 * be its own fault. `unlisted`: its driver answers for others like it and does not list this one.
 */
export const AcceleratorFault = z.strictObject({
  kind: z.enum(['no-driver', 'lost', 'unlisted', 'needs-reset', 'needs-reboot', 'error']),
  said: z.string(),
});
export type AcceleratorFault = z.infer<typeof AcceleratorFault>;

/** An accelerator found on the PCI bus, with or without a driver; display adapters and integrated graphics are none. */
export const Accelerator = z.strictObject({
  /** PCI address, `0000:ba:00.0`. */
  address: z.string(),
  /** `10de:2330`, lower case. */
  pciId: z.string(),
  vendor: z.string(),
  /** SKU by PCI id, else as the driver names it. */
  model: text,
  /** `computing` or `mining` by the tables of PCI ids; unknown for what is in no table. */
  purpose: text,
  driver: text,
  driverVersion: text,
  /** Version of the card's own firmware (VBIOS). */
  firmware: text,
  /**
   * The vendor tool (nvidia-smi, amd-smi) answers for this device and reports no fault: present on the bus is not yet usable. Unknown
   * while nothing answers for it.
   */
  usable: flag,
  /** Unknown where nothing is known to be wrong. */
  fault: fact(AcceleratorFault),
  uuid: text,
  serial: text,
  memoryBytes: amountOf('B'),
  eccEnabled: flag,
  /** Divided into parts (MIG, XCP), each of which is less than the card. */
  isPartitioned: flag,
  /** The driver stays loaded between programs. */
  persistenceEnabled: flag,
  /** Its memory is encrypted for a confidential machine, which costs most of the bandwidth to the host. */
  confidentialComputing: flag,
  /** State of the switches between accelerators in the driver's words; `not supported` where there are none, or older ones. */
  fabric: text,
  /** Somebody has set its clocks below what it would choose itself. */
  clocksLowered: flag,
  link: PciLink,
  powerLimitWatts: amountOf('W'),
  defaultPowerLimitWatts: amountOf('W'),
  /** Of its own sensor, at which its driver slows it down to protect it. */
  temperatureLimitCelsius: amountOf('Cel'),
  memoryUsedBytes: amountOf('B'),
  /** Why it is in use; empty when it is idle, unknown when nothing tells. */
  occupancy: fact(z.array(z.string())),
  rowRemapPending: flag,
  rowRemapFailure: flag,
});
export type Accelerator = z.infer<typeof Accelerator>;

/** A whole block device (no partition, loop, ram or device-mapper node). */
export const Drive = z.strictObject({
  /** Kernel name, `nvme0n1`: for display only, it moves across boots. */
  name: z.string(),
  /** Serial, else WWN, else the sysfs device path: what names the drive in documents. */
  identity: z.string(),
  serial: text,
  model: text,
  /** nvme, sata, sas, usb, virtio, …: how the kernel reaches it. */
  transport: text,
  firmware: text,
  sizeBytes: amountOf('B'),
  rotational: flag,
  majorMinor: z.string(),
});
export type Drive = z.infer<typeof Drive>;

/** A network interface with a device behind it; a card can have several. */
export const Nic = z.strictObject({
  name: z.string(),
  /** PCI or virtio address, else the interface name. */
  identity: z.string(),
  /** The MAC address that it was made with, whatever it uses now. */
  permanentAddress: text,
  /** InfiniBand's name of the port's function. */
  nodeGuid: text,
  firmware: text,
  driver: text,
  speedBitsPerSecond: amountOf('bit/s'),
  mtu: amount,
  isUp: flag,
  rdmaDevice: text,
});
export type Nic = z.infer<typeof Nic>;

/** A network card on the PCI bus, with or without a driver; its ports are functions of one device. */
export const NetworkCard = z.strictObject({
  /** PCI address without the function, `0000:1a:00`. */
  address: z.string(),
  /** What its chip is called, by PCI id: `ConnectX-7`. */
  chip: text,
  /** The maker's part number. */
  model: text,
  serial: text,
});
export type NetworkCard = z.infer<typeof NetworkCard>;

/** A PCI bridge that can send traffic between two devices up to the processor (ACS), and what is switched on of that. */
const Bridge = z.strictObject({ address: z.string(), accessControl: z.string() });
export type Bridge = z.infer<typeof Bridge>;

/** A module of memory; where the firmware's table is closed to us, only its size is known. */
export const MemoryModule = z.strictObject({
  /** As the board calls its socket. */
  name: z.string(),
  vendor: text,
  /** The maker's part number. */
  model: text,
  serial: text,
  sizeBytes: amountOf('B'),
});
export type MemoryModule = z.infer<typeof MemoryModule>;

/** A power supply in its bay, or a transceiver or cable in its port. */
const Part = z.strictObject({ name: z.string(), vendor: text, model: text, serial: text });
export type Part = z.infer<typeof Part>;

/** What somebody has set: compared with the golden node, for what is right for one class is wrong for another. */
const Settings = z.strictObject({
  /** The kernel's command line without what names this one machine. */
  kernelArguments: text,
  /** What chooses the clock of the processors. */
  governor: text,
  numaBalancing: text,
  transparentHugePages: text,
  /** off, translated, passthrough. */
  iommu: text,
  acs: fact(z.array(Bridge)),
  /** Whether any of these has something switched on: on, off; none where no bridge has it. */
  accessControl: text,
  /** How network cards reach the memory of accelerators: dma-buf, peermem, none. */
  gpuDirect: text,
  /** /etc/nccl.conf in one line. */
  ncclConfiguration: text,
});

/** What the probes found. Sizes in bytes, times in seconds. Every field says why when it is not known. */
export const HostFacts = z.strictObject({
  identity: z.strictObject({
    hostName: text,
    bootId: text,
    machineId: text,
    dmiUuid: text,
    product: text,
    serial: text,
    /** Version of the firmware (BIOS). */
    firmware: text,
    /** That of the management controller. */
    controllerFirmware: text,
  }),
  os: z.strictObject({ name: text, kernel: text, architecture: text, libc: text, virtualisation: text }),
  cpu: z.strictObject({
    model: text,
    sockets: amount,
    physicalCores: amount,
    logicalCpus: amount,
    numaNodes: amount,
    /** The kernel hears of machine checks. */
    machineChecks: flag,
    flags: fact(z.array(z.string())),
  }),
  memory: z.strictObject({
    totalBytes: amountOf('B'),
    availableBytes: amountOf('B'),
    swapBytes: amountOf('B'),
    eccReported: text,
    /** Those that are fitted; empty sockets are left out. */
    modules: fact(z.array(MemoryModule)),
  }),
  accelerators: fact(z.array(Accelerator)),
  drives: fact(z.array(Drive)),
  nics: fact(z.array(Nic)),
  networkCards: fact(z.array(NetworkCard)),
  /** By the interface whose port they sit in. */
  transceivers: fact(z.array(Part)),
  powerSupplies: fact(z.array(Part)),
  /** As the management controller lists them. */
  fans: fact(z.array(Part)),
  environment: z.strictObject({
    /** What it draws before anything is put on it, as its management controller says: less than it draws at work. */
    restWatts: amountOf('W'),
    /** Of the air that the machine takes in. */
    inletCelsius: amountOf('Cel'),
    /** The hottest sensor of each device that has some. */
    temperatures: fact(
      z.array(z.strictObject({ name: z.string(), celsius: z.number().nonnegative().meta({ unit: 'Cel' }) })),
    ),
    /** In turns a minute. */
    fanSpeeds: fact(z.array(z.strictObject({ name: z.string(), rpm: z.number().nonnegative() }))),
  }),
  settings: Settings,
  /** IPv4 addresses with their prefix, `10.77.0.1/24`, by interface; those of bridges and veth ends too. */
  addresses: fact(z.array(z.strictObject({ interface: z.string(), ipv4: z.string() }))),
  /** The directory that storage steps write to: its file system and the drive behind it. */
  scratch: z.strictObject({
    path: z.string(),
    fileSystem: text,
    mountOptions: text,
    freeBytes: amountOf('B'),
    totalBytes: amountOf('B'),
    device: text,
    /** `Drive.identity` of the backing drive; unknown for tmpfs, overlay, network file systems, RAID. */
    driveIdentity: text,
  }),
  /** What the agent itself is allowed to use; less than the machine has makes speed cells `invalid`. */
  limits: z.strictObject({
    allowedCpus: amount,
    /** Cores by CFS quota (`cpu.max`), unknown when there is none. */
    cpuQuotaCores: amount,
    /** True when neither affinity, quota nor memory limit takes anything away from this process. */
    unrestricted: flag,
    memoryMaxBytes: amountOf('B'),
    memlockBytes: amountOf('B'),
    sharedMemoryFreeBytes: amountOf('B'),
    kernelLogReadable: flag,
    /** Whether `sudo -n` runs anything as root. */
    passwordlessSudo: flag,
    /** What `sudo -n` runs of programs that tools ask for, as `sudo -l` lists it. */
    sudoCommands: fact(z.array(z.string())),
    isRoot: flag,
  }),
  /**
   * Is somebody else using the machine? `reasons` names who (miners, processes on accelerators); an empty list means
   * that nobody was found. `isLoaded`: more than a tenth of the CPUs, a drive or an interface is busy, whoever it is.
   */
  occupancy: z.strictObject({
    loadAverage: amount,
    /** For how long it was watched before any load; unknown where it was only looked at. */
    watchedSeconds: amountOf('s'),
    /** What was at work while it was watched, beside the agent, with its share. */
    work: fact(z.array(z.string())),
    isLoaded: flag,
    reasons: fact(z.array(z.string())),
  }),
  /**
   * What is left of mining although nothing mines: `software` starts miners (services, jobs of the system, folders of systems for
   * mining), `userJobs` is what root alone may read, `poolConnections` are by their ports.
   */
  residue: z.strictObject({
    software: fact(z.array(z.string())),
    userJobs: fact(z.array(z.string())),
    poolConnections: fact(z.array(z.string())),
  }),
  /** Programs, C headers and shared libraries that tools asked for, by name; absent ones are not listed. */
  programs: z.record(z.string(), z.string()),
  headers: z.record(z.string(), z.string()),
  libraries: z.record(z.string(), z.string()),
  /** Versions of what is neither driver nor firmware. */
  software: z.strictObject({ containerToolkit: text, nccl: text }),
  /** How far its clock is from the coordinator's, to within 25 ms or a tenth of it. */
  clockDeviationSeconds: amountOf('s'),
  /** Libraries and programs that the site has brought: they go before those of the machine. */
  toolpack: fact(
    z.strictObject({
      folder: z.string(),
      name: z.string(),
      files: z.array(
        z.strictObject({ path: z.string(), version: z.string(), licence: z.string(), sha256: z.string() }),
      ),
    }),
  ),
});
export type HostFacts = z.infer<typeof HostFacts>;
