import crypto from 'node:crypto';
import { promises } from 'node:fs';
import type { Profiler } from 'node:inspector';
import { Session } from 'node:inspector/promises';
import { syncBuiltinESMExports } from 'node:module';
import { fileURLToPath } from 'node:url';

/** What some work did, by what it is: so many files, bytes, documents, reads of an element, blocks of code that were run. */
export interface Operations {
  readonly counts: Readonly<Record<string, number>>;
  /** Blocks that were run, by the function of ours that they are in. */
  readonly functions: ReadonlyMap<string, number>;
}

// From the beginning: V8 counts blocks only in what it compiles afterwards, and never again what was stopped.
const session = new Session();
session.connect();
await session.post('Profiler.enable');
await session.post('Profiler.startPreciseCoverage', { callCount: true, detailed: true });

const root = fileURLToPath(new URL('../..', import.meta.url));

/**
 * Counts what `work` does, by means of the runtime alone: its calls are wrapped, and V8 counts every block of code. What V8
 * does by itself in an array (`includes`) is counted when `work` gets its arrays from `watched`.
 */
export async function countOperations<T>(
  work: (watched: <V>(value: V) => V) => Promise<T> | T,
): Promise<Operations & { readonly result: T }> {
  const counts = { files: 0, bytesHashed: 0, documents: 0, charactersParsed: 0, elementsRead: 0, blocks: 0 };
  const restore = [
    wrap(promises, ['open', 'readFile', 'readdir'], () => (counts.files += 1)),
    wrap(crypto, ['hash'], (_, data) => {
      counts.bytesHashed += typeof data === 'string' ? Buffer.byteLength(data) : (data as Uint8Array).length;
    }),
    wrap(JSON, ['parse'], (text) => {
      counts.documents += 1;
      counts.charactersParsed += String(text).length;
    }),
  ];
  syncBuiltinESMExports();
  try {
    await session.post('Profiler.takePreciseCoverage'); // what was run before is not ours
    const result = await work((value) => watch(value, () => (counts.elementsRead += 1)));
    const coverage = await session.post('Profiler.takePreciseCoverage');
    const functions = sumBlocks(coverage.result);
    for (const blocks of functions.values()) counts.blocks += blocks;
    return { result, counts, functions };
  } finally {
    for (const undo of restore) undo();
    syncBuiltinESMExports();
  }
}

/** Has calls of these methods noted before they are made. Returns what undoes it. */
function wrap<O extends object>(
  owner: O,
  names: readonly (keyof O)[],
  note: (...args: readonly unknown[]) => void,
) {
  const originals = names.map((name) => [name, owner[name]] as const);
  for (const [name, original] of originals) {
    const call = original as (...args: unknown[]) => unknown; // all of these are methods
    owner[name] = function (this: unknown, ...args: unknown[]) {
      note(...args);
      return call.apply(this, args);
    } as O[typeof name];
  }
  return (): void => {
    for (const [name, original] of originals) owner[name] = original;
  };
}

/** The same value, with every array in it replaced by one that notes when an element is read. */
function watch<V>(value: V, note: () => void, seen = new Map<unknown, unknown>()): V {
  const isPlain =
    typeof value === 'object' && value !== null && Object.getPrototypeOf(value) === Object.prototype;
  if (!isPlain && !Array.isArray(value)) return value;
  const known = seen.get(value);
  if (known !== undefined) return known as V;
  if (Array.isArray(value)) {
    const items: unknown[] = [];
    const watched = new Proxy(items, {
      get: (target, key, receiver): unknown => {
        if (typeof key === 'string' && /^\d/.test(key)) note();
        return Reflect.get(target, key, receiver);
      },
    });
    seen.set(value, watched);
    for (const item of value) items.push(watch<unknown>(item, note, seen));
    return watched as V;
  }
  const copy: Record<string, unknown> = {};
  seen.set(value, copy);
  for (const [key, item] of Object.entries(value as object)) copy[key] = watch<unknown>(item, note, seen);
  return copy as V;
}

/** Blocks that were run, by file and function; one without a name counts to the function around it. */
function sumBlocks(scripts: readonly Profiler.ScriptCoverage[]): ReadonlyMap<string, number> {
  const sums = new Map<string, number>();
  for (const { url, functions } of scripts) {
    if (!url.startsWith('file://')) continue;
    const file = fileURLToPath(url).slice(root.length);
    if (!/^(harness|agents|workloads|reports)\//.test(file)) continue;
    const named = functions.filter(({ functionName }) => functionName !== '');
    for (const { functionName, ranges } of functions) {
      const [start, end] = [ranges[0]?.startOffset ?? 0, ranges[0]?.endOffset ?? 0];
      const around = named.findLast(
        ({ ranges: [range] }) => (range?.startOffset ?? 0) <= start && (range?.endOffset ?? 0) >= end,
      );
      const name = `${file} ${functionName === '' ? (around?.functionName ?? '') : functionName}`;
      const blocks = ranges.reduce((sum, { count }) => sum + count, 0);
      sums.set(name, (sums.get(name) ?? 0) + blocks);
    }
  }
  return sums;
}
