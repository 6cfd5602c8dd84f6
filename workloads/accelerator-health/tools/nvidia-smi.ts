import { valueOf } from '../../kit/facts/fact.ts';
import { pciAddress, readNvidiaSmi } from '../../kit/facts/read-nvidia-smi.ts';
import { err, ok } from '../../kit/result.ts';
import { defineTool, serving } from '../../kit/tool.ts';
import { quantity } from '../../kit/unit.ts';
import type { AcceleratorHealthReading } from '../workload.ts';
import { acceleratorHealth, isCounting } from '../workload.ts';

/** NVIDIA's own tool, which comes with the driver. It is asked once in a step, and only reads. */
export const nvidiaSmi = defineTool(
  acceleratorHealth,
  serving(isCounting, 'nvidia-smi asks once: record goes on beside other steps', {
    id: 'nvidia-smi',
    rank: 10,
    origin: 'native',
    requires: { programs: ['nvidia-smi'], packages: [] },
    needs: (_, { accelerators }) => {
      const isAnswered = (valueOf(accelerators) ?? []).some(
        ({ vendor, usable }) => vendor === 'NVIDIA' && valueOf(usable) === true,
      );
      return isAnswered
        ? ok(undefined)
        : err("expected an accelerator of NVIDIA's whose driver answers, found none");
    },
    plan: () => [
      // Of several cards of which one is lost it fails, and says of which.
      { id: 'ask', file: 'nvidia-smi', args: ['-q', '-x'], goodExit: 'any', timeoutMs: 60_000 },
    ],
    parse: (outputs) => {
      const { stdout = '', durationMs = 0 } = outputs['ask'] ?? {};
      const read = readNvidiaSmi(stdout);
      if (!read.ok) return read;
      const { gpus, words } = read.value;
      const lines = stdout.split('\n');
      const readings: AcceleratorHealthReading[] = [];
      // As the libraries that play a driver export it (native/accelerator.h).
      const isStandIn = /^\s*<assay_stand_in>/m.test(stdout);
      const unmeasured = [...words].map(([device, why]) => ({ device, why }));
      for (const { address, uncorrectedErrors } of gpus) {
        if (!uncorrectedErrors.ok) return err(`${address}: ${uncorrectedErrors.error}`);
        const counted = uncorrectedErrors.value;
        const line = lines.findIndex((text) => pciAddress(/<gpu id="([^"]+)"/.exec(text)?.[1]) === address);
        if (counted === undefined)
          unmeasured.push({
            device: address,
            why: 'its driver counts no memory errors: its ECC is off, or it has none',
          });
        else
          readings.push({
            metric: 'uncorrectedErrors',
            value: quantity('count', counted),
            dimensions: {},
            device: address,
            at: [{ command: 'ask', output: 'stdout', line: line + 1 }],
            windowSeconds: durationMs / 1000,
            ...(isStandIn ? { isStandIn } : {}),
          });
      }
      if (readings.length === 0 && unmeasured.length === 0)
        return err('nvidia-smi -q -x: expected a GPU, got none');
      const [first] = gpus;
      const version = first === undefined ? undefined : (valueOf(first.driverVersion) ?? '');
      return version === undefined || /^\d+(\.\d+){1,3}$/.test(version)
        ? ok({ ...(version === undefined ? {} : { toolVersion: `driver ${version}` }), readings, unmeasured })
        : err(`nvidia-smi -q -x: expected the version of the driver, got \`${version.slice(0, 40)}\``);
    },
  }),
);
