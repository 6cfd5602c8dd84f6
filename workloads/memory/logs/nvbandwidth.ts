import * as z from 'zod';
import { defineLog, logPointer } from '../../kit/log.ts';
import { readJson } from '../../kit/read-output.ts';
import { err, ok } from '../../kit/result.ts';
import { quantity } from '../../kit/unit.ts';
import { readNvbandwidth } from '../read-nvbandwidth.ts';
import type { MemoryReading } from '../workload.ts';
import { memory } from '../workload.ts';

/** Its tests by copy engines that have a metric here. */
const metricOf: ReadonlyMap<string, 'hostToDevice' | 'deviceToHost' | 'peerCopy'> = new Map([
  ['host_to_device_memcpy_ce', 'hostToDevice'],
  ['device_to_host_memcpy_ce', 'deviceToHost'],
  ['device_to_device_memcpy_write_ce', 'peerCopy'],
] as const);

/** All tests of one run: each is read as the step of that test alone would be. */
const Log = z.strictObject({
  nvbandwidth: z.looseObject({
    testcases: z
      .array(z.looseObject({ name: z.string().max(200) }))
      .min(1)
      .max(200),
  }),
});

/** `nvbandwidth -j`. It does not say how much each copy was. */
export const nvbandwidth = defineLog(memory, {
  id: 'nvbandwidth',
  title: 'nvbandwidth -j (0.5 and later)',
  origin: 'rebuilt',
  mark: /"nvbandwidth"\s*:\s*\{/,
  read: (text) => {
    const log = readJson(Log, text);
    if (!log.ok) return err(log.error);
    const { testcases, ...shared } = log.value.nvbandwidth;
    const names = testcases.map(({ name }) => name);
    if (new Set(names).size < names.length) return err('expected each test once');
    const readings: MemoryReading[] = [];
    const unmeasured: { readonly why: string }[] = [];
    let toolVersion: string | undefined;
    for (const [index, testcase] of testcases.entries()) {
      const metric = metricOf.get(testcase.name);
      if (metric === undefined) {
        unmeasured.push({ why: `${testcase.name}: no metric here is of this test` });
        continue;
      }
      const one = JSON.stringify({ nvbandwidth: { ...shared, testcases: [testcase] } });
      const read = readNvbandwidth(one, testcase.name, metric === 'peerCopy');
      if (!read.ok) return read;
      const { version, why, isWrong, cells } = read.value;
      toolVersion = /^v?(\d{1,3}(?:\.\d{1,3}){1,2})\b/.exec(version)?.[1];
      if (toolVersion === undefined) return err(`expected a version, got \`${version.slice(0, 40)}\``);
      if (why !== undefined && !isWrong) unmeasured.push({ why });
      const at = `/nvbandwidth/testcases/${index}`;
      const dimensions = { 'device.kind': 'gpu', api: 'cuda', concurrency: 'alone', thermal: 'cold' };
      for (const { column, row, bytesPerSecond, pointer } of cells)
        readings.push({
          metric,
          value: quantity('B/s', bytesPerSecond),
          dimensions: row === undefined ? { ...dimensions, what: metric } : { ...dimensions, to: row },
          device: column,
          at: [logPointer(`${at}/bandwidth_matrix/${pointer}`)],
        });
      if (isWrong || cells.length > 0)
        readings.push({
          metric: 'wrongWords',
          value: quantity('count', isWrong ? 1 : 0),
          dimensions: { ...dimensions, what: metric },
          at: [logPointer(`${at}/status`)],
        });
    }
    return ok({ toolVersion, readings, unmeasured });
  },
});
