import type { Unit } from '../../../workloads/kit/unit.ts';
import { cleanText } from '../../text/clean-text.ts';
import type { FactValue } from '../said-parts.ts';
import type { NodeFact } from '../sheet.ts';
import { formatBeside, formatExact, formatQuantity } from './format-quantity.ts';
import { formatWords } from './format-words.ts';
import { noReason } from './verdict-words.ts';

/** The value of a fact as people read it: beside a numeric limit with the digits that tell them apart. */
export function formatFact(value: FactValue, unit: Unit | undefined, limit?: unknown): string {
  if (typeof value !== 'number' || unit === undefined) return plain(value);
  return typeof limit === 'number' ? formatBeside(value, limit, unit) : formatQuantity(value, unit);
}

/** What a fact is expected to be, with all its digits. Without a unit, a number is only a number. */
export const formatExpectedFact = (value: FactValue, unit: Unit | undefined): string =>
  typeof value !== 'number' || unit === undefined ? plain(value) : formatExact(value, unit);

/** A unit as the names of amounts end in it: `totalBytes`. */
const endings: Readonly<Partial<Record<Unit, string>>> = {
  B: 'bytes',
  'bit/s': 'bits per second',
  W: 'watts',
  s: 'seconds',
};

/** Longer lists (CPU flags) are counted; the probes in the run directory have every entry. */
const longestList = 12;

/** A fact of a node for a reader: `memory totalBytes` 25276502016 is `total`, `25.28 GB`. Absent values say why. */
export function formatNodeFact({ name, value, unit, unknown }: Omit<NodeFact, 'group'>): {
  readonly name: string;
  readonly value: string;
} {
  const words = formatWords(name);
  const ending = unit === undefined ? undefined : endings[unit];
  const isShort = ending !== undefined && value !== undefined && words.endsWith(` ${ending}`);
  return {
    name: isShort ? words.slice(0, -ending.length - 1) : words,
    value: value === undefined ? `unknown: ${unknown ?? noReason}` : formatNodeValue(value, unit),
  };
}

function formatNodeValue(value: NonNullable<NodeFact['value']>, unit: Unit | undefined): string {
  if (!Array.isArray(value)) return formatFact(value, unit);
  if (value.length === 0) return 'none';
  return value.length > longestList
    ? `${value.length} entries`
    : value.map((each) => formatFact(each, unit)).join(', ');
}

function plain(value: FactValue): string {
  if (typeof value === 'boolean') return value ? 'yes' : 'no';
  if (typeof value === 'string') return value === '' ? '(empty)' : cleanText(value);
  return String(value).replace('-', '\u2212');
}
