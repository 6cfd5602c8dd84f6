import * as z from 'zod';
import { defineLog, logPointer } from '../../kit/log.ts';
import { readJson } from '../../kit/read-output.ts';
import type { Result } from '../../kit/result.ts';
import { err, ok } from '../../kit/result.ts';
import { FioLogJob, readFioJob } from '../read-fio-log.ts';
import type { StorageReading } from '../read-fio-step.ts';
import { nvme } from '../workload.ts';

const options = z.record(z.string().max(200), z.string().max(4096));

/** `--output-format=json` since 3.16; `json+` has more in each job, which is passed over. */
const Document = z.object({
  'fio version': z.string().regex(/^fio-\d{1,2}\.\d{1,3}[\w.-]{0,40}$/),
  'global options': options.default({}),
  jobs: z.array(FioLogJob).min(1).max(1024),
});

/** Words that fio writes before its report (`note: …`, `fio: …`), of which those about errors stay errors. */
function withoutWords(text: string): Result<string> {
  const start = text.search(/^\{\s*$/m);
  if (start === -1) return err('expected a line that begins a JSON document');
  const said = text
    .slice(0, start)
    .split('\n')
    .find((line) => line.trim() !== '' && !/^note: |^fio-[\d.]+$/.test(line));
  return said === undefined ? ok(text.slice(start)) : err(`fio said: \`${said.slice(0, 120)}\``);
}

/** What `fio --output-format=json` leaves, of one job or of a job file. */
export const fio = defineLog(nvme, {
  id: 'fio',
  title: 'fio --output-format=json (3.16 and later), with job files',
  origin: 'recorded',
  mark: /"fio version"\s*:/,
  read: (text) => {
    const own = withoutWords(text);
    if (!own.ok) return own;
    const read = readJson(Document, own.value);
    if (!read.ok) return read;
    const { 'fio version': version, 'global options': shared, jobs } = read.value;
    const [major = 0, minor = 0] = version
      .slice('fio-'.length)
      .split('.')
      .map((part) => Number.parseInt(part, 10));
    if (major < 3 || (major === 3 && minor < 16)) return err(`expected fio 3.16 or later, got ${version}`);
    const readings: StorageReading[] = [];
    const unmeasured: { readonly why: string }[] = [];
    const seen = new Set<string>();
    for (const [index, job] of jobs.entries()) {
      const alike = jobs.filter(
        ({ jobname, groupid }) => jobname === job.jobname && groupid === job.groupid,
      ).length;
      const name = `${job.groupid} ${job.jobname}`;
      if (alike === 1 && seen.has(name)) return err(`expected the job ${job.jobname.slice(0, 60)} once`);
      seen.add(name);
      const part = readFioJob({ ...job, 'job options': { ...shared, ...job['job options'] } }, index, alike);
      if (!part.ok) return err(`job ${job.jobname.slice(0, 60)}: ${part.error}`);
      for (const reading of part.value.readings)
        readings.push({
          ...reading,
          dimensions: { ...reading.dimensions, job: job.jobname },
          at: reading.at.map((place) => ('pointer' in place ? logPointer(place.pointer) : place)),
        });
      if (part.value.why !== undefined)
        unmeasured.push({ why: `job ${job.jobname.slice(0, 60)}: ${part.value.why}` });
    }
    return ok({ toolVersion: version.replace(/^fio-/, ''), readings, unmeasured });
  },
});
