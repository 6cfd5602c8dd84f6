import type { VerdictLookup } from '../verdict/verdict-lookup.ts';
import { describeLetters } from '../verdict/words/asset-words.ts';
import { say } from '../verdict/words/say.ts';
import { tallyInTheWay, tallyNodes } from '../verdict/words/tally-sentences.ts';
import {
  blockWords,
  conclusionMarks,
  conclusionSentences,
  conclusionWords,
  countWords,
  exitWords,
  rehearsalSentence,
  rehearsalWords,
  surveySentences,
} from '../verdict/words/verdict-words.ts';
import type { Tone } from './content.ts';
import { conclusionTones } from './content.ts';

/** The verdict in words, before any number. */
export interface Opening {
  /** `none` where nothing was promised: only a promise that is kept or not has a colour. */
  readonly tone: Tone;
  readonly mark: string;
  readonly words: string;
  /** `3 of 4 nodes conform`, beside the words of a block. */
  readonly tally: string | undefined;
  /** What stands between a block and its acceptance. */
  readonly inTheWay: string | undefined;
  /** What decided. */
  readonly headline: string;
  /** What the conclusion says and what it does not. */
  readonly sentence: string;
  /** `Exit code 2 (undecided).` */
  readonly exit: string;
  readonly counts: { readonly required: string; readonly advisory: string };
}

/**
 * How a report opens. A survey promises nothing that a machine could conform to: its answer is what the machine
 * can be used for, and its own cells only say how much of that rests on something.
 */
export function openingOf(lookup: VerdictLookup): Opening {
  const opening = openingWith(lookup);
  return lookup.verdict.rehearsal === true
    ? {
        ...opening,
        tone: 'none',
        mark: '■',
        words: rehearsalWords(opening.words),
        sentence: rehearsalSentence,
      }
    : opening;
}

function openingWith({ verdict, isBlock }: VerdictLookup): Opening {
  const { conclusion, counts } = verdict;
  const plain = {
    tone: conclusionTones[conclusion],
    mark: conclusionMarks[conclusion],
    words: (isBlock ? blockWords : conclusionWords)[conclusion],
    tally: isBlock ? tallyNodes(verdict) : undefined,
    inTheWay: isBlock ? tallyInTheWay(verdict) : undefined,
    headline: say(verdict.headline),
    sentence: conclusionSentences[conclusion],
    exit: exitWords(verdict.exitCode),
    counts: { required: countWords(counts.required), advisory: countWords(counts.advisory) },
  };
  if (verdict.profile.id !== 'survey' || conclusion === 'unreached') return plain;
  const [asset, ...more] = verdict.assets;
  return {
    ...plain,
    tone: 'none',
    mark: '■',
    tally: undefined,
    words:
      asset !== undefined && more.length === 0
        ? describeLetters(asset)
        : `${verdict.assets.length} machines classified`,
    sentence: surveySentences[conclusion],
  };
}
