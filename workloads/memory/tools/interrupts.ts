import { valueOf } from '../../kit/facts/fact.ts';
import type { Result } from '../../kit/result.ts';
import { err, ok } from '../../kit/result.ts';
import type { CommandOutput } from '../../kit/tool.ts';
import { defineTool, serving } from '../../kit/tool.ts';
import { quantity } from '../../kit/unit.ts';
import { canRunTriad, errorLoad, planTriad, triadRequires } from '../plan-triad.ts';
import { readUnderLoad } from '../read-triad.ts';
import type { MemoryReading } from '../workload.ts';
import { isChecks, memory } from '../workload.ts';

const file = '/proc/interrupts';

/**
 * Interrupts by which x86 processors report what they could not correct, in the kernel's words: machine checks, and on AMD's errors
 * that somebody will meet later (arch/x86/kernel/irq.c).
 */
const rows = { MCE: 'Machine check exceptions', DFR: 'Deferred Error APIC interrupts' } as const;

/** What processors, memory controllers and buses report by machine checks while all memory channels are loaded. */
export const interrupts = defineTool(
  memory,
  serving(isChecks, 'interrupts counts machine checks only', {
    id: 'interrupts',
    rank: 15,
    origin: 'native',
    requires: { ...triadRequires, counters: [file] },
    needs: (params, facts) => {
      const { machineChecks } = facts.cpu;
      if (valueOf(machineChecks) === true) return canRunTriad(errorLoad(params.seconds), facts);
      const why =
        'unknown' in machineChecks ? machineChecks.unknown : 'its processor or hypervisor reports none to it';
      return err(`the kernel hears of no machine checks: ${why}`);
    },
    plan: (params, facts) => planTriad(errorLoad(params.seconds), facts),
    parse: (outputs, { seconds }) => readUnderLoad(outputs, seconds, readRows),
  }),
);

/** How often each interrupt came between the two looks, on all processors together. */
function readRows({ counters, durationMs }: CommandOutput): Result<readonly MemoryReading[]> {
  const readings: MemoryReading[] = [];
  for (const [row, words] of Object.entries(rows)) {
    const [first, last] = [counters?.before[file], counters?.after[file]].map((text) =>
      countsOf(text, row, words),
    );
    if (first?.length !== last?.length)
      return err(
        `${file}: expected ${row} of the same processors before and after, got ${first?.length} and ${last?.length}`,
      );
    if (first === undefined || last === undefined) continue;
    const risen = last.map((count, at) => count - (first[at] ?? 0));
    readings.push({
      metric: 'machineChecks',
      value: quantity('count', Math.max(0, sum(risen))),
      dimensions: { interrupt: row },
      at: ['before', 'after'].map((when) => ({
        command: 'run',
        output: 'counters',
        pointer: `/${when}/${file.replaceAll('/', '~1')}`,
      })),
      windowSeconds: durationMs / 1000,
      ...(risen.some((each) => each < 0)
        ? { invalid: `${row} went back from ${sum(first)} to ${sum(last)}` }
        : {}),
    });
  }
  return readings.some(({ dimensions }) => dimensions['interrupt'] === 'MCE')
    ? ok(readings)
    : err(
        `expected machine checks (MCE) in ${file}, got none: this kernel counts none, or it could not be read`,
      );
}

const sum = (counts: readonly number[]): number => counts.reduce((total, each) => total + each, 0);

/** `MCE:          0          0   Machine check exceptions`: a number for each processor. */
function countsOf(text: string | undefined, row: string, words: string): readonly number[] | undefined {
  const lines = (text ?? '').split('\n').filter((line) => line.trim().startsWith(`${row}:`));
  const [line = ''] = lines;
  const counts = line.replace(`${row}:`, '').replace(words, '').trim().split(/ +/);
  const isRow = lines.length === 1 && line.trim().endsWith(` ${words}`);
  return isRow && counts.every((count) => /^\d{1,15}$/.test(count)) ? counts.map(Number) : undefined;
}
