import * as z from 'zod';
import { cpuThreads } from '../../kit/cpu-threads.ts';
import { readBuilt } from '../../kit/read-output.ts';
import { err, ok } from '../../kit/result.ts';
import { defineTool, serving } from '../../kit/tool.ts';
import { quantity } from '../../kit/unit.ts';
import type { Sha256Reading } from '../workload.ts';
import { isHeader, sha256 } from '../workload.ts';

const count = z.number().int().nonnegative();

/** The one line that native/header-hash.c prints. */
const Line = z.strictObject({
  implementation: z.enum(['sha-ni', 'scalar']),
  compiler: z.string().min(1),
  algorithm: z.enum(['single', 'double']),
  compressionsPerHash: count,
  threads: count,
  hashes: count.positive(),
  elapsedSeconds: z.number().positive(),
  checked: count,
  wrong: count,
  mixed: z.string().regex(/^[0-9a-f]{16}$/),
});

/** Our own loop over block headers, with the first compression prepared as every miner does. */
export const headerHash = defineTool(
  sha256,
  serving(isHeader, 'header-hash hashes block headers only', {
    id: 'header-hash',
    rank: 20,
    origin: 'native',
    requires: { programs: ['gcc'], headers: ['pthread.h'], packages: ['gcc', 'libc6-dev'] },
    needs: (params, facts) => {
      const threads = cpuThreads(params.cores, facts);
      return threads.ok ? ok(undefined) : threads;
    },
    plan: (params, facts) => {
      const threads = cpuThreads(params.cores, facts);
      const source = '{bundle}/workloads/sha256/native/header-hash.c';
      return [
        {
          id: 'build',
          file: 'gcc',
          args: ['-std=gnu11', '-O3', '-o', '{build}/header-hash', source, '-pthread'],
          timeoutMs: 60_000,
        },
        {
          id: 'run',
          file: '{build}/header-hash',
          args: [params.algorithm, `${threads.ok ? threads.value : 1}`, `${params.seconds}`],
          timeoutMs: (params.seconds + 30) * 1000,
        },
      ];
    },
    parse: (outputs, params) => {
      const read = readBuilt(outputs, Line);
      if (!read.ok) return read;
      const line = read.value;
      const compressionsPerHash = params.algorithm === 'double' ? 2 : 1;
      if (line.algorithm !== params.algorithm || line.compressionsPerHash !== compressionsPerHash) {
        return err(
          `expected ${params.algorithm} hashes, got ${line.algorithm} of ${line.compressionsPerHash} compressions`,
        );
      }
      if (line.threads < 1 || (params.cores === 'one' && line.threads !== 1)) {
        return err(`expected ${params.cores === 'one' ? 'one thread' : 'threads'}, got ${line.threads}`);
      }
      if (line.elapsedSeconds < params.seconds * 0.999) {
        return err(`expected a window of ${params.seconds} s, got ${line.elapsedSeconds} s`);
      }
      if (line.checked < 1 || line.wrong > line.checked) {
        return err(`expected checked digests, got ${line.wrong} wrong of ${line.checked} checked`);
      }
      const dimensions = {
        algorithm: params.algorithm,
        compressionsPerHash,
        cores: params.cores,
        threads: line.threads,
        implementation: line.implementation,
        'device.kind': 'cpu',
      };
      const place = (pointer: string) => ({ command: 'run', output: 'stdout', pointer });
      const rate: Sha256Reading = {
        metric: params.algorithm === 'double' ? 'doubleHeaderHashRate' : 'headerHashRate',
        value: quantity('H/s', line.hashes / line.elapsedSeconds),
        dimensions,
        at: [place('/hashes'), place('/elapsedSeconds')],
        windowSeconds: line.elapsedSeconds,
      };
      const wrong: Sha256Reading = {
        metric: 'wrongDigests',
        value: quantity('count', line.wrong),
        dimensions: { ...dimensions, checked: line.checked },
        at: [place('/wrong')],
      };
      return ok({ toolVersion: `gcc ${line.compiler}`, readings: [rate, wrong] });
    },
  }),
);
