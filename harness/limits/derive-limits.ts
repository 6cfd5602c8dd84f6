import { AssayError } from '../../workloads/kit/assay-error.ts';
import type { Limit } from '../../workloads/kit/limit.ts';
import type { Dimensions } from '../../workloads/kit/sample.ts';
import type { Metric } from '../../workloads/kit/workload.ts';
import type { Ceiling } from './ceiling-of.ts';
import { ceilingOf } from './ceiling-of.ts';
import { chooseValue } from './choose-value.ts';
import { describeRule, listEvidence, ruleOfCeiling } from './describe-limit.ts';
import { findSlips } from './find-slips.ts';
import type { Published, Row } from './published.ts';
import { quantities } from './quantities.ts';
import type { Reason } from './reasons.ts';
import type { Statement } from './statements.ts';
import { keyOf, listStatements } from './statements.ts';

/** A limit that follows from published rows, with the class and the quantity that it is for. */
export interface DerivedLimit {
  readonly limit: Limit;
  readonly class: string;
  readonly quantity: string;
}

export interface Derived {
  readonly limits: readonly DerivedLimit[];
  /** Those of metrics that no workload declares yet: they become limits on the day that one does. */
  readonly waiting: readonly DerivedLimit[];
  /** Rows that stand behind a limit that there is, derived or written by a person. */
  readonly used: readonly Row[];
  readonly unused: readonly { readonly row: Row; readonly reason: Reason }[];
}

/**
 * The limits that published rows give. Throws LIMIT_REFUSED for a name that nothing declares, and where a metric is declared in
 * another unit than these tables are read in.
 */
export function deriveLimits(published: Published, metrics: ReadonlyMap<string, Metric>): Derived {
  const all = listStatements(published, metrics);
  const refused = findSlips(all, (each, among) => ceilingFor(each, [...among, ...linksOf(each, all)]));
  const sound = all.filter((each) => !refused.has(each));
  const groups = Map.groupBy(sound, ({ class: { id }, quantity, where }) =>
    JSON.stringify([id, quantity, keyOf(where)]),
  );
  const made = [...groups.values()].flatMap((group) => fromGroup(group, sound, published));
  const has = new Set(made.map(({ about }) => about));
  const heldOnes = new Set(sound.filter(({ row }) => row.held !== undefined).map(aboutOf));
  const bySubject = Map.groupBy(sound, aboutOf);
  const ceilings = [...bySubject].flatMap(([about, statements]) =>
    has.has(about) || heldOnes.has(about) ? [] : fromPeaks(statements, published),
  );
  const limits = [...made, ...ceilings].toSorted((a, b) => (a.limit.id < b.limit.id ? -1 : 1));
  const there = limits.filter(({ limit }) => isDeclared(limit, metrics));
  const waiting = limits.filter((each) => !there.includes(each));
  const used = new Set([
    ...there.flatMap(({ rows }) => rows),
    ...published.rows.filter(({ held }) => held !== undefined),
  ]);
  return {
    limits: there,
    waiting,
    used: published.rows.filter((row) => used.has(row)),
    unused: published.rows.flatMap((row) =>
      used.has(row) ? [] : [{ row, reason: reasonOf(row, all, refused, waiting) }],
    ),
  };
}

interface Made extends DerivedLimit {
  readonly about: string;
  readonly rows: readonly Row[];
}

const aboutOf = ({ class: { id }, quantity }: Statement): string => `${id} ${quantity}`;

const ceilingFor = (each: Statement, among: readonly Statement[]): Ceiling | undefined =>
  ceilingOf(
    each.class,
    each.quantity,
    each.where,
    among.filter(({ target }) => target.unit === each.target.unit),
  );

/** What the cards of a node say of their links: that bounds a collective in it. */
const linksOf = ({ class: { of } }: Statement, all: readonly Statement[]): readonly Statement[] =>
  of === undefined ? [] : all.filter(({ class: { id }, quantity }) => id === of && quantity === 'peer-copy');

