import type { Result } from './result.ts';
import { err, ok } from './result.ts';

/** More levels than any document of ours has, and far fewer than whoever walks a value can descend. */
export const maxJsonLevels = 128;

/** What was expected of a JSON text, and what was found. */
export interface JsonFault {
  readonly expected: string;
  readonly found: string;
}

/** A JSON value, or `undefined` when the text is none that may be read (JSON has no `undefined`, so nothing is confused). */
export function parseJson(text: string): unknown {
  const read = readStrictly(text);
  return read.ok ? read.value : undefined;
}

/**
 * The value of a JSON text of few levels, each of whose objects has each key once: of two values nobody can say which
 * was meant, and other readers take the other one.
 */
export function readStrictly(text: string): Result<unknown, JsonFault> {
  const { colons, isTooDeep } = scan(text);
  if (isTooDeep) return err({ expected: `at most ${maxJsonLevels} levels`, found: 'more' });
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (cause) {
    if (!(cause instanceof SyntaxError)) throw cause;
    return err({ expected: 'one JSON document', found: `\`${text.trim().slice(0, 60)}\`` });
  }
  if (colons === countKeys(value)) return ok(value);
  return err({ expected: 'each key once', found: `${repeatedKey(text) ?? 'a key'} again` });
}

/** Does a JSON text have more levels than it may? Told without descending; of text that is no JSON nothing is told. */
export const isTooDeep = (text: string): boolean => scan(text).isTooDeep;

const [quote, colon, backslash] = [0x22, 0x3a, 0x5c];

/** Colons outside of strings, of which JSON has one for each key; and whether there are too many levels. */
function scan(text: string): { readonly colons: number; readonly isTooDeep: boolean } {
  let colons = 0;
  let levels = 0;
  for (let at = 0; at < text.length; at += 1) {
    switch (text.charCodeAt(at)) {
      case quote:
        at = endOfString(text, at);
        break;
      case colon:
        colons += 1;
        break;
      case 0x5b: // [
      case 0x7b: // {
        levels += 1;
        if (levels > maxJsonLevels) return { colons, isTooDeep: true };
        break;
      case 0x5d: // ]
      case 0x7d: // }
        levels -= 1;
        break;
    }
  }
  return { colons, isTooDeep: false };
}

/** Keys of a document in all depths, each once for each object. */
function countKeys(document: unknown): number {
  let count = 0;
  const open = [document];
  for (let value = open.pop(); value !== undefined; value = open.pop()) {
    if (typeof value !== 'object' || value === null) continue;
    const parts: readonly unknown[] = Object.values(value);
    if (!Array.isArray(value)) count += parts.length;
    for (const part of parts) if (typeof part === 'object') open.push(part);
  }
  return count;
}

/** A key that an object of this text, which is JSON, has twice; with its quotes. */
function repeatedKey(text: string): string | undefined {
  const objects: Set<string>[] = [];
  for (let at = 0; at < text.length; at += 1) {
    if (text[at] === '{') objects.push(new Set());
    if (text[at] === '}') objects.pop();
    if (text[at] !== '"') continue;
    // No pattern for it: one that is long takes more of the stack than there is.
    const end = endOfString(text, at);
    const key = text.slice(at, end + 1);
    at = end;
    if (!/^\s*:/.test(text.slice(end + 1, end + 100))) continue;
    if (objects.at(-1)?.has(key) === true) return key.slice(0, 100);
    objects.at(-1)?.add(key);
  }
  return undefined;
}

/** Where the string that begins at a quote ends: at the next one that no odd number of backslashes stands before. */
function endOfString(text: string, start: number): number {
  for (let end = text.indexOf('"', start + 1); end !== -1; end = text.indexOf('"', end + 1)) {
    let escapes = 0;
    while (text.charCodeAt(end - 1 - escapes) === backslash) escapes += 1;
    if (escapes % 2 === 0) return end;
  }
  return text.length;
}
