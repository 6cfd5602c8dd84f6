import { cleanText } from '../text/clean-text.ts';
import { cutText } from '../text/cut-text.ts';
import type { Said } from '../verdict/said.ts';
import type { Conclusion } from '../verdict/verdict.ts';
import { say } from '../verdict/words/say.ts';
import { tallySoFar } from '../verdict/words/tally-sentences.ts';
import { conclusionMarks } from '../verdict/words/verdict-words.ts';

/** How a node stands that is done while others still run. */
export interface PartialNode {
  readonly id: string;
  readonly conclusion: Conclusion;
  /** What decided: `All-reduce: expected at least 125 MB/s, found 98.00 MB/s`. */
  readonly reason: Said;
  /** Required cells that pass, and that are not met. */
  readonly passed: number;
  readonly open: number;
}

/** One line for the terminal on a node that is done. What comes from a node is cleaned, and cut to the width. */
export function renderPartial({ id, conclusion, reason, passed, open }: PartialNode, columns = 110): string {
  const words = tallySoFar(conclusion, passed, open);
  const text = conclusion === 'pass' ? words : `${words}: ${say(reason)}`;
  return cutText(`${conclusionMarks[conclusion]} ${cleanText(id)}  ${cleanText(text)}`, columns);
}
