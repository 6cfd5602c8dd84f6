import { AssayError } from '../../workloads/kit/assay-error.ts';
import type { Dimensions } from '../../workloads/kit/sample.ts';
import type { Metric } from '../../workloads/kit/workload.ts';
import { suggestName } from '../config/nearest-name.ts';
import type { LimitClass, Published, Row } from './published.ts';
import type { Quantity } from './quantities.ts';
import { factorOf, quantities } from './quantities.ts';
import { isOnMeasured } from './reasons.ts';

/** What a row says about one of its classes and one quantity that a metric holds, in the metric's base unit. */
export interface Statement {
  readonly row: Row;
  readonly class: LimitClass;
  readonly quantity: string;
  readonly target: NonNullable<Quantity['target']>;
  readonly where: Dimensions;
  /** Base units in one of the row's; `undefined` when these are units of something else. */
  readonly factor: number | undefined;
  readonly peak?: number;
  readonly expected?: number;
  readonly min?: number;
}

/** The statements of all rows that any metric could hold. Throws LIMIT_REFUSED for a name that nothing declares. */
export function listStatements(
  { rows, classes, sources }: Published,
  metrics: ReadonlyMap<string, Pick<Metric, 'unit'>>,
): readonly Statement[] {
  const byId = new Map(classes.map((each) => [each.id, each]));
  return rows.flatMap((row) => {
    const quantity = find(quantities, row.quantity, 'quantity');
    find(sources, row.from, 'source');
    const about = row.for.map((id) => find(Object.fromEntries(byId), id, 'class'));
    if (quantity.reason !== undefined || (row.aside !== undefined && !isOnMeasured(row.aside))) return [];
    const names = quantity.bounds ?? [row.quantity];
    return about.flatMap((each) => names.flatMap((name) => state(row, each, name, metrics)));
  });
}

function state(
  row: Row,
  about: LimitClass,
  name: string,
  metrics: ReadonlyMap<string, Pick<Metric, 'unit'>>,
): readonly Statement[] {
  const { target } = find(quantities, name, 'quantity');
  if (target === undefined) return [];
  // A metric of bandwidth may be declared in bits or in bytes.
  const declared = metrics.get(target.metric)?.unit ?? target.unit;
  const unit = factorOf(row.unit, declared) === undefined ? target.unit : declared;
  const factor = factorOf(row.unit, unit);
  const inBase = (value: number | undefined): number | undefined =>
    value === undefined || factor === undefined ? undefined : toBase(value, factor);
  const [peak, expected, min] = [
    inBase(row.peak),
    row.aside === undefined ? inBase(row.expected) : undefined,
    inBase(row.min),
  ];
  return [
    {
      row,
      class: about,
      quantity: name,
      target: { ...target, unit },
      where: { ...target.where, ...row.where },
      factor,
      ...(peak === undefined ? {} : { peak }),
      ...(expected === undefined ? {} : { expected }),
      ...(min === undefined ? {} : { min }),
    },
  ];
}

/** Whole base units, so that 23.33 GB/s is no 23329999999.999996 B/s. */
export const toBase = (value: number, factor: number): number =>
  factor < 1 ? value * factor : Math.round(value * factor);

function find<T>(among: Readonly<Record<string, T>>, name: string, what: string): T {
  const found = Object.hasOwn(among, name) ? among[name] : undefined;
  if (found !== undefined) return found;
  throw new AssayError('LIMIT_REFUSED', `published rows: expected a ${what}, got \`${name}\``, {
    hint: suggestName(name, Object.keys(among)) ?? 'Correct the row, or declare it.',
  });
}

/** Are all dimensions of the one among those of the other? */
export const isWithin = (inner: Dimensions, outer: Dimensions): boolean =>
  Object.entries(inner).every(([key, value]) => outer[key] === value);

/** One text for equal dimensions. */
export const keyOf = (where: Dimensions): string =>
  JSON.stringify(Object.entries(where).toSorted(([a], [b]) => (a < b ? -1 : 1)));
