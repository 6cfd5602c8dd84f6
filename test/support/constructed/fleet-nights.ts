import type { RunRows } from '../../../harness/history/run-rows.ts';
import { createNoise } from '../seeded-noise.ts';
import { begin, stateDocument } from './night-rows.ts';

export interface FleetSize {
  readonly racks: number;
  readonly perRack: number;
  readonly metrics: number;
  readonly nights: number;
}

const kinds = [
  ['matmul.throughput', 'GEMM', 'FLOP/s', 'higher', 6e14],
  ['memory.bandwidth', 'Memory bandwidth', 'B/s', 'higher', 3e12],
  ['storage.readLatency', 'Read latency', 's', 'lower', 9e-5],
  ['pcie.bandwidth', 'PCIe to the host', 'B/s', 'higher', 5.4e10],
  ['collective.busBandwidth', 'All-reduce', 'B/s', 'higher', 4.5e11],
] as const;

/**
 * Machines in racks, each with metrics, night by night. One machine is 9 % slower from two thirds of the nights on; all have another
 * driver 7 nights before the end, which costs the first metric 5 %; a rack is 4 % slower in the second metric on its last 8 nights.
 * Every thirteenth machine was not reached on the last night, every seventeenth has no PCIe.
 */
export function* fleetNights({ racks, perRack, metrics, nights }: FleetSize): Generator<RunRows> {
  const { normal, uniform } = createNoise(17);
  const machines = Array.from({ length: racks * perRack }, (_, at) => ({
    node: `gpu${String(at + 1).padStart(4, '0')}`,
    machine: `SN${10_000 + at}`,
    rack: `R${Math.floor(at / perRack) + 1}`,
    at,
    levels: Array.from({ length: metrics }, () => 0.01 * normal()),
  }));
  const measures = Array.from({ length: metrics }, (_, at) => {
    const [metric, title, unit, better, usual] = kinds[at % kinds.length]!;
    const round = Math.floor(at / kinds.length);
    return {
      metric,
      title,
      unit,
      better,
      usual,
      dimensions: round === 0 ? '' : `bytes=${4096 * 2 ** round}`,
    };
  });
  const seriesOf = machines.map(({ machine }) =>
    measures.map(({ metric, title, unit, better, dimensions }, at): RunRows['series'][number] => ({
      ...{
        id: `${machine} ${at}`,
        subject: at % 4 === 1 ? `${machine}/GPU3` : machine,
        stratum: `stratum ${at}`,
        kind: 'XE9680',
      },
      ...{ metric, dimensions, tool: 'native 1', unit, better, title },
    })),
  );
  const slow = machines[Math.floor(machines.length / 3)];
  for (let night = 0; night < nights; night += 1) {
    const left = nights - night;
    const driver = left <= 7 ? '575' : '570';
    const id = `night-${String(night).padStart(3, '0')}`;
    const isThere = (at: number): boolean =>
      !(left === 1 && at % 13 === 5) && !(left > 2 && uniform() < 0.03);
    const there = machines.map(({ at }) => isThere(at));
    yield {
      run: {
        ...{ id, digest: id, night: begin + night, suite: 'nightly', profile: 'ai-training-singlenode' },
        origin: 'run',
        started: new Date((begin + night) * 86_400_000 + 3_600_000).toISOString(),
      },
      attendance: machines.map(({ node, machine, rack, at }) => ({
        ...{ run: id, node, machine, rack, state: driver },
        reason: there[at] === true ? null : 'not reached',
      })),
      states: [{ digest: driver, document: stateDocument(driver) }],
      series: seriesOf.flat(),
      points: machines.flatMap(({ node, rack, at, levels }) =>
        there[at] !== true
          ? []
          : measures.flatMap(({ usual, better, metric }, which) => {
              if (metric === 'pcie.bandwidth' && at % 17 === 4) return [];
              const off =
                (at === slow?.at && night >= (2 * nights) / 3 ? -0.09 : 0) +
                (which === 0 && driver === '575' ? -0.05 : 0) +
                (which === 1 && rack === 'R2' && left <= 8 ? -0.04 : 0);
              const level = (levels[which] ?? 0) + 0.004 * normal() + off;
              const median = usual * Math.exp(better === 'higher' ? level : -level);
              return [
                {
                  series: seriesOf[at]?.[which]?.id ?? '',
                  run: id,
                  node,
                  n: 3,
                  median,
                  min: median,
                  max: median,
                },
              ];
            }),
      ),
    };
  }
}
