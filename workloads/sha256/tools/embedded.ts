import { z } from 'zod';
import { cpuThreads } from '../../kit/cpu-threads.ts';
import { outputOf, readJson } from '../../kit/read-output.ts';
import { err, ok } from '../../kit/result.ts';
import { defineTool } from '../../kit/tool.ts';
import { quantity } from '../../kit/unit.ts';
import { sha256 } from '../spec.ts';

const count = z.number().int().nonnegative();

/** What the pool program prints: its own clock around all workers, and what each worker returned. */
const Line = z.strictObject({
  kernel: z.literal('sha256'),
  threads: count.positive(),
  elapsedMs: z.number().positive(),
  results: z.array(
    z.strictObject({
      runtime: z.string().min(1),
      bytes: count.positive(),
      elapsedMs: z.number().positive(),
      checked: count.positive(),
      wrong: count,
    }),
  ),
});

/** node:crypto in worker threads: an indicative number where no native tool is. */
export const embedded = defineTool(sha256, {
  id: 'embedded',
  rank: 90,
  origin: 'embedded',
  requires: { programs: [], packages: [] },
  needs: (params, facts) => {
    // 80-byte messages would measure Node's call overhead, a procedure unlike openssl's; headers likewise.
    if (params.mode !== 'bulk' || params.blockBytes !== 16384)
      return err('the embedded kernel hashes 16 KiB blocks only');
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
    const run = outputOf(outputs, 'run');
    if (!run.ok) return run;
    const read = readJson(Line, run.value.stdout);
    if (!read.ok) return read;
    const { threads, elapsedMs, results } = read.value;
    const [first] = results;
    if (first === undefined || results.length !== threads || (params.cores === 'one' && threads !== 1)) {
      return err(
        `expected a result of each of ${threads} threads for ${params.cores}, got ${results.length}`,
      );
    }
    const shortest = Math.min(...results.map((result) => result.elapsedMs));
    const longest = Math.max(...results.map((result) => result.elapsedMs));
    if (shortest < params.seconds * 999 || longest > elapsedMs) {
      return err(
        `expected windows from ${params.seconds * 1000} to ${elapsedMs} ms, got ${shortest} to ${longest}`,
      );
    }
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
});
