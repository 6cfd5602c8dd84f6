import { canBuild, driverPlaces, needProgram, prebuiltFor } from '../../kit/device-program.ts';
import { valueOf } from '../../kit/facts/fact.ts';
import type { HostFacts } from '../../kit/facts/host-facts.ts';
import { err } from '../../kit/result.ts';
import { defineTool, serving } from '../../kit/tool.ts';
import prebuilt from '../prebuilt/digests.json' with { type: 'json' };
import { readRecord } from '../read-record.ts';
import type { AcceleratorHealthParams } from '../workload.ts';
import { acceleratorHealth } from '../workload.ts';

const library = 'libnvidia-ml.so.1';
const folder = '{bundle}/workloads/accelerator-health';
/** It ends with the steps that it goes beside; what no soak takes is a recorder that nobody told to end. */
const longestMs = 14 * 24 * 3_600_000;

const isRecording = (
  params: AcceleratorHealthParams,
): params is AcceleratorHealthParams & { readonly what: 'record' } => params.what === 'record';

/** A program of ours that asks NVIDIA's management library (native/record.c) for as long as others load the cards. */
export const record = defineTool(
  acceleratorHealth,
  serving(isRecording, 'record goes on beside other steps: nvidia-smi asks once', {
    id: 'record',
    rank: 20,
    origin: 'native',
    requires: { programs: [], libraries: [library], places: driverPlaces, packages: [] },
    beside: 'run',
    needs: (_, facts) =>
      addressesOf(facts).length === 0
        ? err("expected an accelerator of NVIDIA's whose driver answers, found none")
        : needProgram(prebuilt.record, facts),
    plan: ({ periodSeconds }, facts) => {
      const before = canBuild(facts) ? undefined : prebuiltFor('record', prebuilt.record, facts);
      const found = facts.libraries[library];
      return [
        ...(before === undefined
          ? [
              {
                id: 'build',
                file: 'gcc',
                args: ['-std=gnu11', '-O2', '-o', '{build}/record', `${folder}/native/record.c`, '-ldl'],
                timeoutMs: 60_000,
              },
            ]
          : []),
        {
          id: 'run',
          file: before === undefined ? '{build}/record' : `${folder}/prebuilt/${before}`,
          args: [`${periodSeconds}`, ...addressesOf(facts)],
          env: found === undefined ? {} : { LD_LIBRARY_PATH: found.slice(0, found.lastIndexOf('/')) },
          timeoutMs: longestMs,
        },
      ];
    },
    parse: readRecord,
  }),
);

/** Those that a driver answers for: one that it does not list is told of by the facts. */
const addressesOf = ({ accelerators }: HostFacts): readonly string[] =>
  (valueOf(accelerators) ?? [])
    .filter(({ vendor, usable }) => vendor === 'NVIDIA' && valueOf(usable) === true)
    .map(({ address }) => address);
