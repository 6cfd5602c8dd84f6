import * as z from 'zod';
import { outputOf, readJson } from '../kit/read-output.ts';
import type { Result } from '../kit/result.ts';
import { err, ok } from '../kit/result.ts';
import type { StepOutputs } from '../kit/tool.ts';

const amount = z.number().nonnegative();

const Direction = z.object({
  io_bytes: amount,
  /** Bytes per second; `bw` beside it is in KiB/s and is never read. */
  bw_bytes: amount,
  iops: amount,
  /** Milliseconds. */
  runtime: amount,
  total_ios: amount,
  clat_ns: z.object({ min: amount, max: amount, percentile: z.record(z.string(), amount).optional() }),
});
export type FioDirection = z.infer<typeof Direction>;

/** As fio was given them: `4k` stays `4k`. */
const options = z.record(z.string(), z.string());

export const FioJob = z.object({
  jobname: z.string(),
  error: z.number().int(),
  /** Only with `continue_on_error`, and then both. */
  total_err: z.number().int().nonnegative().optional(),
  first_error: z.number().int().optional(),
  'job options': options,
  read: Direction,
  write: Direction,
});
export type FioJob = z.infer<typeof FioJob>;

// What stands in the [global] section of a job file is listed apart, and holds for every job that says nothing else.
const Document = z
  .object({ 'fio version': z.string(), 'global options': options.default({}), jobs: z.tuple([FioJob]) })
  .transform(({ 'fio version': version, 'global options': shared, jobs: [job] }) => ({
    version,
    job: { ...job, 'job options': { ...shared, ...job['job options'] } },
  }));

/** EILSEQ: how fio reports that a block did not read back as it was written. */
export const verifyFailed = 84;

/**
 * How a drive answers a request that it cannot serve (blk_status_t in the kernel's block layer), by Linux's numbers. What
 * a full file system, a missing right or a wrong option answers is none of these.
 */
const driveErrors: ReadonlyMap<number, string> = new Map([
  [5, 'EIO'],
  [6, 'ENXIO'],
  [19, 'ENODEV'],
  [61, 'ENODATA'],
  [67, 'ENOLINK'],
  [110, 'ETIMEDOUT'],
  [121, 'EREMOTEIO'],
]);

/** The error that the drive answered a request with, if it did: a finding, whatever else the job reports. */
export const driveErrorOf = ({ error }: FioJob): string | undefined => driveErrors.get(error);

/**
 * The job of one fio process from its `--output` file (`<id>.json`): with `group_reporting` it is one however many
 * processes there were. A job that failed has no numbers; a failed verification is one.
 */
export function readFio(
  outputs: StepOutputs,
  id: string,
): Result<{ readonly version: string; readonly job: FioJob }> {
  const output = outputOf(outputs, id);
  const text = outputs[id]?.artifacts[`${id}.json`];
  const read =
    text === undefined
      ? err(`command \`${id}\`: expected the file ${id}.json, got none`)
      : readJson(Document, withoutLog(text));
  if (!read.ok) return output.ok ? read : output;
  const { job, version } = read.value;
  if (job.jobname !== id)
    return err(`command \`${id}\`: expected its report, got that of \`${job.jobname}\``);
  if ((job.total_err === undefined) !== (job.first_error === undefined))
    return err(`command \`${id}\`: expected a first error and a count of errors, got one of them`);
  // Without a count it stopped at the first wrong block, and said so.
  if (output.ok && job.error === verifyFailed && job.total_err === undefined)
    return err(`command \`${id}\`: expected a count of errors, got none`);
  if (driveErrorOf(job) !== undefined) return ok({ version: version.replace(/^fio-/, ''), job });
  if (job.error === 0 && text !== undefined && ioError.test(text))
    return err(`command \`${id}\`: fio reports no error after \`${ioError.exec(text)?.[0].slice(0, 120)}\``);
  if (job.error !== 0 && job.error !== verifyFailed)
    return err(`command \`${id}\`: fio ended with error ${job.error}`);
  // fio prints numbers even when it could not open its file: only its exit code tells.
  if (!output.ok && job.error !== verifyFailed) return output;
  for (const direction of [job.read, job.write]) {
    const slip = contradiction(direction);
    if (slip !== undefined) return err(`command \`${id}\`: ${slip}`);
  }
  return ok({ version: version.replace(/^fio-/, ''), job });
}

/** The same from Node's words for a call that failed: `EIO: i/o error, write`. */
export function driveErrorIn(text: string): { readonly error: string; readonly errno: number } | undefined {
  for (const [errno, error] of driveErrors) if (text.includes(`${error}: `)) return { error, errno };
  return undefined;
}

const ioError = /^fio: io_u error .*/m;

/**
 * A job process that finds many wrong blocks fills its buffer and writes its log into the report's file, cut
 * anywhere, before the report (fio 3.33 sends errors to stderr and to `--output`). Other text before it stays an error.
 */
function withoutLog(text: string): string {
  const start = text.indexOf('{\n  "fio version" : ');
  return start > 0 && /^(verify: |crc32c: |fio: io_u error )/.test(text) ? text.slice(start) : text;
}

/** fio's rates follow from its totals and its time; a report in which they do not was damaged. */
export function contradiction({
  io_bytes,
  bw_bytes,
  iops,
  total_ios,
  runtime,
}: FioDirection): string | undefined {
  if (runtime === 0) return undefined;
  // fio rounds to milliseconds.
  const tolerance = 0.01 + 2 / runtime;
  const differs = (rate: number, total: number): boolean =>
    Math.abs(rate - (total * 1000) / runtime) > tolerance * rate + 1;
  if (differs(bw_bytes, io_bytes)) return `bw_bytes ${bw_bytes} is not io_bytes ${io_bytes} in ${runtime} ms`;
  return differs(iops, total_ios) ? `iops ${iops} is not total_ios ${total_ios} in ${runtime} ms` : undefined;
}
