import { readTicks } from '../../workloads/kit/cpu-ticks.ts';
import { workShare } from '../../workloads/kit/facts/read-watch.ts';

/** One process by proc(5), /proc/[pid]/stat: its parent, name, and ticks of CPU time in user and in kernel mode. */
export interface Process {
  readonly pid: number;
  readonly parent: number;
  readonly name: string;
  readonly ticks: number;
  /** In ticks since boot: a pid that is used again is another process. */
  readonly started: string;
  /** A thread of the kernel works for whoever asked it to. */
  readonly isKernel: boolean;
}

/** All processes of the machine at one moment, by pid, and the ticks of all of its CPUs until then. */
export interface ProcessTable {
  readonly totalTicks: number;
  readonly processes: ReadonlyMap<number, Process>;
}

/** PF_KTHREAD (include/linux/sched.h). */
const kernelThread = 0x00200000;

/** A process in the text of its stat file; the name stands in brackets, and may hold any itself. */
export function readProcess(text: string): Process | undefined {
  const [open, close] = [text.indexOf(' ('), text.lastIndexOf(') ')];
  const pid = Number(text.slice(0, Math.max(0, open)));
  const fields = text.slice(close + 2, close + 1_024).split(' ');
  // From the third field of proc(5) on: state, ppid, … flags (9), … utime (14), stime (15), … starttime (22).
  const [parent, flags, user, system] = [fields[1], fields[6], fields[11], fields[12]].map(Number);
  const ticks = (user ?? Number.NaN) + (system ?? Number.NaN);
  const started = fields[19];
  if (open < 1 || close < open || !Number.isSafeInteger(pid) || !Number.isFinite(ticks)) return undefined;
  if (parent === undefined || !Number.isSafeInteger(parent) || flags === undefined || started === undefined)
    return undefined;
  const name = text.slice(open + 2, close).slice(0, 64);
  return { pid, parent, name, ticks, started, isKernel: (flags & kernelThread) !== 0 };
}

/** The ticks of all CPUs in /proc/stat. */
export const readTotal = (stat: string): number =>
  readTicks(stat, '0 (x) S 0 0 0 0 0 0 0 0 0 0 0 0 0 0')?.total ?? 0;

/** A process that may be somebody's, with the ticks that it took since the moment before. */
export interface Stranger {
  readonly process: Process;
  readonly ticks: number;
  /** It was not there before. */
  readonly isNew: boolean;
}

/** Processes that may be somebody's, the busiest first: none of the kernel's, nor of the family of our own. */
export function listStrangers(before: ProcessTable, now: ProcessTable, own: number): readonly Stranger[] {
  const ours = familyOf(own, now.processes);
  return [...now.processes.values()]
    .filter(({ pid, isKernel }) => !isKernel && !ours.has(pid))
    .map((process) => {
      const earlier = before.processes.get(process.pid);
      const isKnown = earlier?.started === process.started;
      return { process, isNew: !isKnown, ticks: process.ticks - (isKnown ? earlier.ticks : 0) };
    })
    .toSorted((a, b) => b.ticks - a.ticks || a.process.pid - b.process.pid);
}

/** A process, what it came from and what came from it; what left it for another parent bears a mark and is known by that. */
function familyOf(own: number, processes: ReadonlyMap<number, Process>): ReadonlySet<number> {
  const family = new Set<number>();
  for (let at: number | undefined = own; at !== undefined && at > 0 && !family.has(at); ) {
    family.add(at);
    at = processes.get(at)?.parent;
  }
  const children = Map.groupBy(processes.values(), ({ parent }) => parent);
  const descend = (pid: number): void => {
    for (const child of children.get(pid) ?? []) {
      if (family.has(child.pid)) continue;
      family.add(child.pid);
      descend(child.pid);
    }
  };
  descend(own);
  return family;
}

/** What a scheduler starts for each step of a job (slurmd(8)). */
const jobProcess = 'slurmstepd';

/**
 * What somebody does on the machine, in words; `users` are pids that have an accelerator open. Others are at work on it when together
 * they took more than a tenth of its CPU time, as when it is looked at before.
 */
export function describeTenant(
  strangers: readonly Stranger[],
  { totalTicks, users }: { readonly totalTicks: number; readonly users: ReadonlySet<number> },
): string | undefined {
  const job = strangers.find(({ process, isNew }) => isNew && process.name === jobProcess);
  if (job !== undefined) return `a Slurm job began (${nameOf(job)})`;
  const user = strangers.find(({ process }) => users.has(process.pid));
  if (user !== undefined) return `an accelerator runs ${nameOf(user)}`;
  const taken = strangers.reduce((sum, { ticks }) => sum + Math.max(0, ticks), 0);
  const [busiest] = strangers;
  if (busiest === undefined || totalTicks <= 0 || taken <= workShare * totalTicks) return undefined;
  return `others take ${Math.round((100 * taken) / totalTicks)} % of the CPU time, most of it ${nameOf(busiest)}`;
}

const nameOf = ({ process: { name, pid } }: Stranger): string => `\`${name}\`, process ${pid}`;
