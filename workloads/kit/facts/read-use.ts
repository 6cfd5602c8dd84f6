import type { Fact } from './fact.ts';
import { known, unknown, valueOf } from './fact.ts';
import type { Accelerator } from './host-facts.ts';
import { idleMemory } from './idle-memory.ts';

const mebibyte = 1024 * 1024;
/** A GPU that nobody uses computes less, in per cent of the time. */
const idlePercent = 5;

/** What tells whether somebody uses an accelerator. */
interface Use {
  readonly vendor: string;
  readonly model: Fact<string>;
  readonly driver: string | undefined;
  readonly processes: Fact<readonly string[]>;
  /** At one moment … */
  readonly busyPercent: Fact<number>;
  /** … and over the time that the machine was watched, where it was to be. */
  readonly isWatched: boolean;
  readonly watchedPercent: Fact<number>;
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
  const watched = valueOf(use.watchedPercent);
  if (watched !== undefined && watched >= idlePercent)
    return known([`computed ${Math.round(watched)} % of the time that it was watched`]);
  const held = heldMemory(use);
  if (held !== undefined) return unknown(held);
  // Without a driver, or with one for pictures only, nobody can compute on it.
  const isDriven = driver !== undefined && driver !== 'nouveau';
  // A glance does not stand for the time in which somebody's job may have come and gone.
  if (isDriven && use.isWatched && 'unknown' in use.watchedPercent)
    return unknown(`nothing says whether it computed while it was watched: ${use.watchedPercent.unknown}`);
  // In a container nobody else's processes are listed.
  const busy = watched ?? valueOf(use.busyPercent);
  if (busy !== undefined && busy >= idlePercent)
    return unknown(`it computes ${busy} % of the time, and nothing says for whom`);
  if ('value' in processes) return known([]);
  const isTold = 'value' in use.memoryUsedBytes && allowanceOf(use) !== 'shared';
  const isIdle = busy !== undefined || isTold;
  return isIdle || !isDriven ? known([]) : unknown(`nothing says whether it computes: ${use.silence}`);
}

type Held = Pick<Accelerator, 'vendor' | 'model' | 'memoryBytes' | 'memoryUsedBytes'>;

const allowanceOf = ({ vendor, model, memoryBytes }: Held): number | 'shared' =>
  idleMemory(vendor, model, memoryBytes);

/** That more memory is taken than an idle accelerator of its kind takes, by whomever. */
export function heldMemory(accelerator: Held): string | undefined {
  const used = valueOf(accelerator.memoryUsedBytes) ?? 0;
  const idle = allowanceOf(accelerator);
  if (idle === 'shared' || used <= idle) return undefined;
  return `${inMebibytes(used)} MiB of its memory are in use (idle: at most ${inMebibytes(idle)}), and no process is named`;
}

const inMebibytes = (bytes: number): number => Math.round(bytes / mebibyte);
