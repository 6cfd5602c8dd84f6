import type { Fact } from './fact.ts';
import { known, unknown, valueOf } from './fact.ts';
import type { Accelerator } from './host-facts.ts';

const mebibyte = 1024 * 1024;
/** Memory that an idle GPU's driver may hold, as Meta's gcm has it … */
const idleBytes = 15 * mebibyte;
/** … or this share of it: the drivers of MI300X and B300 keep hundreds of MiB for themselves. */
const idleShare = 0.01;
/** A glance at a GPU that nobody uses shows less, in per cent. */
const idlePercent = 5;

/** What tells whether somebody uses an accelerator. */
interface Use {
  readonly driver: string | undefined;
  readonly processes: Fact<readonly string[]>;
  readonly busyPercent: Fact<number>;
  readonly memoryBytes: Fact<number>;
  readonly memoryUsedBytes: Fact<number>;
  /** Why nothing answers for it, if nothing does. */
  readonly silence: string;
}

/** Why an accelerator is in use, none when it is not. What hints at a use and names nobody is unknown, never busy. */
export function readUse(use: Use): Fact<string[]> {
  const { driver, processes } = use;
  if (driver === 'vfio-pci') return known(['is lent to a virtual machine (vfio-pci)']);
  if ('value' in processes && processes.value.length > 0)
    return known(processes.value.map((process) => `runs the process ${process}`));
  const held = heldMemory(use);
  if (held !== undefined) return unknown(held);
  // In a container nobody else's processes are listed.
  const busy = valueOf(use.busyPercent);
  if (busy !== undefined && busy >= idlePercent)
    return unknown(`it computes ${busy} % of the time, and nothing says for whom`);
  if ('value' in processes) return known([]);
  // Without a driver, or with one for pictures only, nobody can.
  const isIdle = busy !== undefined || 'value' in use.memoryUsedBytes;
  return isIdle || driver === undefined || driver === 'nouveau'
    ? known([])
    : unknown(`nothing says whether it computes: ${use.silence}`);
}

/** That more memory is taken than an idle accelerator's driver takes, by whomever. */
export function heldMemory({
  memoryBytes,
  memoryUsedBytes,
}: Pick<Accelerator, 'memoryBytes' | 'memoryUsedBytes'>): string | undefined {
  const used = valueOf(memoryUsedBytes) ?? 0;
  const idle = Math.max(idleBytes, idleShare * (valueOf(memoryBytes) ?? 0));
  if (used <= idle) return undefined;
  return `${inMebibytes(used)} MiB of its memory are in use (idle: at most ${inMebibytes(idle)}), and no process is named`;
}

const inMebibytes = (bytes: number): number => Math.round(bytes / mebibyte);
