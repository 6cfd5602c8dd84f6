import { expect, it } from 'vitest';
import type { Reading } from '../../../../workloads/kit/tool.ts';
import { quantity } from '../../../../workloads/kit/unit.ts';
import { whyImpossible } from '../../../../workloads/kit/why-impossible.ts';
import type { Metric } from '../../../../workloads/kit/workload.ts';

const speed: Metric = {
  unit: 'B/s',
  better: 'higher',
  domain: 'positive',
  title: 'Speed',
  bound: { best: ({ threads }) => 100 * Number(threads), why: 'a test' },
};
const latency: Metric = { ...speed, unit: 's', better: 'lower' };
const why = (metric: Metric, value: number, threads: number, windowSeconds?: number, durationMs = 1000) => {
  const reading: Reading = {
    metric: 'speed',
    value: quantity(metric.unit, value),
    dimensions: { threads },
    at: [{ command: 'run', output: 'stdout', line: 1 }],
    windowSeconds,
  };
  const run = { stdout: '', stderr: '', exitCode: 0, artifacts: {}, durationMs };
  return whyImpossible(reading, metric, { run });
};

it.each([
  ['a speed at the bound', speed, 200, 2],
  ['a time at the bound', latency, 100, 1],
])('%s is possible', (_, metric, value, threads) => {
  expect(why(metric, value, threads)).toBeUndefined();
});

it('is better than any machine', () => {
  expect(why(speed, 201, 2)).toBe(
    'timer or tool suspect: 201.0 B/s, and no machine is better than 200.0 B/s (a test)',
  );
  expect(why(latency, 99, 1)).toContain('99.00 s, and no machine is better than 100.0 s');
});

it('is measured for longer than its command lived', () => {
  expect(why(speed, 1, 1, 1, 996)).toBeUndefined();
  expect(why(speed, 1, 1, 1, 900)).toBe(
    'timer or tool suspect: measured for 1.000 s by a command that lived 0.9000 s',
  );
});
