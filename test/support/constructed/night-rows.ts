import type { RunRows } from '../../../harness/history/run-rows.ts';
import { createNoise } from '../seeded-noise.ts';

/** The first night that is constructed. */
export const begin = 20_000;

export const stateDocument = (driver: string) =>
  JSON.stringify([['driver', [['driver of 0000:1b:00.0', driver]]]]);

export interface NightsMade {
  readonly nights?: number;
  /** Share by which a node is off on a night. */
  readonly share?: (node: number, night: number) => number;
  readonly driver?: (node: number, night: number) => string;
}

/** Runs of 16 machines, one a night. */
export function sixteenNodes({
  nights = 45,
  share = () => 0,
  driver = () => '570',
}: NightsMade): readonly RunRows[] {
  const { normal } = createNoise(5);
  const levels = Array.from({ length: 16 }, () => 0.01 * normal());
  return Array.from({ length: nights }, (_, night): RunRows => {
    const id = `run-${night}`;
    const names = levels.map((_level, at) => `node${at}`);
    const drivers = [...new Set(names.map((_name, at) => driver(at, night)))];
    return {
      run: {
        id,
        digest: `d${night}`,
        night: begin + night,
        started: new Date((begin + night) * 86_400_000).toISOString(),
        suite: 'nightly',
        profile: 'p',
        origin: 'run',
      },
      attendance: names.map((node, at) => ({
        run: id,
        node,
        machine: node,
        rack: 'R1',
        state: driver(at, night),
        reason: null,
      })),
      states: drivers.map((each) => ({ digest: each, document: stateDocument(each) })),
      series: names.map((node) => ({
        id: node,
        subject: node,
        stratum: 'gemm',
        kind: 'XE9680',
        metric: 'matmul.throughput',
        dimensions: '',
        tool: 'cublaslt',
        unit: 'FLOP/s',
        better: 'higher',
        title: 'GEMM',
      })),
      points: names.map((node, at) => {
        const median = 100 * Math.exp((levels[at] ?? 0) + 0.004 * normal() + Math.log1p(share(at, night)));
        return { series: node, run: id, node, n: 3, median, min: median, max: median };
      }),
    };
  });
}

/** 45 nights: one is 8 % slower from night 30 on; all have another driver from night 38 on, and lose 5 %. */
export const slowerNodes = (): readonly RunRows[] =>
  sixteenNodes({
    share: (node, night) => (node === 7 && night >= 30 ? 0.92 : 1) * (night >= 38 ? 0.95 : 1) - 1,
    driver: (_node, night) => (night < 38 ? '570' : '575'),
  });
