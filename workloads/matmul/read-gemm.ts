import * as z from 'zod';
import { readBuilt } from '../kit/read-output.ts';
import type { Result } from '../kit/result.ts';
import { err, ok } from '../kit/result.ts';
import type { ParsedStep, StepOutputs } from '../kit/tool.ts';
import { quantity } from '../kit/unit.ts';
import { seed } from './plan-gemm.ts';
import type { HostParams, MatmulMetrics, MatmulReading } from './workload.ts';

const count = z.number().int().nonnegative();

/** The one line that native/gemm-harness.h prints. `worst`: the greatest error, as a share of its bound. */
const Line = z.strictObject({
  library: z.string().min(1),
  implementation: z.string().min(1),
  compiler: z.string().min(1),
  dtype: z.enum(['fp32', 'fp16', 'bf16', 'int8']),
  accumulate: z.enum(['fp32', 'int32', 'fp16-by-32-then-fp32']),
  distribution: z.literal('normal'),
  seed: z.literal(seed),
  size: count,
  threads: count.positive(),
  iterations: count.positive(),
  elapsedSeconds: z.number().positive(),
  tolerance: z.number().nonnegative(),
  checked: count,
  wrong: count,
  worst: z.number().nonnegative(),
  /** Of all bits of the product; programs before 2026-11-30 do not say it. */
  digest: count.optional(),
});
export type GemmLine = z.infer<typeof Line>;

/** Reads what a native program said. `versionOf` finds the tool's version in it, or shows that it is another tool. */
export function readGemm(
  outputs: StepOutputs,
  params: HostParams,
  versionOf: (line: GemmLine) => string | undefined,
): Result<ParsedStep<MatmulMetrics>> {
  const read = readBuilt(outputs, Line);
  if (!read.ok) return read;
  const line = read.value;
  const toolVersion = versionOf(line);
  if (toolVersion === undefined) return err(`expected another library, got \`${line.library.slice(0, 60)}\``);
  const fault = faultIn(line, params);
  return fault === undefined ? ok({ toolVersion, readings: readingsOf(line, params) }) : err(fault);
}

/** Why a line does not belong to these parameters, or proves nothing. */
function faultIn(line: GemmLine, params: HostParams): string | undefined {
  if (line.dtype !== params.dtype) return `expected ${params.dtype}, got ${line.dtype}`;
  if (line.size !== params.size) return `expected size ${params.size}, got ${line.size}`;
  if (params.cores === 'one' && line.threads !== 1) return `expected one thread, got ${line.threads}`;
  if (line.elapsedSeconds < params.seconds * 0.999) {
    return `expected a window of ${params.seconds} s, got ${line.elapsedSeconds} s`;
  }
  if (line.checked < 1) return 'expected checked elements, got none';
  return line.wrong > line.checked ? `expected at most ${line.checked} wrong, got ${line.wrong}` : undefined;
}

function readingsOf(line: GemmLine, params: HostParams): readonly MatmulReading[] {
  const dimensions = {
    dtype: line.dtype,
    accumulate: line.accumulate,
    size: line.size,
    cores: params.cores,
    threads: line.threads,
    distribution: line.distribution,
    seed: line.seed,
    implementation: line.implementation,
    'device.kind': 'cpu',
  };
  const place = (pointer: string) => ({ command: 'run', output: 'stdout', pointer });
  const perSecond = (line.iterations * 2 * line.size ** 3) / line.elapsedSeconds;
  const speed = {
    dimensions,
    at: [place('/iterations'), place('/elapsedSeconds')],
    windowSeconds: line.elapsedSeconds,
    ...(line.implementation.startsWith('fp16-emulated')
      ? { invalid: 'the compiler emulated FP16 in FP32: this says nothing about FP16 hardware' }
      : {}),
  };
  return [
    line.dtype === 'int8'
      ? { metric: 'integerThroughput', value: quantity('OP/s', perSecond), ...speed }
      : { metric: 'throughput', value: quantity('FLOP/s', perSecond), ...speed },
    {
      metric: 'wrongElements',
      value: quantity('count', line.wrong),
      dimensions: { ...dimensions, checked: line.checked },
      at: [place('/wrong')],
    },
    ...(line.digest === undefined
      ? []
      : [
          {
            metric: 'resultDigest' as const,
            value: quantity('count', line.digest),
            dimensions,
            at: [place('/digest')],
          },
        ]),
  ];
}
