import type { Statement } from './statements.ts';
import { toBase } from './statements.ts';

/** Of the lowest measurement: below it a half-broken machine holds the floor, and nothing is told by it. */
const discriminating = 0.8;
/** What NVIDIA asks of a cloud on each workload, as a share of its baseline (sources.yaml, `exemplar`). */
export const kept = 0.95;

/** The value of a limit, with why it is this one. */
export interface Chosen {
  readonly value: number;
  /** Whose it is, or whose measurement it is a share of. */
  readonly from: Statement;
  readonly why:
    | { readonly kind: 'published'; readonly share?: number }
    | { readonly kind: 'derived' }
    | { readonly kind: 'shown'; readonly because: 'advisory' | 'trees' | 'network' }
    | { readonly kind: 'shown'; readonly because: 'low'; readonly share: number };
}

/**
 * The floor among statements that are for the same class, quantity and dimensions, none of them refused: the highest that is published
 * and tells healthy from broken. Where a procedure has measurements and nobody's floor, a share of the lowest one. Else
 * the highest floor, to be shown.
 */
export function chooseValue(statements: readonly Statement[]): Chosen | undefined {
  const floors = statements
    .flatMap((from) => (from.min === undefined ? [] : [weigh(from, from.min, statements)]))
    .toSorted((a, b) => b.value - a.value);
  return floors.find(({ why }) => why.kind === 'published') ?? derive(statements) ?? floors[0];
}

function weigh(from: Statement, value: number, statements: readonly Statement[]): Chosen {
  const lowest = lowestOf(statements.filter(({ row }) => row.by === from.row.by));
  const share = lowest === undefined ? undefined : value / lowest;
  if (usesTrees(from)) return { value, from, why: { kind: 'shown', because: 'trees' } };
  if (isAcross(from)) return { value, from, why: { kind: 'shown', because: 'network' } };
  if (share !== undefined && share < discriminating)
    return { value, from, why: { kind: 'shown', because: 'low', share } };
  if (from.row.advisory === true) return { value, from, why: { kind: 'shown', because: 'advisory' } };
  return { value, from, why: { kind: 'published', ...(share === undefined ? {} : { share }) } };
}

/**
 * On two nodes NCCL takes a tree, and bus bandwidth exceeds the wire: with three rails of eight dead the number of a healthy pair is
 * still reached (github.com/NVIDIA/nccl-tests/issues/196).
 */
const usesTrees = ({ where }: Statement): boolean =>
  where['nodes'] === 2 && where['collective'] === 'allReduce' && where['algorithm'] !== 'ring';

/** 0.95 of the lowest measurement of a procedure for which nobody has a floor, four digits of it, rounded down. */
function derive(statements: readonly Statement[]): Chosen | undefined {
  const procedures = Map.groupBy(statements, ({ row }) => row.by);
  const derived = [...procedures.values()].flatMap((those): Chosen[] => {
    const [lowest] = those
      .filter(({ expected }) => expected !== undefined)
      .toSorted((a, b) => (a.expected ?? 0) - (b.expected ?? 0));
    if (lowest === undefined || those.some(({ min }) => min !== undefined) || isAcross(lowest)) return [];
    const value = toBase(roundDown(kept * (lowest.row.expected ?? 0)), lowest.factor ?? 1);
    return [{ value, from: lowest, why: { kind: 'derived' } }];
  });
  return derived.toSorted((a, b) => b.value - a.value)[0];
}

/** Across nodes a network is measured, and a class of nodes says nothing of it. */
const isAcross = ({ where }: Statement): boolean => typeof where['nodes'] === 'number' && where['nodes'] > 1;

function lowestOf(statements: readonly Statement[]): number | undefined {
  const values = statements.flatMap(({ expected }) => expected ?? []);
  return values.length === 0 ? undefined : Math.min(...values);
}

function roundDown(value: number): number {
  const step = 10 ** (Math.floor(Math.log10(value)) - 3);
  return Number((Math.floor(value / step + 1e-9) * step).toPrecision(4));
}
