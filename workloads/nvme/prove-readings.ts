import type { Dimensions } from '../kit/sample.ts';
import type { StepOutputs } from '../kit/tool.ts';
import { patterns } from './fio-patterns.ts';
import { whyNotMoved } from './moved-bytes.ts';
import { engine } from './plan-fio.ts';
import type { FioJob } from './read-fio.ts';
import type { StorageReading } from './read-fio-step.ts';
import { readTarget } from './read-target.ts';
import { whyTooLarge } from './storage-budget.ts';
import type { Params } from './workload.ts';

/** What a fio step did. */
export interface Measured {
  readonly outputs: StepOutputs;
  readonly params: Params;
  readonly job: FioJob;
  readonly layoutBytes: number;
}

/** Adds what was really done to the readings, and why they are no number of the drive if they are none. */
export function proveReadings(
  readings: readonly StorageReading[],
  measured: Measured,
): readonly StorageReading[] {
  const { outputs, params, job } = measured;
  const target = readTarget(outputs);
  const done = job['job options'];
  const dimensions: Dimensions = {
    pattern: params.pattern,
    blockBytes: params.blockBytes,
    queueDepth: params.queueDepth,
    jobs: params.jobs,
    fileBytes: params.fileBytes,
    // A minute at most, on a drive in unknown state: what a steady state would give is another number.
    state: 'burst',
    direct: done['direct'] === '1',
    ioEngine: done['ioengine'] ?? 'unknown',
    ...target.dimensions,
  };
  const { direction } = patterns[params.pattern];
  const bytes = job[direction].io_bytes;
  const output = outputs['run'];
  const faults = [
    target.refusal,
    whyOtherwise(done, params),
    measured.layoutBytes < params.fileBytes
      ? `the file was not written in full before the run (${measured.layoutBytes} of ${params.fileBytes} bytes)`
      : undefined,
    params.pattern === 'verify' ? whyNotWhole(bytes, params) : whyTooShort(job[direction].runtime, params),
    target.freeBytes === undefined
      ? 'the free space before the run is unknown'
      : whyTooLarge(params.fileBytes, target.freeBytes),
    target.drive === undefined || output === undefined
      ? undefined
      : whyNotMoved(output, target.drive, direction, bytes),
  ].filter((fault) => fault !== undefined);
  return readings.map((reading) => ({
    ...reading,
    dimensions: { ...dimensions, ...reading.dimensions },
    windowSeconds: job[direction].runtime / 1000,
    ...(target.drive === undefined ? {} : { device: target.drive.identity }),
    ...(faults.length === 0 ? {} : { invalid: faults.join('; ') }),
  }));
}

/** fio repeats the options that it ran with: they must be those that were asked for. */
function whyOtherwise(done: Readonly<Record<string, string>>, params: Params): string | undefined {
  if (done['direct'] !== '1') return 'fio did not run with direct I/O: the number is the page cache';
  const asked = {
    rw: patterns[params.pattern].rw,
    bs: params.blockBytes,
    iodepth: params.queueDepth,
    size: params.fileBytes,
    numjobs: params.jobs,
    ioengine: engine,
  };
  const [name, value] = Object.entries(asked).find(([key, wanted]) => done[key] !== String(wanted)) ?? [];
  return name === undefined || value === undefined
    ? undefined
    : `fio ran with ${name}=${done[name] ?? 'nothing'}, not ${value}`;
}

const whyTooShort = (runtimeMs: number, { seconds }: Params): string | undefined =>
  runtimeMs < seconds * 990 ? `fio ran for ${runtimeMs} ms of ${seconds * 1000} ms` : undefined;

const whyNotWhole = (bytes: number, { fileBytes }: Params): string | undefined =>
  bytes < fileBytes ? `only ${bytes} of ${fileBytes} bytes were verified` : undefined;
