import { hash } from 'node:crypto';
import { parseJson } from '../../workloads/kit/parse-json.ts';
import type { Result } from '../../workloads/kit/result.ts';
import { err, ok } from '../../workloads/kit/result.ts';
import { safeParse } from '../../workloads/kit/safe-parse.ts';
import { JournalRecord } from './journal-record.ts';

/** Lower-case hex SHA-256 of the exact bytes. */
export const sha256 = (bytes: string | Uint8Array): string => hash('sha256', bytes);

/** How far a chain is proven: its lines so far and the digest of the last one (of the run header when there is none). */
export interface ChainPlace {
  readonly records: number;
  readonly head: string;
}

/**
 * The record of the next line of a journal, and the place after it: `prev` of every line is the digest of the line before
 * it without its line feed, `prev` of the first is the digest of the run header, `seq` counts from 0.
 */
export function proveLink(
  line: string,
  { records, head }: ChainPlace,
): Result<{ readonly record: JournalRecord; readonly place: ChainPlace }> {
  const parsed = safeParse(JournalRecord, parseJson(line));
  if (!parsed.success) return err(parsed.error.issues[0]?.message ?? 'not a journal record');
  const { seq, prev } = parsed.data;
  if (seq !== records) return err(`expected seq ${records}, got ${seq}`);
  if (prev !== head) return err('does not continue the line before it');
  return ok({ record: parsed.data, place: { records: records + 1, head: sha256(line) } });
}

/**
 * The records of a whole journal that starts from `head`, proven. A torn last line (no line feed) is an error: only the
 * journal's writer may cut it.
 */
export function readChain(
  text: string,
  head: string,
): Result<{ readonly records: readonly JournalRecord[]; readonly place: ChainPlace }> {
  if (text !== '' && !text.endsWith('\n')) return err('the last line is torn (no line feed)');
  const records: JournalRecord[] = [];
  let place: ChainPlace = { records: 0, head };
  for (const line of text.split('\n').slice(0, -1)) {
    const link = proveLink(line, place);
    if (!link.ok) return err(`line ${place.records + 1}: ${link.error}`);
    records.push(link.value.record);
    place = link.value.place;
  }
  return ok({ records, place });
}
