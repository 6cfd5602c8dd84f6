import type { Result } from '../kit/result.ts';
import { err, ok } from '../kit/result.ts';
import type { Dimensions, SourcePlace } from '../kit/sample.ts';
import type { ParsedStep } from '../kit/tool.ts';
import { fromGBps, quantity } from '../kit/unit.ts';
import type { CollectiveMetrics, CollectiveReading } from './workload.ts';

/** One side of a row, as it was printed: µs, and GB/s of 10^9 bytes (nccl-tests divides by 1.0E9). */
export interface NcclTimes {
  readonly microseconds: number;
  readonly algbw: number;
  readonly busbw: number;
  /** Elements that were not as they should be; `undefined`: not counted. */
  readonly wrong: number | undefined;
}

export interface NcclRow {
  readonly line: number;
  readonly bytes: number;
  readonly count: number;
  readonly dtype: string;
  readonly redop: string;
  readonly root: string;
  readonly outOfPlace: NcclTimes;
  readonly inPlace: NcclTimes;
}

/** A whole run of a program of nccl-tests, whichever way it was told. */
export interface NcclRun {
  readonly version: string | undefined;
  readonly program: string | undefined;
  /** As it was asked for (NCCL_ALGO), where the log says it. */
  readonly algorithm: 'ring' | 'auto' | undefined;
  /** Of each rank. */
  readonly hosts: readonly string[];
  readonly range: {
    readonly minBytes: number;
    readonly maxBytes: number;
    readonly step: number;
    readonly isFactor: boolean;
    readonly iterations: number;
    readonly isChecked: boolean;
  };
  readonly rows: readonly NcclRow[];
  /** Of all sizes together; `undefined`: not counted. */
  readonly wrong: number | undefined;
  /** GB/s, over all sizes and both places. */
  readonly mean: number;
  readonly at: (row: number, side: 'outOfPlace' | 'inPlace') => SourcePlace;
}

/** Bytes and name here of the number formats that have one. */
const formats: ReadonlyMap<string, { readonly dtype: string; readonly bytes: number }> = new Map([
  ['float', { dtype: 'fp32', bytes: 4 }],
  ['bfloat16', { dtype: 'bf16', bytes: 2 }],
  ['half', { dtype: 'fp16', bytes: 2 }],
  ['double', { dtype: 'fp64', bytes: 8 }],
]);
/** NCCL's own limit is far above. */
const mostRows = 10_000;

/**
 * Readings of an all-reduce. Refused is what does not fit itself: another number of rows than asked for, a bandwidth that does not
 * follow from size and time, a bus bandwidth that is none of an all-reduce of so many ranks, a mean that is not that of the rows.
 */
export function readingsOfTests(run: NcclRun): Result<ParsedStep<CollectiveMetrics>> {
  const fault = faultIn(run);
  if (fault !== undefined) return err(fault);
  const readings = run.rows.flatMap((row, index) =>
    (['outOfPlace', 'inPlace'] as const).flatMap((side) => readingsOf(run, row, index, side)),
  );
  return ok({ toolVersion: run.version, readings });
}

function faultIn(run: NcclRun): string | undefined {
  const { program, hosts, rows, mean, wrong } = run;
  if (program !== undefined && program !== 'all_reduce_perf')
    return `expected all_reduce_perf, got ${program}: no metric here is of another collective`;
  if (hosts.length < 2) return `expected two ranks at least, got ${hosts.length}`;
  const perNode = hosts.filter((host) => host === hosts[0]).length;
  if (new Set(hosts).size * perNode !== hosts.length) return 'expected as many ranks on each node';
  const sizes = sizesOf(run.range);
  if (rows.length !== sizes.length) return `expected ${sizes.length} sizes, got ${rows.length}`;
  for (const [index, row] of rows.entries()) {
    const problem = faultInRow(row, run, sizes[index] ?? 0);
    if (problem !== undefined) return `the row of ${sizes[index]} bytes: ${problem}`;
  }
  const all = rows.flatMap(({ outOfPlace, inPlace }) => [outOfPlace, inPlace]);
  const own = all.reduce((sum, { busbw }) => sum + busbw, 0) / all.length;
  if (Math.abs(own - mean) > 0.006 + 0.002 * own)
    return `expected a mean bus bandwidth of ${own.toFixed(3)} GB/s, got ${mean}`;
  const counted = all.reduce((sum, each) => sum + (each.wrong ?? 0), 0);
  return wrong === undefined || counted > 0 === wrong > 0
    ? undefined
    : `expected ${counted} wrong elements in all rows, got ${wrong} values out of bounds`;
}

