import type { RunRows } from '../../../harness/history/run-rows.ts';
import { createNoise } from '../seeded-noise.ts';

/** Its first night, in days since 1970-01-01. */
export const begin = 20_000;

/** A state of a machine that is its driver. */
export const stateDocument = (driver: string) =>
  JSON.stringify([['driver', [['driver of 0000:1b:00.0', driver]]]]);

/** 16 machines, 45 nights: one is 8 % slower from night 30 on; all have another driver from night 38 on, and lose 5 %. */
export function sixteenNodes(): readonly RunRows[] {
  const { normal } = createNoise(5);
  const levels = Array.from({ length: 16 }, () => 0.01 * normal());
  return Array.from({ length: 45 }, (_, night): RunRows => {
    const driver = night < 38 ? '570' : '575';
    const id = `run-${night}`;
    const names = levels.map((_level, at) => `node${at}`);
    return {
      run: {
        id,
        digest: `d${night}`,
        night: begin + night,
        started: new Date((begin + night) * 86_400_000).toISOString(),
        suite: 'nightly',
        profile: 'p',
      },
      attendance: names.map((node) => ({
        run: id,
        node,
        machine: node,
        rack: 'R1',
        state: driver,
        reason: null,
      })),
      states: [{ digest: driver, document: stateDocument(driver) }],
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
        const off = (at === 7 && night >= 30 ? Math.log1p(-0.08) : 0) + (night >= 38 ? Math.log1p(-0.05) : 0);
        const median = 100 * Math.exp((levels[at] ?? 0) + 0.004 * normal() + off);
        return { series: node, run: id, node, n: 3, median, min: median, max: median };
      }),
    };
  });
}
