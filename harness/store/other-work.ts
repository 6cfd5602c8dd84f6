import { otherShare, readTicks } from '../../workloads/kit/cpu-ticks.ts';
import type { CounterFile, StepOutputs } from '../../workloads/kit/tool.ts';

const asked: readonly CounterFile[] = ['/proc/stat', '/proc/self/stat'];

/**
 * Which share of the machine's CPU time others took while a command of a step ran, of the command beside which that was most:
 * processes that were at work, less what the agent and the children that it has waited for took. `unknown` where the agent
 * was to count and could not; absent where it did not count, or too little was counted.
 */
export function shareOfOthers(outputs: StepOutputs): number | 'unknown' | undefined {
  const shares: number[] = [];
  for (const { counters } of Object.values(outputs)) {
    // Agents of before looked at what their tool asked for, and at nothing else.
    if (counters === undefined || !asked.some((file) => file in counters.before)) continue;
    const [before, after] = [ticksOf(counters.before), ticksOf(counters.after)];
    if (before === undefined || after === undefined) return 'unknown';
    const share = otherShare(before, after);
    if (share !== undefined) shares.push(share);
  }
  return shares.length === 0 ? undefined : Math.max(...shares);
}

const ticksOf = (counters: Readonly<Partial<Record<CounterFile, string>>>) =>
  readTicks(counters['/proc/stat'], counters['/proc/self/stat']);
