import { valueOf } from '../../kit/facts/fact.ts';
import type { HostFacts } from '../../kit/facts/host-facts.ts';
import type { Result } from '../../kit/result.ts';
import { err, ok } from '../../kit/result.ts';
import type { CommandOutput, CounterFile } from '../../kit/tool.ts';
import { defineTool, serving } from '../../kit/tool.ts';
import { quantity } from '../../kit/unit.ts';
import { canRunTriad, errorLoad, planTriad, triadRequires } from '../plan-triad.ts';
import { readUnderLoad } from '../read-triad.ts';
import type { MemoryReading } from '../workload.ts';
import { isErrors, memory } from '../workload.ts';

const files: readonly CounterFile[] = [
  '/sys/devices/system/edac/mc/mc*/ue_count',
  '/sys/devices/system/edac/mc/mc*/ce_count',
];

/** The kernel's counters of memory errors (EDAC), before and after all memory channels were loaded. */
export const edac = defineTool(
  memory,
  serving(isErrors, 'edac counts errors of the host only', {
    id: 'edac',
    rank: 20,
    origin: 'native',
    requires: { ...triadRequires, counters: files },
    needs: (params, facts) => {
      const why = whyUncounted(facts);
      return why === undefined ? canRunTriad(errorLoad(params.seconds), facts) : err(why);
    },
    plan: (params, facts) => planTriad(errorLoad(params.seconds), facts),
    parse: (outputs, { seconds }) => readUnderLoad(outputs, seconds, readErrors),
  }),
);

/** Why the kernel counts no errors here. */
function whyUncounted({ memory: { eccReported } }: HostFacts): string | undefined {
  if ('unknown' in eccReported) return eccReported.unknown;
  const mode = valueOf(eccReported) ?? '';
  return /\b(None|Unknown)\b/.test(mode) ? `the memory corrects no errors (EDAC mode: ${mode})` : undefined;
}

/** How many errors each memory controller has counted between the two looks. */
function readErrors({ counters, durationMs }: CommandOutput): Result<readonly MemoryReading[]> {
  const { before = {}, after = {} } = counters ?? {};
  const names = Object.keys(before).toSorted();
  if (names.join() !== Object.keys(after).toSorted().join())
    return err(
      `expected the same counters before and after, got ${names.length} and ${Object.keys(after).length}`,
    );
  if (names.length === 0) return err('expected error counters of a memory controller, got none');
  const readings: MemoryReading[] = [];
  for (const name of names) {
    const file = name as CounterFile; // as the counters are keyed
    const [, controller, kind] = /\/mc\/(mc\d+)\/([cu]e)_count$/.exec(file) ?? [];
    const [first, last] = [readCount(before[file]), readCount(after[file])];
    if (controller === undefined || first === undefined || last === undefined)
      return err(
        `${file}: expected a number before and after, got \`${before[file]}\` and \`${after[file]}\``,
      );
    readings.push({
      metric: kind === 'ue' ? 'uncorrectedErrors' : 'correctedErrors',
      value: quantity('count', Math.max(0, last - first)),
      dimensions: { controller },
      at: ['before', 'after'].map((when) => ({
        command: 'run',
        output: 'counters',
        pointer: `/${when}/${file.replaceAll('~', '~0').replaceAll('/', '~1')}`,
      })),
      windowSeconds: durationMs / 1000,
      ...(last < first
        ? { invalid: `the counter went back from ${first} to ${last}: somebody has reset it` }
        : {}),
    });
  }
  const controllers = (metric: MemoryReading['metric']): string =>
    readings
      .flatMap((reading) => (reading.metric === metric ? [reading.dimensions['controller']] : []))
      .join();
  return controllers('uncorrectedErrors') === controllers('correctedErrors')
    ? ok(readings)
    : err('expected both counters of each memory controller');
}

function readCount(text: string | undefined): number | undefined {
  const digits = /^(\d{1,15})\n$/.exec(text ?? '')?.[1];
  return digits === undefined ? undefined : Number(digits);
}
