import type { Verdict } from '../verdict/verdict.ts';
import { cleanText } from '../text/clean-text.ts';
import { groupBy } from './group-by.ts';

/** `14 planned steps: 12 completed, 1 timeout, 1 skipped`: nothing that was tried is left out. */
export function countAttempts({ attempts }: Pick<Verdict, 'attempts'>): string {
  if (attempts.length === 0) return 'No step was planned.';
  const counts = groupBy(attempts, (attempt) => attempt.execution);
  const words = [...counts].map(([execution, steps]) => `${steps.length} ${cleanText(execution)}`).join(', ');
  return `${attempts.length} planned ${attempts.length === 1 ? 'step' : 'steps'}: ${words}.`;
}
