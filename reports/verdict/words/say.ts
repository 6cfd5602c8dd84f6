import type { Spoken } from '../said.ts';
import { cellSentences } from './cell-sentences.ts';
import { factSentences } from './fact-sentences.ts';
import { groupSentences } from './group-sentences.ts';
import { numberSentences } from './number-sentences.ts';
import { partSentences } from './part-sentences.ts';
import type { Sentences } from './sentences.ts';
import { stepSentences } from './step-sentences.ts';
import { summarySentences } from './summary-sentences.ts';

const sentences: Sentences = {
  ...cellSentences,
  ...factSentences,
  ...partSentences,
  ...numberSentences,
  ...stepSentences,
  ...groupSentences,
  ...summarySentences,
};

/** What a verdict says, as a text. Parts of it may come from a node: whoever shows it cleans it. */
export function say(spoken: Spoken): string {
  const write = sentences[spoken.say as keyof Sentences] as (it: Spoken, inner: typeof say) => string; // `Said` has no key but these
  return write(spoken, say);
}
