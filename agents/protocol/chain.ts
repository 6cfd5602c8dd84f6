import { createHash } from 'node:crypto';
import type { Result } from '../../workloads/kit/result.ts';
import { err, ok } from '../../workloads/kit/result.ts';
import { JournalRecord } from './journal-record.ts';
import { parseJson } from './parse-json.ts';

/** Lower-case hex SHA-256 of the exact bytes. */
export const sha256 = (bytes: string | Uint8Array): string =>
  createHash('sha256').update(bytes).digest('hex');

/**
 * Reads a journal and proves its chain: `prev` of every line is the digest of the line before it without its
 * line feed, `prev` of the first is `headDigest` (the run header), `seq` counts from 0. A torn last line
 * (no line feed) is an error here; only the journal's writer may cut it.
 */
export function readChain(text: string, headDigest: string): Result<readonly JournalRecord[]> {
  if (text !== '' && !text.endsWith('\n')) return err('the last line is torn (no line feed)');
  const records: JournalRecord[] = [];
  let prev = headDigest;
  for (const [seq, line] of text.split('\n').slice(0, -1).entries()) {
    const parsed = parseRecord(line);
    if (!parsed.ok) return err(`line ${seq + 1}: ${parsed.error}`);
    if (parsed.value.seq !== seq) return err(`line ${seq + 1}: expected seq ${seq}, got ${parsed.value.seq}`);
    if (parsed.value.prev !== prev) return err(`line ${seq + 1}: does not continue the line before it`);
    records.push(parsed.value);
    prev = sha256(line);
  }
  return ok(records);
}

function parseRecord(line: string): Result<JournalRecord> {
  const parsed = JournalRecord.safeParse(parseJson(line));
  return parsed.success ? ok(parsed.data) : err(parsed.error.issues[0]?.message ?? 'not a journal record');
}
