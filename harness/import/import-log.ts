import type { Result } from '../../workloads/kit/result.ts';
import { err, ok } from '../../workloads/kit/result.ts';
import type { ParsedStep } from '../../workloads/kit/tool.ts';
import { whyImpossible } from '../../workloads/kit/why-impossible.ts';
import type { RegisteredLog } from '../../workloads/registry.ts';

export interface ImportedLog {
  readonly registered: RegisteredLog;
  readonly read: ParsedStep;
}

/**
 * A log by the one format that its text is of; else why it is not understood. What no machine can do is kept and called invalid, as in a
 * run; and so is what a stand-in says.
 */
export function importLog(bytes: Uint8Array, formats: readonly RegisteredLog[]): Result<ImportedLog> {
  const text = textOf(bytes);
  if (!text.ok) return text;
  const own = formats.filter(({ format }) => format.mark.test(text.value));
  const [registered, another] = own;
  if (registered === undefined)
    return err(`of no format that is known here: it begins with \`${firstWords(text.value)}\``);
  if (another !== undefined)
    return err(
      `it has logs of several formats in it: ${own.map(({ format }) => format.title).join(' and ')}`,
    );
  const { format, workload } = registered;
  const read = format.read(text.value);
  if (!read.ok) return err(`${format.title}: ${read.error}`);
  const readings = read.value.readings.map((reading) => {
    const metric = workload.metrics[reading.metric];
    const impossible = metric === undefined ? undefined : whyImpossible(reading, metric, {});
    const invalid = reading.invalid ?? impossible;
    return invalid === undefined ? reading : { ...reading, invalid };
  });
  const [nothing] = read.value.unmeasured ?? [];
  return readings.length === 0
    ? err(
        `${format.title}: it has no number that can be used${nothing === undefined ? '' : `: ${nothing.why}`}`,
      )
    : ok({ registered, read: { ...read.value, readings } });
}

/** UTF-8 and nothing else: what was decoded by guessing is not what was printed. Lines may end as on Windows. */
function textOf(bytes: Uint8Array): Result<string> {
  if (bytes.length === 0) return err('it is empty');
  if (bytes.includes(0)) return err('it is no text: it has NUL in it');
  try {
    const text = new TextDecoder('utf-8', { fatal: true }).decode(bytes);
    return ok(text.replaceAll('\r\n', '\n'));
  } catch (cause) {
    if (!(cause instanceof TypeError)) throw cause;
    return err('it is no text in UTF-8');
  }
}

const firstWords = (text: string): string => text.trim().split('\n', 1)[0]?.slice(0, 60) ?? '';
