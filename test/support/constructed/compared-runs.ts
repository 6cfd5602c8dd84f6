import type { RunReadings } from '../../../harness/compare/run-readings.ts';
import { readingsOf } from '../../../harness/compare/run-readings.ts';
import type { RunMaterial } from '../../../harness/store/run-material.ts';
import { known } from '../../../workloads/kit/facts/fact.ts';
import type { HostFacts } from '../../../workloads/kit/facts/host-facts.ts';
import type { Sample } from '../../../workloads/kit/sample.ts';
import type { ConstructedNode, ConstructedStep } from '../constructed-run.ts';
import { constructProfile, constructRequirement, constructRun } from '../constructed-run.ts';
import { createNoise } from '../seeded-noise.ts';
import { mergeFacts } from './facts.ts';

const profile = constructProfile([
  constructRequirement({ id: 'speed', rule: { kind: 'metric', metric: 'copy.speed' } }),
  constructRequirement({ id: 'latency', rule: { kind: 'metric', metric: 'copy.latency' } }),
]);

/** A run of these nodes under a name and a time of its own. */
export function constructReadings(
  id: string,
  startedAt: string,
  nodes: readonly ConstructedNode[],
  change: (material: RunMaterial) => RunMaterial = (material) => material,
): RunReadings {
  const material = constructRun({ profile, nodes });
  return readingsOf(change({ ...material, header: { ...material.header, id, startedAt } }));
}

export interface NoisySide {
  readonly side: 'before' | 'after';
  readonly seed: number;
  readonly nodes: number;
  readonly sessions: number;
  readonly runs: number;
  /** Relative standard deviations between sessions and between the runs of one. */
  readonly spread: { readonly session: number; readonly run: number };
  /** How fast each node is, by its place; 1 for those that are not named. */
  readonly speed?: Readonly<Record<number, number>>;
}

/** Runs of one side, one session each on days of their own, of machines that differ by 2 % and vary as it says. */
export function noisyRuns(given: NoisySide): readonly RunReadings[] {
  const noise = createNoise(given.seed);
  const month = given.side === 'before' ? '10' : '11';
  const base = Array.from({ length: given.nodes }, (_, at) => 1e9 * (1 + 0.01 * ((at % 3) - 1)));
  return Array.from({ length: given.sessions }, (_, day) =>
    constructReadings(
      `${given.side}-${day + 1}`,
      `2026-${month}-${String(day + 1).padStart(2, '0')}T00:00:00Z`,
      base.map((speed, at) => {
        const session = 1 + given.spread.session * noise.normal();
        return machine(at, {
          boot: `${given.side}-${day}`,
          values: Array.from(
            { length: given.runs },
            () => speed * (given.speed?.[at] ?? 1) * session * (1 + given.spread.run * noise.normal()),
          ),
        });
      }),
    ),
  );
}

/** A machine that copied as fast as that, once for each value; its latency is the reciprocal. */
export function machine(
  at: number,
  given: {
    readonly values: readonly number[];
    readonly boot?: string;
    readonly identity?: Partial<HostFacts['identity']>;
    readonly node?: Partial<ConstructedNode>;
    readonly step?: Partial<ConstructedStep>;
    readonly sample?: Partial<Sample>;
  },
): ConstructedNode {
  const facts = mergeFacts({ bootId: given.boot ?? 'boot', machineId: `machine-${at + 1}` });
  return {
    id: `node${at + 1}`,
    facts: {
      ...facts,
      identity: { ...facts.identity, serial: known(`SN-${at + 1}`), ...given.identity },
    },
    steps: given.values.map((value, repetition) => ({
      entry: 'copy',
      workload: 'copy',
      repetition: repetition + 1,
      samples: [
        { metric: 'copy.speed', value, ...given.sample },
        { metric: 'copy.latency', value: 1 / value, ...given.sample },
        { metric: 'copy.wrong', value: 0 },
      ],
      ...given.step,
    })),
    ...given.node,
  };
}
