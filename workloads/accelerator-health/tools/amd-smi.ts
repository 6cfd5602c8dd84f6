import { known, valueOf } from '../../kit/facts/fact.ts';
import { readAmdSmi } from '../../kit/facts/read-amd-smi.ts';
import { err, ok } from '../../kit/result.ts';
import { defineTool, serving } from '../../kit/tool.ts';
import { quantity } from '../../kit/unit.ts';
import type { AcceleratorHealthReading } from '../workload.ts';
import { acceleratorHealth, isCounting } from '../workload.ts';

/** AMD's own tool, which comes with ROCm. It is asked once in a step, and only reads. */
export const amdSmi = defineTool(
  acceleratorHealth,
  serving(isCounting, 'amd-smi asks once: record goes on beside other steps', {
    id: 'amd-smi',
    rank: 15,
    origin: 'native',
    requires: { programs: ['amd-smi'], places: ['/opt/rocm/bin', '/opt/rocm-*/bin'], packages: [] },
    needs: (_, { accelerators }) => {
      const isAnswered = (valueOf(accelerators) ?? []).some(
        ({ vendor, usable }) => vendor === 'AMD' && valueOf(usable) === true,
      );
      return isAnswered
        ? ok(undefined)
        : err("expected an accelerator of AMD's for which amd-smi answers, found none");
    },
    plan: () => [
      { id: 'describe', file: 'amd-smi', args: ['static', '--json'], timeoutMs: 60_000 },
      { id: 'ask', file: 'amd-smi', args: ['metric', '--json'], timeoutMs: 60_000 },
    ],
    parse: (outputs) => {
      const { stdout = '', durationMs = 0 } = outputs['ask'] ?? {};
      const read = readAmdSmi(outputs['describe']?.stdout ?? '', known(stdout));
      if (!read.ok) return read;
      const counts = stdout
        .split('\n')
        .flatMap((text, at) => (/^\s*"total_uncorrectable_count":/.test(text) ? [at + 1] : []));
      const readings: AcceleratorHealthReading[] = [];
      const unmeasured: { readonly device: string; readonly why: string }[] = [];
      for (const [at, { address, uncorrectedErrors }] of read.value.entries()) {
        if (!uncorrectedErrors.ok) return err(`${address}: ${uncorrectedErrors.error}`);
        const counted = uncorrectedErrors.value;
        if (counted === undefined)
          unmeasured.push({ device: address, why: 'its driver counts no memory errors: it has no ECC' });
        else
          readings.push({
            metric: 'uncorrectedErrors',
            value: quantity('count', counted),
            dimensions: {},
            device: address,
            // A card that has no counters may have no such line.
            at: [{ command: 'ask', output: 'stdout', line: counts[at] ?? 1 }],
            windowSeconds: durationMs / 1000,
          });
      }
      return readings.length === 0 && unmeasured.length === 0
        ? err('amd-smi static --json: expected a card, got none')
        : ok({ readings, unmeasured });
    },
  }),
);
