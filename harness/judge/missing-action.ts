import type { Cell } from '../../reports/verdict/cell.ts';
import type { Said } from '../../reports/verdict/said.ts';
import type { Defect } from '../../reports/verdict/verdict.ts';

/** Gaps that the requirement's own owner has to close; all others are for whoever set up the run. */
const ownGaps: readonly Cell['missing'][] = ['no-subject', 'not-covered'];

/**
 * What to do about a cell that is not met for want of evidence; `undefined` where the requirement itself knows
 * best, because something was found that is not as it should be. Nobody replaces a part over a missing number.
 */
export function adviseOn({ verdict, missing }: Pick<Cell, 'verdict' | 'missing'>): Said | undefined {
  if (missing !== undefined) return missing === 'no-subject' ? undefined : { say: 'advice', on: missing };
  if (verdict === 'inconclusive') return { say: 'advice', on: 'near-limit' };
  return verdict === 'fail' ? undefined : { say: 'advice', on: 'unproven' };
}

/** Who has to act, where a gap says more than the requirement does. */
export function ownerOf({
  verdict,
  missing,
}: Pick<Cell, 'verdict' | 'missing'>): Defect['owner'] | undefined {
  const isFound = verdict === 'fail' || verdict === 'inconclusive';
  return isFound || ownGaps.includes(missing) ? undefined : 'configuration';
}
