import type { Dimensions } from '../../workloads/kit/sample.ts';
import type { LimitClass } from './published.ts';
import type { Statement } from './statements.ts';
import { isWithin } from './statements.ts';

/** The most that a class can do, and the statements that say so. */
export interface Ceiling {
  readonly value: number;
  readonly from: readonly Statement[];
}

/**
 * The largest of the peaks that are published for this: sources differ by what they round. A collective inside a node is bound by
 * the links of its cards, `collectiveCeiling`.
 */
export function ceilingOf(
  about: LimitClass,
  quantity: string,
  where: Dimensions,
  statements: readonly Statement[],
): Ceiling | undefined {
  const own = highest(
    statements.filter(
      (each) => each.class.id === about.id && each.quantity === quantity && isWithin(each.where, where),
    ),
  );
  if (own !== undefined || quantity !== 'all-reduce') return own;
  const link = highest(
    statements.filter((each) => each.class.id === about.of && each.quantity === 'peer-copy'),
  );
  return link === undefined
    ? undefined
    : {
        ...link,
        value: collectiveCeiling(
          link.value,
          about.count ?? 1,
          about.nvls === true && where['algorithm'] !== 'ring',
        ),
      };
}

function highest(statements: readonly Statement[]): Ceiling | undefined {
  const from = statements.filter(({ peak }) => peak !== undefined && peak > 0);
  return from.length === 0 ? undefined : { value: Math.max(...from.map(({ peak = 0 }) => peak)), from };
}

/**
 * Bus bandwidth of an all-reduce at most, by one direction of a card's links: a ring moves no more than they do; switches that
 * add up themselves (NVLS) save what the factor of bus bandwidth adds, 2 (n − 1) ÷ n. Which of the two ran is often not said, so
 * where both can be it is the larger one (nccl-tests, doc/PERFORMANCE.md: the factor).
 */
export const collectiveCeiling = (link: number, ranks: number, hasNvls: boolean): number =>
  hasNvls ? (link * 2 * (ranks - 1)) / ranks : link;
