import type { Unit } from '../../../workloads/kit/unit.ts';
import { cleanText } from '../../text/clean-text.ts';
import { formatBeside, formatExact, formatQuantity } from './format-quantity.ts';
import { formatWords } from './format-words.ts';

/** Facts carry their unit at the end of their name (HostFacts): `memory.totalBytes`. */
const endings: readonly (readonly [RegExp, Unit])[] = [
  [/bytes$/i, 'B'],
  [/bitsPerSecond$/i, 'bit/s'],
  [/watts$/i, 'W'],
  [/seconds$/i, 's'],
];

type FactValue = string | number | boolean;

/** The value of a fact as people read it: beside a numeric limit with the digits that tell them apart. */
export function formatFact(value: FactValue, path: string, limit?: unknown): string {
  const unit = unitOf(path);
  if (typeof value !== 'number' || unit === undefined) return plain(value);
  return typeof limit === 'number' ? formatBeside(value, limit, unit) : formatQuantity(value, unit);
}

/** What a fact is expected to be, with all its digits. Without a path, a number is only a number. */
export function formatExpectedFact(value: FactValue, path: string | undefined): string {
  const unit = path === undefined ? undefined : unitOf(path);
  return typeof value !== 'number' || unit === undefined ? plain(value) : formatExact(value, unit);
}

/** A fact of a node for a reader: name without its unit, value with it. `totalBytes` 25276502016 is `total`, `25.28 GB`. */
export function formatNodeFact(
  name: string,
  value: string,
): { readonly name: string; readonly value: string } {
  const ending = endings.find(([pattern]) => pattern.test(name))?.[0];
  const isNumber = /^-?\d+(\.\d+)?$/.test(value) && Number.isFinite(Number(value));
  if (ending === undefined || !isNumber) return { name: formatWords(name), value: plain(value) };
  return {
    name: formatWords(name.replace(ending, '')) || formatWords(name),
    value: formatFact(Number(value), name),
  };
}

const unitOf = (path: string): Unit | undefined => endings.find(([ending]) => ending.test(path))?.[1];

function plain(value: FactValue): string {
  if (typeof value === 'boolean') return value ? 'yes' : 'no';
  if (typeof value === 'string') return value === '' ? '(empty)' : cleanText(value);
  return String(value).replace('-', '\u2212');
}
