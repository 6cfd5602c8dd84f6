import * as z from 'zod';
import type { Result } from '../kit/result.ts';
import { err, ok } from '../kit/result.ts';
import type { Dimensions } from '../kit/sample.ts';
import { patterns } from './fio-patterns.ts';
import { contradiction, FioJob, verifyFailed } from './read-fio.ts';
import type { StorageReading } from './read-fio-step.ts';
import { readDriveError, readSpeed, readVerification } from './read-fio-step.ts';

/** A job as logs have it: its options may be none of its own, it has a group, and it may be one of several processes. */
export const FioLogJob = FioJob.extend({
  jobname: z.string().max(200),
  groupid: z.number().int().nonnegative(),
  'job options': z.record(z.string().max(200), z.string().max(4096)).default({}),
  /** Of all of its processes together, in ms. */
  job_runtime: z.number().nonnegative(),
  /** Per cent of its requests by how many were in flight. */
  iodepth_level: z.record(z.string().max(8), z.number().min(0).max(101)),
});
export type FioLogJob = z.infer<typeof FioLogJob>;

/** What a job gives; or why it gives no number of a drive. */
interface FioJobReadings {
  readonly readings: readonly StorageReading[];
  readonly why?: string;
}

/** Reads one job of a report; `alike` is how many entries of its name and group there are. */
export function readFioJob(job: FioLogJob, index: number, alike: number): Result<FioJobReadings> {
  const placed = (
    readings: readonly StorageReading[],
    more: Partial<StorageReading> & { readonly dimensions: Dimensions },
  ): readonly StorageReading[] =>
    readings.map((reading) => ({
      ...reading,
      ...more,
      dimensions: { ...more.dimensions, ...reading.dimensions },
      at: reading.at.map((place) =>
        'pointer' in place
          ? { ...place, pointer: place.pointer.replace(/^\/jobs\/0/, `/jobs/${index}`) }
          : place,
      ),
    })) as readonly StorageReading[]; // with what every reading may have
  if ((job.total_err === undefined) !== (job.first_error === undefined))
    return err('expected a first error and a count of errors, got one of them');
  const broken = readDriveError(job, 'run');
  if (broken !== undefined) return ok({ readings: placed(broken, { dimensions: {} }) });
  if (job.error === verifyFailed) {
    const wrong = readVerification(job);
    return wrong.ok ? ok({ readings: placed(wrong.value, { dimensions: {} }) }) : wrong;
  }
  if (job.error !== 0) return err(`it ended with error ${job.error}`);
  for (const direction of [job.read, job.write]) {
    const slip = contradiction(direction);
    if (slip !== undefined) return err(slip);
  }
  const asked = job['job options'];
  const rw = asked['rw'] ?? asked['readwrite'];
  const pattern = timed.find(
    (each) => patterns[each].rw === (rw ?? (job.write.total_ios > 0 ? 'write' : 'read')),
  );
  const { direction } = patterns[pattern ?? 'sequentialRead'];
  if (pattern === undefined || job[direction === 'read' ? 'write' : 'read'].total_ios > 0)
    return ok({ readings: [], why: `no metric here is of rw=${(rw ?? 'unknown').slice(0, 40)}` });
  if (asked['verify'] !== undefined && asked['verify'] !== '0')
    return ok({ readings: [], why: 'it verified: that nothing was wrong is shown by a run alone' });
  if (alike > 1)
    return ok({
      readings: [],
      why: 'it is one of several processes told apart: group_reporting adds them up',
    });
  const speed = readSpeed(job, { pattern });
  if (!speed.ok) return speed;
  const side = job[direction];
  const { dimensions, unsaid } = describe(job, side.io_bytes / side.total_ios, side.runtime);
  const lacking = [...(rw === undefined ? ['rw'] : []), ...unsaid];
  return ok({
    readings: placed(speed.value, {
      dimensions: { pattern, ...dimensions },
      windowSeconds: side.runtime / 1000,
      ...(lacking.length === 0 ? {} : { invalid: `the log does not say ${lacking.join(', ')}` }),
    }),
  });
}

const timed = ['sequentialRead', 'sequentialWrite', 'randomRead', 'randomWrite'] as const;

/**
 * How the job was done, by its options and by what the report itself shows of them. What was not asked for has fio's default, where
 * the report agrees with that. On what drive, and over what that hung, stands in no log.
 */
function describe(
  { 'job options': asked, job_runtime, iodepth_level: levels }: FioLogJob,
  blockBytes: number,
  runtime: number,
): { readonly dimensions: Dimensions; readonly unsaid: readonly string[] } {
  const askedBytes = bytesOf(asked['bs'] ?? asked['blocksize']);
  const number = (key: string): number | undefined =>
    /^\d{1,6}$/.test(asked[key] ?? '') ? Number(asked[key]) : undefined;
  const queueDepth = number('iodepth') ?? ((levels['1'] ?? 0) > 99 ? 1 : undefined);
  const jobs = number('numjobs') ?? (job_runtime <= 1.1 * runtime + 10 ? 1 : undefined);
  const isDirect = asked['direct'] === '1' || asked['buffered'] === '0';
  const isOneSize = Number.isInteger(blockBytes) && (askedBytes === undefined || askedBytes === blockBytes);
  const { ioengine } = asked;
  return {
    dimensions: {
      ...(isOneSize ? { blockBytes } : {}),
      ...(queueDepth === undefined ? {} : { queueDepth }),
      ...(jobs === undefined ? {} : { jobs }),
      direct: isDirect,
      ...(ioengine === undefined ? {} : { ioEngine: ioengine }),
    },
    unsaid: [
      ...(isOneSize ? [] : ['one size of its requests']),
      ...(queueDepth === undefined ? ['iodepth'] : []),
      ...(jobs === undefined ? ['numjobs'] : []),
      ...(isDirect ? [] : ['direct=1']),
      ...(ioengine === undefined ? ['ioengine'] : []),
    ],
  };
}

/** fio's own sizes: `4k` is 4096 with its default `kb_base`. Ranges and several sizes are none. */
function bytesOf(text = ''): number | undefined {
  const [, digits = '', unit = ''] = /^(\d{1,9})([kmg]?)(?:i?b)?$/i.exec(text) ?? [];
  if (digits === '') return undefined;
  return (
    Number(digits) * { '': 1, k: 2 ** 10, m: 2 ** 20, g: 2 ** 30 }[unit.toLowerCase() as '' | 'k' | 'm' | 'g']
  );
}
