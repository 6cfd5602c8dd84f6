import type { CommandInput } from '../kit/command.ts';
import { patterns } from './fio-patterns.ts';
import type { Params } from './workload.ts';

/** libaio and not io_uring: many kernels and containers have io_uring switched off, and the engine changes the number. */
export const engine = 'libaio';
/** A drive slower than this is not waited for when a whole file is written or read. */
const slowestBytesPerSecond = 20e6;
const layoutBlockBytes = 1024 * 1024;

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
export function layout(params: Params): CommandInput {
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

/** The measured process: it may read or overwrite the file, never create it. */
export function run(params: Params): CommandInput {
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
