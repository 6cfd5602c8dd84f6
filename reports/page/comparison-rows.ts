import { nameOf } from '../../workloads/kit/subject.ts';
import type { ComparisonRow, Outcome } from '../verdict/comparison.ts';
import { outcomeMarks, outcomeWords } from '../verdict/words/comparison-words.ts';
import { formatDimensions } from '../verdict/words/format-dimensions.ts';
import type { Tone, Word } from './content.ts';

/** How good an outcome is, as the colour of its word says too. */
export const tones: Readonly<Record<Outcome, Tone>> = {
  inferior: 'bad',
  undecided: 'doubt',
  'not-compared': 'doubt',
  vanished: 'lost',
  appeared: 'none',
  'non-inferior': 'good',
};

/** An outcome as a word with its mark. */
export const outcomeWord = (outcome: Outcome): Word => ({
  kind: 'word',
  tone: tones[outcome],
  mark: outcomeMarks[outcome],
  text: outcomeWords[outcome],
});

/** Who a row is about: the machine, its device, or the group. */
export const subjectText = ({ subject }: Pick<ComparisonRow, 'subject'>): string => nameOf(subject);

/** What was measured, with which dimensions. */
export const metricText = ({ title, dimensions }: Pick<ComparisonRow, 'title' | 'dimensions'>): string =>
  [title, formatDimensions(dimensions)].filter((text) => text !== '').join(' · ');
