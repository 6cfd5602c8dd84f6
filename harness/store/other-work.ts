import type { CounterFile, StepOutputs } from '../../workloads/kit/tool.ts';

/** Kernel ticks: of all CPUs, of those that were at work, and of those that were at work for the step. */
interface Ticks {
  readonly total: number;
  readonly busy: number;
  readonly own: number;
}

/** Fewer ticks of a hundredth of a second tell nothing. */
const leastTicks = 100;

/**
 * Which share of the machine's CPU time others took while the commands of a step ran: what was neither idle nor waiting nor
 * stolen by a hypervisor, less what the agent and the children that it has waited for took (proc(5): /proc/stat, /proc/self/stat).
 * Absent where the agent has not counted, or too little was counted.
 */
export function shareOfOthers(outputs: StepOutputs): number | undefined {
  const sum = { total: 0, busy: 0, own: 0 };
  for (const { counters } of Object.values(outputs)) {
    const [before, after] = [counters?.before, counters?.after].map((each) => each && readTicks(each));
    if (before === undefined || after === undefined) continue;
    sum.total += after.total - before.total;
    sum.busy += after.busy - before.busy;
    sum.own += after.own - before.own;
  }
  if (sum.total < leastTicks) return undefined;
  return Math.min(1, Math.max(0, (sum.busy - sum.own) / sum.total));
}

function readTicks(counters: Readonly<Partial<Record<CounterFile, string>>>): Ticks | undefined {
  const all = /^cpu +([\d ]+)$/m.exec(counters['/proc/stat'] ?? '')?.[1];
  const { 1: process } = /\) (\S.*)$/s.exec(counters['/proc/self/stat'] ?? '') ?? [];
  if (all === undefined || process === undefined) return undefined;
  const [user = 0, nice = 0, system = 0, idle = 0, ioWait = 0, irq = 0, softIrq = 0, steal = 0] = all
    .split(' ')
    .map(Number);
  const busy = user + nice + system + irq + softIrq;
  // Of the process and of the children that it has waited for, in user and in kernel mode: fields 14 to 17.
  const own = process
    .split(' ')
    .slice(11, 15)
    .reduce((total, ticks) => total + Number(ticks), 0);
  return Number.isFinite(busy + own) ? { total: busy + idle + ioWait + steal, busy, own } : undefined;
}
