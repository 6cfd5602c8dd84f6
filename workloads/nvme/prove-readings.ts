import type { Dimensions } from '../kit/sample.ts';
import type { StepOutputs } from '../kit/tool.ts';
import { patterns } from './fio-patterns.ts';
import { whyNotMoved } from './moved-bytes.ts';
import { engine } from './plan-fio.ts';
import type { FioJob } from './read-fio.ts';
import type { StorageReading } from './read-fio-step.ts';
import type { DriveTarget } from './read-target.ts';
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
  { outputs, params, job, layoutBytes }: Measured,
): readonly StorageReading[] {
  const target = readTarget(outputs);
  const { direction } = patterns[params.pattern];
  const bytes = job[direction].io_bytes;
  const output = outputs['run'];
  const faults = [
    target.refusal,
    whyOtherwise(job['job options'], params),
    layoutBytes < params.fileBytes
      ? `the file was not written in full before the run (${layoutBytes} of ${params.fileBytes} bytes)`
      : undefined,
    params.pattern === 'verify' ? whyNotWhole(bytes, params) : whyTooShort(job[direction].runtime, params),
    target.freeBytes === undefined
      ? 'the free space before the run is unknown'
      : whyTooLarge(params.fileBytes, target.freeBytes),
    target.drive === undefined || output === undefined
      ? undefined
      : whyNotMoved(output, { ...target.drive, paths: target.paths }, direction, bytes),
  ].filter((fault) => fault !== undefined);
  const done = job['job options'];
  const proof = { direct: done['direct'] === '1', ioEngine: done['ioengine'] ?? 'unknown' };
  const windowSeconds = job[direction].runtime / 1000;
  const timed = readings.map((reading) => ({ ...reading, windowSeconds }));
  return place(timed, { target, params, proof, faults });
}

/** The same for an error that the drive answered with, which needs no proof but that it is one drive. */
export function placeReadings(
  readings: readonly StorageReading[],
  outputs: StepOutputs,
  params: Params,
): readonly StorageReading[] {
  const target = readTarget(outputs);
  const faults = target.refusal === undefined ? [] : [target.refusal];
  return place(readings, { target, params, proof: {}, faults });
}

function place(
  readings: readonly StorageReading[],
  about: {
    readonly target: DriveTarget;
    readonly params: Params;
    readonly proof: Dimensions;
    readonly faults: readonly string[];
  },
): readonly StorageReading[] {
  const { target, params, proof, faults } = about;
  const dimensions: Dimensions = {
    pattern: params.pattern,
    blockBytes: params.blockBytes,
    queueDepth: params.queueDepth,
    jobs: params.jobs,
    fileBytes: params.fileBytes,
    // A minute at most, on a drive in unknown state: what a steady state would give is another number.
    state: 'burst',
    ...proof,
    ...target.dimensions,
  };
  return readings.map((reading) => ({
    ...reading,
    dimensions: { ...dimensions, ...reading.dimensions },
    ...(target.drive === undefined ? {} : { device: target.drive.identity }),
    ...(faults.length === 0 ? {} : { invalid: faults.join('; ') }),
  }));
}

/** fio repeats the options that it ran with: they must be those that were asked for, however they are written. */
function whyOtherwise(done: Readonly<Record<string, string>>, params: Params): string | undefined {
  if (done['direct'] !== '1') return 'fio did not run with direct I/O: the number is the page cache';
  const { rw, direction } = patterns[params.pattern];
  const { bs = '', size = '' } = done;
  // `4k,8k` are blocks of reads and of writes, and a lone `4k` those of both.
  const [reads = '', writes = reads] = bs.split(',');
  const amount = (text: string): string =>
    String(readFioAmount(text, done['kb_base'] === '1000' ? 1000 : 1024) ?? text);
  const compared: readonly { name: string; found: string; wanted: string | number; written?: string }[] = [
    { name: 'rw', found: done['rw'] ?? '', wanted: rw },
    {
      name: 'bs',
      found: amount(direction === 'read' || writes === '' ? reads : writes),
      wanted: params.blockBytes,
      written: bs,
    },
    { name: 'iodepth', found: done['iodepth'] ?? '1', wanted: params.queueDepth },
    { name: 'size', found: amount(size), wanted: params.fileBytes, written: size },
    { name: 'numjobs', found: done['numjobs'] ?? '1', wanted: params.jobs },
    { name: 'ioengine', found: done['ioengine'] ?? '', wanted: engine },
  ];
  const other = compared.find(({ found, wanted }) => found !== String(wanted));
  if (other === undefined) return undefined;
  const written = other.written ?? other.found;
  return `fio ran with ${other.name}=${written === '' ? 'nothing' : written}, not ${other.wanted}`;
}

/**
 * A size as fio writes it: with `kb_base=1024`, its default, `4k` and `4kb` are 4096 and `4ki` is 4000; with 1000 the other
 * way round (fio HOWTO, "Parameter types", integer).
 */
function readFioAmount(text: string, base: 1000 | 1024): number | undefined {
  const [, digits, unit = '', binary] = /^(\d+)([kmgtp]?)(i?)b?$/i.exec(text.trim()) ?? [];
  if (digits === undefined) return undefined;
  const factor = (binary === '') === (base === 1024) ? 1024 : 1000;
  return Number(digits) * factor ** ' kmgtp'.indexOf(unit === '' ? ' ' : unit.toLowerCase());
}

const whyTooShort = (runtimeMs: number, { seconds }: Params): string | undefined =>
  runtimeMs < seconds * 990 ? `fio ran for ${runtimeMs} ms of ${seconds * 1000} ms` : undefined;

const whyNotWhole = (bytes: number, { fileBytes }: Params): string | undefined =>
  bytes < fileBytes ? `only ${bytes} of ${fileBytes} bytes were verified` : undefined;
