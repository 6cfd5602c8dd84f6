import { readStrictly } from '../../workloads/kit/parse-json.ts';
import type { Result } from '../../workloads/kit/result.ts';
import { err, ok } from '../../workloads/kit/result.ts';

/**
 * The one text of a JSON value (RFC 8785): keys in the order of their UTF-16 code units, no white space, numbers as ECMAScript
 * prints them. What leaves out a key leaves it `undefined`. Throws RangeError for what has no such text: numbers that are not
 * finite, halves of surrogate pairs.
 */
export function canonical(value: unknown): string {
  switch (typeof value) {
    case 'string':
      if (!value.isWellFormed()) throw new RangeError('half of a surrogate pair has no UTF-8');
      return JSON.stringify(value);
    case 'number':
      if (!Number.isFinite(value)) throw new RangeError(`${value} is no number of JSON`);
      return JSON.stringify(value);
    case 'boolean':
      return String(value);
    case 'object':
      if (value === null) return 'null';
      if (Array.isArray(value)) return `[${value.map(canonical).join(',')}]`;
      return `{${Object.entries(value)
        .filter(([, part]) => part !== undefined)
        .toSorted(([a], [b]) => (a < b ? -1 : 1))
        .map(([key, part]) => `${canonical(key)}:${canonical(part)}`)
        .join(',')}}`;
    default:
      throw new RangeError(`${typeof value} is no value of JSON`);
  }
}

const utf8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

/**
 * The value of bytes that are its canonical text and no other: that leaves one text for each value, so that nothing can be
 * changed in it without changing what it says (white space, order, escapes, `1.0`, `-0`, a key twice).
 */
export function readCanonical(bytes: Uint8Array): Result<unknown> {
  let text: string;
  try {
    text = utf8.decode(bytes);
  } catch {
    return err('bytes that are no UTF-8');
  }
  const read = readStrictly(text);
  if (!read.ok) return err(`${read.error.found} instead of ${read.error.expected}`);
  let again: string;
  try {
    again = canonical(read.value);
  } catch (cause) {
    if (cause instanceof RangeError) return err(cause.message);
    throw cause;
  }
  return again === text ? ok(read.value) : err('another text than the canonical one of its value');
}
