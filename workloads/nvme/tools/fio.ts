import type { CommandInput } from '../../kit/command.ts';
import type { Result } from '../../kit/result.ts';
import { err, ok } from '../../kit/result.ts';
import type { Dimensions, SourcePlace } from '../../kit/sample.ts';
import type { ParsedStep, Reading, StepOutputs } from '../../kit/tool.ts';
import { defineTool } from '../../kit/tool.ts';
import { quantity } from '../../kit/unit.ts';
import { checkTarget } from '../check-target.ts';
import { whyNotMoved } from '../moved-bytes.ts';
import { planTarget, targetRequirements } from '../plan-target.ts';
import type { FioDirection, FioJob } from '../read-fio.ts';
import { readFio, verifyFailed } from '../read-fio.ts';
import { readTarget } from '../read-target.ts';
import type { Params } from '../spec.ts';
import { nvme } from '../spec.ts';
import { whyTooLarge } from '../storage-budget.ts';

type StorageReading = Reading<typeof nvme.metrics>;

const patterns = {
  sequentialRead: { rw: 'read', direction: 'read' },
  sequentialWrite: { rw: 'write', direction: 'write' },
  randomRead: { rw: 'randread', direction: 'read' },
  randomWrite: { rw: 'randwrite', direction: 'write' },
  verify: { rw: 'read', direction: 'read' },
} as const;

/** libaio and not io_uring: many kernels and containers have io_uring switched off, and the engine changes the number. */
const engine = 'libaio';
/** A drive slower than this is not waited for when a whole file is written or read. */
const slowestBytesPerSecond = 20e6;
const layoutBlockBytes = 1024 * 1024;

export const fio = defineTool(nvme, {
  id: 'fio',
  rank: 10,
  origin: 'native',
  requires: {
    programs: ['fio', ...targetRequirements.programs],
    packages: ['fio', ...targetRequirements.packages],
  },
  needs: checkTarget,
  plan: (params, facts) => [
    { id: 'version', file: 'fio', args: ['--version'], timeoutMs: 10_000 },
    ...planTarget(facts),
    layout(params),
    run(params),
  ],
  parse: (outputs, params) => {
    const written = readFio(outputs, 'layout');
    if (!written.ok) return written;
    const measured = readFio(outputs, 'run');
    if (!measured.ok) return measured;
    const { job, version } = measured.value;
    const readings = params.pattern === 'verify' ? readVerification(job) : readSpeed(job, params);
    if (!readings.ok) return readings;
    return ok(
      withProof(readings.value, {
        outputs,
        params,
        job,
        version,
        layoutBytes: written.value.job.write.io_bytes,
      }),
    );
  },
});

const wholeFileMs = (fileBytes: number): number =>
  60_000 + Math.ceil((fileBytes / slowestBytesPerSecond) * 1000);

/** Options of both processes. */
function options(id: 'layout' | 'run', { fileBytes }: Params): string[] {
  return [
    `--name=${id}`,
    '--filename={scratch}/nvme.dat',
    `--size=${fileBytes}`,
    '--direct=1',
    `--ioengine=${engine}`,
    '--randseed=20260101',
    '--output-format=json',
    `--output={scratch}/${id}.json`,
  ];
}

/** Writes every block of the file, because a drive reads what was never written without touching its flash. */
function layout(params: Params): CommandInput {
  const blockBytes =
    params.pattern === 'verify' || params.fileBytes % layoutBlockBytes !== 0
      ? params.blockBytes
      : layoutBlockBytes;
  return {
    id: 'layout',
    file: 'fio',
    args: [
      ...options('layout', params),
      '--rw=write',
      `--bs=${blockBytes}`,
      '--iodepth=8',
      '--fallocate=none',
      '--end_fsync=1',
      ...(params.pattern === 'verify' ? ['--verify=crc32c', '--do_verify=0', '--verify_state_save=0'] : []),
    ],
    timeoutMs: wholeFileMs(params.fileBytes),
    artifacts: ['{scratch}/layout.json'],
  };
}

function run(params: Params): CommandInput {
  const isVerify = params.pattern === 'verify';
  return {
    id: 'run',
    file: 'fio',
    args: [
      ...options('run', params),
      `--rw=${patterns[params.pattern].rw}`,
      `--bs=${params.blockBytes}`,
      `--iodepth=${params.queueDepth}`,
      `--numjobs=${params.jobs}`,
      '--group_reporting',
      '--allow_file_create=0',
      '--percentile_list=50:99',
      // Reading on after a wrong block counts all of them, and leaves the exit code at 0.
      ...(isVerify
        ? ['--verify=crc32c', '--verify_state_save=0', '--continue_on_error=verify']
        : ['--time_based', `--runtime=${params.seconds}`]),
    ],
    timeoutMs: isVerify ? wholeFileMs(params.fileBytes) : (params.seconds + 60) * 1000,
    artifacts: ['{scratch}/run.json'],
  };
}

const at = (pointer: string): readonly SourcePlace[] => [
  { command: 'run', output: 'run.json', pointer: `/jobs/0${pointer}` },
];

function readVerification(job: FioJob): Result<readonly StorageReading[]> {
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

function readSpeed(job: FioJob, { pattern }: Params): Result<readonly StorageReading[]> {
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

interface Measured {
  readonly outputs: StepOutputs;
  readonly params: Params;
  readonly job: FioJob;
  readonly version: string;
  readonly layoutBytes: number;
}

/** Adds what was really done to the readings, and why they are no number of the drive if they are none. */
function withProof(readings: readonly StorageReading[], measured: Measured): ParsedStep<typeof nvme.metrics> {
  const { outputs, params, job, version } = measured;
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
    ...(done['ioengine'] === undefined ? {} : { ioEngine: done['ioengine'] }),
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
  return {
    toolVersion: version,
    readings: readings.map((reading) => ({
      ...reading,
      dimensions: { ...dimensions, ...reading.dimensions },
      ...(target.drive === undefined ? {} : { device: target.drive.identity }),
      ...(faults.length === 0 ? {} : { invalid: faults.join('; ') }),
    })),
  };
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