function fromGroup(
  group: readonly Statement[],
  sound: readonly Statement[],
  published: Published,
): readonly Made[] {
  const chosen = chooseValue(group);
  const [first] = group;
  if (chosen === undefined || first === undefined || group.some(({ row }) => row.held !== undefined))
    return [];
  const ceiling = ceilingFor(first, sound);
  const behind = [chosen.from, ...group.filter((each) => each !== chosen.from)];
  const { why, value } = chosen;
  const said = {
    comparator: 'atLeast',
    value,
    ...(ceiling === undefined ? {} : { ceiling: ceiling.value }),
    ...(why.kind === 'shown' ? { decides: false as const } : {}),
    rule: describeRule(chosen),
    evidence: listEvidence(behind, ceiling, why.kind === 'derived', published),
  } as const;
  return [make(first, said, [...behind, ...(ceiling?.from ?? [])])];
}

/** Where nothing else came of a class and a quantity, the most that it can do. */
function fromPeaks(statements: readonly Statement[], published: Published): readonly Made[] {
  const [first] = statements.filter(({ peak }) => peak !== undefined && peak > 0);
  const ceiling = first && ceilingFor(first, statements);
  if (first === undefined || ceiling === undefined) return [];
  const said = {
    comparator: 'atMost',
    value: ceiling.value,
    ceiling: ceiling.value,
    decides: false,
    rule: ruleOfCeiling,
    evidence: listEvidence([], ceiling, false, published),
  } as const;
  return [make(first, said, ceiling.from)];
}

function make(
  { class: about, quantity, target, where }: Statement,
  said: Pick<Limit, 'comparator' | 'value' | 'ceiling' | 'decides' | 'rule' | 'evidence'>,
  rows: readonly Statement[],
): Made {
  const [workload] = target.metric.split('.');
  const { comparator, value, ceiling, decides, rule, evidence } = said;
  return {
    about: `${about.id} ${quantity}`,
    class: about.id,
    quantity,
    rows: rows.map(({ row }) => row),
    limit: {
      id: [`${workload}.${about.id}`, quantity, ...wordsOf(where, target.where)].join('-'),
      metric: target.metric,
      where,
      proof: {},
      comparator,
      value,
      unit: target.unit,
      ...(ceiling === undefined ? {} : { ceiling }),
      ...(decides === undefined ? {} : { decides }),
      hardware: { class: about.id, ...(about.models === undefined ? {} : { models: about.models }) },
      rule,
      evidence,
    },
  };
}

/** Dimensions that every limit of their quantity has, or that say what is usual. */
const usual = new Set(['collective', 'concurrency', 'part', 'bidirectional']);

/** What tells limits of one class and quantity apart. */
function wordsOf(where: Dimensions, shared: Dimensions): string[] {
  const words = Object.entries(where).flatMap(([key, value]): string[] => {
    if (shared[key] === value || usual.has(key) || (key === 'nodes' && value === 1)) return [];
    if (key === 'nodes') return [`${String(value)}-nodes`];
    if (key === 'bytes') return [`${String(value)}-bytes`];
    if (typeof value === 'boolean') return [value ? key : `no-${key}`];
    return [String(value)];
  });
  return words.map((word) => word.toLowerCase());
}

function isDeclared({ id, metric, unit }: Limit, metrics: ReadonlyMap<string, Metric>): boolean {
  const declared = metrics.get(metric);
  if (declared === undefined || declared.unit === unit) return declared !== undefined;
  throw new AssayError(
    'LIMIT_REFUSED',
    `${id}: expected \`${unit}\`, the unit that tables of ${metric} are read in, got \`${declared.unit}\``,
    { hint: 'Name the unit of the metric in harness/limits/quantities.ts.' },
  );
}

/** Why a row stands behind no limit that there is: by itself, by what a rule found, or for want of a metric. */
function reasonOf(
  row: Row,
  all: readonly Statement[],
  refused: ReadonlyMap<Statement, Reason>,
  waiting: readonly Made[],
): Reason {
  const own = quantities[row.quantity]?.reason ?? row.aside;
  if (waiting.some(({ rows }) => rows.includes(row))) return 'metric-not-declared';
  if (own !== undefined) return own;
  const slip = all.flatMap((each) => (each.row === row ? (refused.get(each) ?? []) : []))[0];
  return slip ?? 'of-one-fabric';
}
