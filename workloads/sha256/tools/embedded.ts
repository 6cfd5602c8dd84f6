import * as z from 'zod';
import { cpuThreads } from '../../kit/cpu-threads.ts';
import { readPool } from '../../kit/read-pool.ts';
import { err, ok } from '../../kit/result.ts';
import { defineTool, serving } from '../../kit/tool.ts';
import { quantity } from '../../kit/unit.ts';
import { isBulk, sha256 } from '../workload.ts';

const count = z.number().int().nonnegative();

/** What each worker returned. */
const Hashed = z.strictObject({
  runtime: z.string().min(1),
  bytes: count.positive(),
  elapsedMs: z.number().positive(),
  checked: count.positive(),
  wrong: count,
});

const refusal = 'the embedded kernel hashes 16 KiB blocks on the CPU only';

/** node:crypto in worker threads: an indicative number where no native tool is. */
export const embedded = defineTool(
  sha256,
  serving(isBulk, refusal, {
    id: 'embedded',
    rank: 90,
    origin: 'embedded',
    requires: { programs: [], packages: [] },
    needs: (params, facts) => {
      // 80-byte messages would measure Node's call overhead, a procedure unlike openssl's; headers likewise.
      if (params.blockBytes !== 16384) return err(refusal);
      const threads = cpuThreads(params.cores, facts);
      return threads.ok ? ok(undefined) : threads;
    },
    plan: (params, facts) => {
      const threads = cpuThreads(params.cores, facts);
      const input = { threads: threads.ok ? threads.value : 1, blockBytes: 16384, seconds: params.seconds };
      return [
        {
          id: 'run',
          file: '{runtime}',
          args: ['{bundle}/pool.mjs', 'sha256', JSON.stringify(input)],
          timeoutMs: (params.seconds + 30) * 1000,
        },
      ];
    },
    parse: (outputs, params) => {
      const read = readPool('sha256', Hashed, outputs, params);
      if (!read.ok) return read;
      const { threads, elapsedMs, first, results } = read.value;
      const sum = (key: 'bytes' | 'checked' | 'wrong') =>
        results.reduce((total, result) => total + result[key], 0);
      const dimensions = { blockBytes: 16384, cores: params.cores, threads, 'device.kind': 'cpu' };
      const place = (pointer: string) => ({ command: 'run', output: 'stdout', pointer });
      return ok({
        toolVersion: `node ${first.runtime}`,
        readings: [
          {
            metric: 'bulkThroughput',
            // By the clock around all workers: their own windows need not overlap wholly.
            value: quantity('B/s', sum('bytes') / (elapsedMs / 1000)),
            dimensions,
            at: [place('/results'), place('/elapsedMs')],
            windowSeconds: elapsedMs / 1000,
          },
          {
            metric: 'wrongDigests',
            value: quantity('count', sum('wrong')),
            dimensions: { ...dimensions, checked: sum('checked') },
            at: [place('/results')],
          },
        ],
      });
    },
  }),
);
