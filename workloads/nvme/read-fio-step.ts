import type { Result } from '../kit/result.ts';
import { err, ok } from '../kit/result.ts';
import type { SourcePlace } from '../kit/sample.ts';
import type { Reading } from '../kit/tool.ts';
import { quantity } from '../kit/unit.ts';
import { patterns } from './fio-patterns.ts';
import type { FioDirection, FioJob } from './read-fio.ts';
import { driveErrorOf, verifyFailed } from './read-fio.ts';
import type { nvme, Params } from './workload.ts';

/** A reading of this workload, before it is known what drive it is of. */
export type StorageReading = Reading<typeof nvme.metrics>;

const at = (pointer: string): readonly SourcePlace[] => [
  { command: 'run', output: 'run.json', pointer: `/jobs/0${pointer}` },
];

/** Blocks that the drive answered with an error, when it did: they were not read back, or not written, as they were to be. */
export function readDriveError(job: FioJob, id: 'layout' | 'run'): readonly StorageReading[] | undefined {
  const error = driveErrorOf(job);
  if (error === undefined) return undefined;
  return [
    {
      metric: 'verifyErrors',
      value: quantity('count', Math.max(1, job.total_err ?? 1)),
      dimensions: { error, errno: job.error },
      at: [{ command: id, output: `${id}.json`, pointer: '/jobs/0/error' }],
    },
  ];
}

/** Wrong blocks that a verification found; that it found some is a measurement, not a failure of fio. */
export function readVerification(job: FioJob): Result<readonly StorageReading[]> {
  if (job.error === verifyFailed) {
    // An older fio without a count stopped at the first wrong block.
    const count = Math.max(1, job.total_err ?? 1);
    return ok([
      {
        metric: 'verifyErrors',
        value: quantity('count', count),
        dimensions: {},
        at: at(job.total_err === undefined ? '/error' : '/total_err'),
      },
    ]);
  }
  if ((job.total_err ?? 0) !== 0)
    return err(`fio counts ${job.total_err ?? 0} errors but says that it had none`);
  return ok([{ metric: 'verifyErrors', value: quantity('count', 0), dimensions: {}, at: at('/error') }]);
}

/** Throughput or rate of a timed run, and its latencies. */
export function readSpeed(
  job: FioJob,
  { pattern }: Pick<Params, 'pattern'>,
): Result<readonly StorageReading[]> {
  if (job.error !== 0) return err(`command \`run\`: fio ended with error ${job.error}`);
  const { direction } = patterns[pattern];
  const side = job[direction];
  if (side.bw_bytes <= 0 || side.iops <= 0 || side.total_ios <= 0)
    return err(`command \`run\`: fio moved nothing in the direction ${direction}`);
  const latencies = readLatencies(side, direction);
  if (!latencies.ok) return latencies;
  return ok([readRate(side, pattern), ...latencies.value]);
}

function readRate({ bw_bytes: bytes, iops }: FioDirection, pattern: Params['pattern']): StorageReading {
  switch (pattern) {
    case 'sequentialRead':
    case 'verify':
      return {
        metric: 'sequentialReadThroughput',
        value: quantity('B/s', bytes),
        dimensions: {},
        at: at('/read/bw_bytes'),
      };
    case 'sequentialWrite':
      return {
        metric: 'sequentialWriteThroughput',
        value: quantity('B/s', bytes),
        dimensions: {},
        at: at('/write/bw_bytes'),
      };
    case 'randomRead':
      return {
        metric: 'randomReadRate',
        value: quantity('IOPS', iops),
        dimensions: {},
        at: at('/read/iops'),
      };
    case 'randomWrite':
      return {
        metric: 'randomWriteRate',
        value: quantity('IOPS', iops),
        dimensions: {},
        at: at('/write/iops'),
      };
  }
}

/** Completion latencies of all jobs together; fio's histogram bins are a few per cent wide. */
function readLatencies(side: FioDirection, direction: 'read' | 'write'): Result<readonly StorageReading[]> {
  const readings: StorageReading[] = [];
  for (const [quantile, key] of [
    [0.5, '50.000000'],
    [0.99, '99.000000'],
  ] as const) {
    const nanoseconds = side.clat_ns.percentile?.[key] ?? 0;
    if (nanoseconds <= 0 || nanoseconds > side.clat_ns.max * 1.1)
      return err(`command \`run\`: expected the percentile ${key} of ${direction} latencies`);
    readings.push({
      metric: direction === 'read' ? 'readLatency' : 'writeLatency',
      value: quantity('s', nanoseconds / 1e9),
      dimensions: { quantile },
      at: at(`/${direction}/clat_ns/percentile/${key}`),
    });
  }
  return ok(readings);
}