/** As common.cu goes through them; the tool itself lowers the largest one where memory is short, and those are no whole run. */
function sizesOf({ minBytes, maxBytes, step, isFactor }: NcclRun['range']): readonly number[] {
  const sizes: number[] = [];
  if (minBytes <= 0 || (isFactor ? step < 2 : step < 1)) return minBytes === maxBytes ? [minBytes] : sizes;
  for (
    let bytes = minBytes;
    bytes <= maxBytes && sizes.length < mostRows;
    bytes = isFactor ? bytes * step : bytes + step
  )
    sizes.push(bytes);
  return sizes;
}

function faultInRow(row: NcclRow, { hosts }: NcclRun, bytes: number): string | undefined {
  const { dtype, redop, root, count } = row;
  const format = formats.get(dtype);
  if (row.bytes !== bytes) return `expected its size, got ${row.bytes}`;
  if (format === undefined)
    return `expected a number format of ${[...formats.keys()].join(', ')}, got ${dtype.slice(0, 20)}`;
  if (redop !== 'sum' || root !== '-1')
    return `expected sums without a root, got ${redop.slice(0, 20)} to ${root.slice(0, 20)}`;
  if (count * format.bytes !== bytes) return `expected ${bytes / format.bytes} elements, got ${count}`;
  const factor = (2 * (hosts.length - 1)) / hosts.length;
  for (const { microseconds, algbw, busbw } of [row.outOfPlace, row.inPlace]) {
    if (microseconds <= 0) return 'expected a time';
    const rate = bytes / (microseconds * 1000);
    if (isOff(rate, algbw)) return `expected ${rate.toFixed(2)} GB/s in ${microseconds} µs, got ${algbw}`;
    if (isOff(rate * factor, busbw))
      return `expected a bus bandwidth of ${(rate * factor).toFixed(2)} GB/s for an all-reduce of ${hosts.length} ranks, got ${busbw}`;
  }
  return undefined;
}

/** Times and rates are printed with four or five digits, rates with two behind the point. */
const isOff = (expected: number, printed: number): boolean =>
  Math.abs(expected - printed) > 0.006 + 0.002 * expected;

function readingsOf(
  run: NcclRun,
  row: NcclRow,
  index: number,
  side: 'outOfPlace' | 'inPlace',
): readonly CollectiveReading[] {
  const { microseconds, algbw, busbw, wrong } = row[side];
  const { hosts, range, algorithm } = run;
  const dimensions: Dimensions = {
    collective: 'allReduce',
    dtype: formats.get(row.dtype)?.dtype ?? row.dtype,
    ...(algorithm === undefined ? {} : { algorithm }),
    place: side,
    ranks: hosts.length,
    nodes: new Set(hosts).size,
    bytes: row.bytes,
    iterations: range.iterations,
  };
  const windowSeconds = (microseconds * range.iterations) / 1e6;
  const shared = { dimensions, at: [run.at(index, side)], windowSeconds };
  return [
    // A rate that is printed as 0.00 is one of less than 5 MB/s.
    ...(algbw > 0 ? [{ metric: 'algbw', value: fromGBps(algbw), ...shared } as const] : []),
    ...(busbw > 0 ? [{ metric: 'busbw', value: fromGBps(busbw), ...shared } as const] : []),
    { metric: 'latency', value: quantity('s', microseconds / 1e6), ...shared },
    ...(wrong === undefined || !range.isChecked
      ? []
      : [{ metric: 'wrongElements', value: quantity('count', wrong), dimensions, at: shared.at } as const]),
  ];
}
