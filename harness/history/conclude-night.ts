import type { Night } from '../../reports/verdict/night.ts';
import { isExcused } from './night-machines.ts';

/** A required cell of the verdict, with the machines that it is about. */
export interface NightCell {
  readonly verdict: 'fail' | 'invalid' | 'missing' | 'inconclusive';
  readonly nodes: readonly string[];
}

/** Whether a cell that is undecided counts: not where a machine that it is about has an excuse for tonight. */
export const counts = ({ nodes }: NightCell, states: ReadonlyMap<string, string>): boolean =>
  !nodes.some((node) => isExcused(states.get(node) ?? ''));

/**
 * The exit code of a night: 3 nobody was reached · 1 a required cell fails, or an event was confirmed tonight · 2 a required cell of
 * a machine without an excuse is undecided, or a machine was not measured for too long · 3 nothing was measured · 0 nothing new.
 */
export function concludeNight(night: {
  readonly isReached: boolean;
  readonly failed: number;
  readonly undecided: number;
  readonly fresh: number;
  readonly machines: Night['machines'];
}): Night['exitCode'] {
  if (!night.isReached) return 3;
  if (night.failed > 0 || night.fresh > 0) return 1;
  if (night.undecided > 0 || night.machines.some(({ isOverdue }) => isOverdue)) return 2;
  return night.machines.some(({ state }) => state === 'measured') ? 0 : 3;
}
