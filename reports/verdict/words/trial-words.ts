import type { Trial } from '../verdict.ts';

/** As cells are marked: good met its limit, bad did not, unknown says nothing about those who took part. */
export const trialMarks: Readonly<Record<Trial['outcome'], string>> = { good: '●', bad: '✖', unknown: '○' };

/** `19 measurements across nodes: 15 good, 3 bad, 1 unknown; 4 of them added to find out who is to blame.` */
export function trialWords(trials: readonly Trial[]): string {
  const count = (outcome: Trial['outcome']): number =>
    trials.filter((trial) => trial.outcome === outcome).length;
  const extra = trials.filter(({ isExtra }) => isExtra).length;
  const added = extra === 0 ? '' : `; ${extra} of them added to find out who is to blame`;
  return `${trials.length} ${trials.length === 1 ? 'measurement' : 'measurements'} across nodes: ${count('good')} good, ${count('bad')} bad, ${count('unknown')} unknown${added}.`;
}
