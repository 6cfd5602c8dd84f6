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

const [space, quote, colon, backslash] = [0x20, 0x22, 0x3a, 0x5c];

/** Colons outside of strings, of which JSON has one for each key; and whether there are too many levels. */
function scan(text: string): { readonly colons: number; readonly isTooDeep: boolean } {
  // Most texts are small. That they have few brackets is told faster than how deep those lie.
  if (!hasMoreBrackets(text, maxJsonLevels)) return { colons: countNamed(text), isTooDeep: false };
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

/** Whether more brackets open in a text than so many, those in strings among them. */
function hasMoreBrackets(text: string, most: number): boolean {
  let count = 0;
  for (const bracket of ['{', '['])
    for (let at = text.indexOf(bracket); at !== -1; at = text.indexOf(bracket, at + 1)) {
      count += 1;
      if (count > most) return true;
    }
  return false;
}

/** Strings that a colon follows, in a text that is JSON: those are its keys. */
function countNamed(text: string): number {
  let count = 0;
  for (let start = text.indexOf('"'); start !== -1; ) {
    let after = endOfString(text, start) + 1;
    while (text.charCodeAt(after) <= space) after += 1;
    if (text.charCodeAt(after) === colon) count += 1;
    start = text.indexOf('"', after);
  }
  return count;
}

/** Keys of a document of few levels in all depths, each once for each object. */
function countKeys(document: unknown): number {
  if (typeof document !== 'object' || document === null) return 0;
  let count = 0;
  if (Array.isArray(document)) for (const part of document) count += countKeys(part);
  else for (const key in document) count += 1 + countKeys((document as Record<string, unknown>)[key]);
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
