import type { AsicAnswer } from '../../reports/verdict/asic-answer.ts';
import { askCgminer } from './ask-cgminer.ts';

/** So many are asked at once: half of a hall that is off may cost a minute, and no more. */
const together = 128;
const deadlineMs = 4000;

interface Asked {
  readonly name: string;
  readonly api?: 'cgminer' | undefined;
  readonly host?: string | undefined;
}

/** Asks all ASICs whose interface the inventory names; `onAnswer` is told of each as it comes. */
export async function askAsics(
  asics: readonly Asked[],
  onAnswer: (name: string, answer: AsicAnswer) => Promise<void>,
): Promise<void> {
  const open = asics.filter(({ api }) => api !== undefined);
  const work = async (): Promise<void> => {
    for (let next = open.shift(); next !== undefined; next = open.shift())
      await onAnswer(next.name, await askCgminer(next.host ?? next.name, deadlineMs));
  };
  await Promise.all(Array.from({ length: Math.min(together, open.length) }, work));
}
