import * as z from 'zod';
import { cpuThreads } from '../../kit/cpu-threads.ts';
import { readPool } from '../../kit/read-pool.ts';
import { err, ok } from '../../kit/result.ts';
import { defineTool, serving } from '../../kit/tool.ts';
import { quantity } from '../../kit/unit.ts';
import { canMultiply, seed } from '../plan-gemm.ts';
import { isHost, matmul } from '../workload.ts';

const count = z.number().int().nonnegative();

/** What each worker returned. */
const Multiplied = z.strictObject({
  runtime: z.string().min(1),
  size: count,
  iterations: count.positive(),
  elapsedMs: z.number().positive(),
  checked: count.positive(),
  wrong: count,
});

/** FP32 in JavaScript, one product per worker thread: an indicative number where no native tool is. */
export const embedded = defineTool(
  matmul,
  serving(isHost, 'the embedded kernel multiplies on the CPU only', {
    id: 'embedded',
    rank: 90,
    origin: 'embedded',
    requires: { programs: [], packages: [] },
    needs: (params, facts) => {
      if (params.dtype !== 'fp32') return err(`the embedded kernel multiplies FP32, not ${params.dtype}`);
      // JavaScript has no vector instructions: beyond this size one product alone takes seconds.
      if (params.size > 1024 || params.size % 4 !== 0)
        return err('the embedded kernel multiplies sizes up to 1024, in steps of 4');
      return canMultiply(params, facts);
    },
    plan: (params, facts) => {
      const threads = cpuThreads(params.cores, facts);
      const input = {
        threads: threads.ok ? threads.value : 1,
        size: params.size,
        seconds: params.seconds,
        seed,
      };
      return [
        {
          id: 'run',
          file: '{runtime}',
          args: ['{bundle}/pool.mjs', 'matmul', JSON.stringify(input)],
          timeoutMs: Math.ceil(params.seconds * 1000 + 90_000),
        },
      ];
    },
    parse: (outputs, params) => {
      const read = readPool('matmul', Multiplied, outputs, params);
      if (!read.ok) return read;
      const { threads, longestMs, first, results } = read.value;
      if (results.some((result) => result.size !== params.size))
        return err(`expected size ${params.size}, got another`);
      const sum = (key: 'iterations' | 'checked' | 'wrong') =>
        results.reduce((total, result) => total + result[key], 0);
      const dimensions = {
        dtype: 'fp32',
        accumulate: 'fp32',
        size: params.size,
        cores: params.cores,
        threads,
        distribution: 'normal',
        seed,
        implementation: 'javascript',
        'device.kind': 'cpu',
      };
      const place = (pointer: string) => ({ command: 'run', output: 'stdout', pointer });
      return ok({
        toolVersion: `node ${first.runtime}`,
        readings: [
          {
            metric: 'throughput',
            // By the slowest worker's window: the pool's own clock also counts filling and checking.
            value: quantity('FLOP/s', (sum('iterations') * 2 * params.size ** 3) / (longestMs / 1000)),
            dimensions,
            at: [place('/results')],
            windowSeconds: longestMs / 1000,
          },
          {
            metric: 'wrongElements',
            value: quantity('count', sum('wrong')),
            dimensions: { ...dimensions, checked: sum('checked') },
            at: [place('/results')],
          },
        ],
      });
    },
  }),
);
