import type { CounterFile, StepOutputs } from '../../workloads/kit/tool.ts';

/** Kernel ticks: of all CPUs, of those that were at work, and of those that were at work for the step. */
interface Ticks {
  readonly total: number;
  readonly busy: number;
  readonly own: number;
}

const asked: readonly CounterFile[] = ['/proc/stat', '/proc/self/stat'];

/** Fewer ticks of a hundredth of a second tell nothing. */
const leastTicks = 20;

/**
 * Which share of the machine's CPU time others took while a command of a step ran, of the command beside which that was most:
 * processes that were at work, less what the agent and the children that it has waited for took (proc(5): /proc/stat,
 * /proc/self/stat). Interrupts are not counted, since those of a network or a drive are the step's own. `unknown` where the agent
 * was to count and could not; absent where it did not count, or too little was counted.
 */
export function shareOfOthers(outputs: StepOutputs): number | 'unknown' | undefined {
  const shares: number[] = [];
  for (const { counters } of Object.values(outputs)) {
    // Agents of before looked at what their tool asked for, and at nothing else.
    if (counters === undefined || !asked.some((file) => file in counters.before)) continue;
    const [before, after] = [readTicks(counters.before), readTicks(counters.after)];
    if (before === undefined || after === undefined) return 'unknown';
    const total = after.total - before.total;
    const others = after.busy - before.busy - (after.own - before.own);
    if (total >= leastTicks) shares.push(Math.min(1, Math.max(0, others / total)));
  }
  return shares.length === 0 ? undefined : Math.max(...shares);
}

function readTicks(counters: Readonly<Partial<Record<CounterFile, string>>>): Ticks | undefined {
  const all = /^cpu +([\d ]+)$/m.exec(counters['/proc/stat'] ?? '')?.[1];
  const { 1: process } = /\) (\S.*)$/s.exec(counters['/proc/self/stat'] ?? '') ?? [];
  if (all === undefined || process === undefined) return undefined;
  const [user = 0, nice = 0, system = 0, idle = 0, ioWait = 0, irq = 0, softIrq = 0, steal = 0] = all
    .split(' ')
    .map(Number);
  const busy = user + nice + system;
  // Of the process and of the children that it has waited for, in user and in kernel mode: fields 14 to 17.
  const own = process
    .split(' ')
    .slice(11, 15)
    .reduce((total, ticks) => total + Number(ticks), 0);
  return Number.isFinite(busy + own)
    ? { total: busy + idle + ioWait + irq + softIrq + steal, busy, own }
    : undefined;
}
