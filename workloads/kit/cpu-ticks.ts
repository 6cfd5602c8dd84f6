/** Kernel ticks: of all CPUs, of those that were at work, and of those that were at work for the agent. */
export interface Ticks {
  readonly total: number;
  readonly busy: number;
  readonly own: number;
}

/**
 * Ticks so far by proc(5): /proc/stat of the machine, /proc/self/stat of the agent and the children that it has waited for.
 * Interrupts are not counted as work, since those of a network or a drive may be the agent's own.
 */
export function readTicks(stat: string | undefined, ownStat: string | undefined): Ticks | undefined {
  const all = stat?.split('\n').find((line) => line.startsWith('cpu '));
  // The name of a program stands in brackets before, and may hold any.
  const bracket = ownStat?.lastIndexOf(') ') ?? -1;
  if (all === undefined || ownStat === undefined || bracket < 0) return undefined;
  const [user = Number.NaN, nice = 0, system = 0, idle = 0, ioWait = 0, irq = 0, softIrq = 0, steal = 0] =
    wordsOf(all).slice(1).map(Number);
  const busy = user + nice + system;
  // In user and in kernel mode: fields 14 to 17.
  const own = wordsOf(ownStat.slice(bracket + 1))
    .slice(11, 15)
    .reduce((sum, ticks) => sum + Number(ticks), 0);
  const total = busy + idle + ioWait + irq + softIrq + steal;
  return Number.isFinite(total + own) ? { total, busy, own } : undefined;
}

/** No line of the kernel's is longer than this. */
const lineCharacters = 1_024;

const wordsOf = (line: string): readonly string[] => line.slice(0, lineCharacters).trim().split(/\s+/);

/** Fewer ticks of a hundredth of a second tell nothing. */
const leastTicks = 20;

/** Which share of the CPU time between two readings others took; absent where too little was counted. */
export function otherShare(before: Ticks, after: Ticks): number | undefined {
  const total = after.total - before.total;
  if (total < leastTicks) return undefined;
  const others = after.busy - before.busy - (after.own - before.own);
  return Math.min(1, Math.max(0, others / total));
}
