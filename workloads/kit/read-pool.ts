import * as z from 'zod';
import { outputOf, readJson } from './read-output.ts';
import type { Result } from './result.ts';
import { err, ok } from './result.ts';
import type { StepOutputs } from './tool.ts';

/** What the pool program printed: its own clock around all workers, and what each worker returned. */
export interface PoolOutput<R> {
  readonly threads: number;
  readonly elapsedMs: number;
  /** The longest of the workers' own windows. */
  readonly longestMs: number;
  /** One of `results`, for what all workers have in common. */
  readonly first: R;
  readonly results: readonly R[];
}

/**
 * Reads the output of command `run`, an embedded kernel in the pool: a result of every thread, each with a window
 * that is as long as was asked and lies within the pool's own clock.
 */
export function readPool<R extends { readonly elapsedMs: number }>(
  kernel: string,
  result: z.ZodType<R>,
  outputs: StepOutputs,
  params: { readonly cores: 'one' | 'all'; readonly seconds: number },
): Result<PoolOutput<R>> {
  const run = outputOf(outputs, 'run');
  if (!run.ok) return run;
  const line = z.strictObject({
    kernel: z.literal(kernel),
    threads: z.number().int().positive(),
    elapsedMs: z.number().positive(),
    results: z.array(result),
  });
  const read = readJson(line, run.value.stdout);
  if (!read.ok) return read;
  const { threads, elapsedMs, results } = read.value;
  const [first] = results;
  if (first === undefined || results.length !== threads || (params.cores === 'one' && threads !== 1)) {
    return err(`expected a result of each of ${threads} threads for ${params.cores}, got ${results.length}`);
  }
  const shortestMs = Math.min(...results.map((each) => each.elapsedMs));
  const longestMs = Math.max(...results.map((each) => each.elapsedMs));
  if (shortestMs < params.seconds * 999 || longestMs > elapsedMs) {
    return err(
      `expected windows from ${params.seconds * 1000} to ${elapsedMs} ms, got ${shortestMs} to ${longestMs}`,
    );
  }
  return ok({ threads, elapsedMs, longestMs, first, results });
}
