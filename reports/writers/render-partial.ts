import { cleanText } from '../text/clean-text.ts';
import { cutText } from '../text/cut-text.ts';
import type { Conclusion } from '../verdict/verdict.ts';
import { conclusionMarks } from '../verdict/words/verdict-words.ts';

/** How a node stands that is done while others still run. */
export interface PartialNode {
  readonly id: string;
  readonly conclusion: Conclusion;
  /** What decided: `All-reduce: expected at least 125 MB/s, found 98.00 MB/s`. */
  readonly reason: string;
  /** Required cells that pass, and that are not met. */
  readonly passed: number;
  readonly open: number;
}

/** One line for the terminal on a node that is done. What comes from a node is cleaned, and cut to the width. */
export function renderPartial(node: PartialNode, columns = 110): string {
  return cutText(
    `${conclusionMarks[node.conclusion]} ${cleanText(node.id)}  ${cleanText(wordsOf(node))}`,
    columns,
  );
}

function wordsOf({ conclusion, reason, passed, open }: PartialNode): string {
  switch (conclusion) {
    case 'pass':
      return `conforms so far: ${passed} required ${passed === 1 ? 'cell passes' : 'cells pass'}`;
    case 'fail':
      return `fails: ${reason}`;
    case 'undecided':
      return `undecided, ${passed} required ${passed === 1 ? 'cell passes' : 'cells pass'}, ${open} not: ${reason}`;
    case 'unreached':
      return `not reached: ${reason}`;
  }
}
