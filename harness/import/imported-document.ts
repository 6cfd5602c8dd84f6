import { createHash } from 'node:crypto';
import type { Imported, ImportedSample } from '../../reports/verdict/imported.ts';
import { AssayError } from '../../workloads/kit/assay-error.ts';
import { exitCodes } from '../../workloads/kit/error-code.ts';
import type { Limit } from '../../workloads/kit/limit.ts';
import type { RegisteredLog } from '../../workloads/registry.ts';
import { assayVersion } from '../version.ts';
import { compareImported } from './compare-imported.ts';
import { findLogs } from './find-logs.ts';
import { holdAgainstLimits } from './hold-against-limits.ts';
import { importLog } from './import-log.ts';
import { readLogFile } from './read-log-file.ts';

export interface ImportAsked {
  readonly formats: readonly RegisteredLog[];
  /** Absolute paths of directories or files; each is one session of its side. */
  readonly before: readonly string[];
  readonly after: readonly string[];
  /** What to hold the samples against; absent: nothing. */
  readonly against?:
    | {
        readonly limits: readonly Limit[];
        readonly class?: string | undefined;
        readonly model?: string | undefined;
      }
    | undefined;
  readonly margin: number;
}

/** More samples than any document is read with. */
const mostSamples = 200_000;

type Open = { -readonly [K in 'files' | 'refused' | 'samples']: Imported[K] };

/** Reads all logs one after the other and says what is in them. The same files give the same document. */
export async function importedDocument(asked: ImportAsked): Promise<Imported> {
  const { against, after, margin } = asked;
  const open: Open = { files: [], refused: [], samples: [] };
  for (const side of ['before', 'after'] as const)
    for (const [index, place] of asked[side].entries()) {
      const prefix = asked.before.length + after.length > 1 ? `${side} ${index + 1}: ` : '';
      await importFrom(place, { side, session: index + 1 }, prefix, asked, open);
    }
  const compared = after.length === 0 ? undefined : compareImported(open.samples, margin);
  const isBad =
    open.samples.some(({ held }) => held?.outcome === 'misses') ||
    compared?.some(({ outcome }) => outcome === 'inferior') === true;
  const isAsked = against !== undefined || compared !== undefined;
  return {
    schema: 'assay/imported',
    schemaVersion: 1,
    assay: assayVersion,
    origin: 'imported',
    ...(against === undefined
      ? {}
      : {
          hardware: {
            ...(against.class === undefined ? {} : { class: against.class }),
            ...(against.model === undefined ? {} : { model: against.model }),
          },
        }),
    ...open,
    ...(compared === undefined ? {} : { compared: [...compared] }),
    // To be asked whether they are good is to be asked for a pass, which imported samples never are.
    exitCode: isBad
      ? exitCodes.fail
      : isAsked || open.refused.length > 0
        ? exitCodes.undecided
        : exitCodes.pass,
  };
}

async function importFrom(
  place: string,
  of: Pick<ImportedSample, 'side' | 'session'>,
  prefix: string,
  { formats, against }: ImportAsked,
  open: Open,
): Promise<void> {
  for (const found of await findLogs(place)) {
    const path = `${prefix}${found.path}`;
    if ('why' in found) {
      open.refused.push({ path, why: found.why });
      continue;
    }
    const bytes = await readLogFile(found.place);
    const log = bytes.ok ? importLog(bytes.value, formats) : bytes;
    if (!bytes.ok || !log.ok) {
      open.refused.push({ path, why: log.ok ? '' : log.error });
      continue;
    }
    const { registered, read } = log.value;
    const { format, workload } = registered;
    const file = open.files.length;
    if (open.samples.length + read.readings.length > mostSamples)
      throw new AssayError('USAGE', `expected at most ${mostSamples} samples, found more by ${path}`, {
        hint: 'Read fewer logs at a time.',
      });
    open.files.push({
      path,
      bytes: bytes.value.length,
      sha256: createHash('sha256').update(bytes.value).digest('hex'),
      format: format.id,
      title: format.title,
      origin: format.origin,
      workload: workload.id,
      ...(read.toolVersion === undefined ? {} : { toolVersion: read.toolVersion }),
      samples: read.readings.length,
      unmeasured: (read.unmeasured ?? []).map(({ why }) => why),
    });
    for (const { metric: name, value, dimensions, device, at, invalid } of read.readings) {
      const metric = workload.metrics[name];
      if (metric === undefined) continue; // the compiler refuses a format with such a reading
      const id = `${workload.id}.${name}`;
      open.samples.push({
        file,
        ...of,
        metric: id,
        title: metric.title,
        value,
        unit: metric.unit,
        better: metric.better,
        dimensions,
        tool: format.id,
        ...(device === undefined ? {} : { device }),
        at: at.map((each) => ('line' in each ? { line: each.line } : { pointer: each.pointer })),
        ...(invalid === undefined ? {} : { invalid }),
        ...(against === undefined
          ? {}
          : {
              held: holdAgainstLimits(
                { metric: id, value, dimensions, invalid, isWrong: metric.correctness === true && value > 0 },
                against.limits,
                against,
              ),
            }),
      });
    }
  }
}
