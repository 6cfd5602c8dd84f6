import { exitCodes } from '../../../workloads/kit/error-code.ts';
import type { CellVerdict, Conclusion, Counts, Verdict } from '../verdict.ts';
import { CellVerdict as cellVerdicts } from '../verdict.ts';
import { blockWords, isBlock, tallyNodes } from './block-words.ts';
import { cleanText } from '../../text/clean-text.ts';

/** Worst first; every list and every headline of a report keeps to it. */
export const cellVerdictOrder: readonly CellVerdict[] = cellVerdicts.options;

/** A mark beside the word, for the eye only: the word is always there too. */
export const cellMarks: Readonly<Record<CellVerdict, string>> = {
  fail: '✖',
  invalid: '⊘',
  missing: '○',
  inconclusive: '◐',
  pass: '●',
  'not-applicable': '–',
};

export const conclusionWords: Readonly<Record<Conclusion, string>> = {
  pass: 'Conforms',
  fail: 'Does not conform',
  undecided: 'Not decided',
  unreached: 'Nothing was reached',
};

export const conclusionMarks: Readonly<Record<Conclusion, string>> = {
  pass: '●',
  fail: '✖',
  undecided: '◐',
  unreached: '○',
};

/** What the conclusion says and what it does not, in one sentence. */
export const conclusionSentences: Readonly<Record<Conclusion, string>> = {
  pass: 'Every required cell was checked and is met.',
  fail: 'At least one required cell was checked and is not met.',
  undecided: 'No required cell failed, but not all of them could be decided; what is not decided is not met.',
  unreached: 'No subject could be reached, so nothing was checked.',
};

/**
 * How a report opens. A survey promises nothing that a machine could conform to: its answer is what the machine
 * can be used for, and its own cells only say how much of that rests on something.
 */
export function openingOf(verdict: Pick<Verdict, 'conclusion' | 'profile' | 'assets' | 'block'>): {
  /** Whether the words say that something was promised and is kept or not: only then do they have a colour. */
  readonly isPromise: boolean;
  readonly mark: string;
  readonly words: string;
  /** `3 of 4 nodes conform`, beside the words of a block. */
  readonly tally: string | undefined;
  readonly sentence: string;
} {
  const { conclusion, assets, block } = verdict;
  const plain = {
    isPromise: true,
    mark: conclusionMarks[conclusion],
    words: isBlock(verdict) ? blockWords[conclusion] : conclusionWords[conclusion],
    tally: isBlock(verdict) ? tallyNodes(block?.nodes ?? []) : undefined,
    sentence: conclusionSentences[conclusion],
  };
  if (verdict.profile.id !== 'survey' || conclusion === 'unreached') return plain;
  const [asset, ...more] = assets;
  return {
    isPromise: false,
    mark: '■',
    tally: undefined,
    words:
      asset !== undefined && more.length === 0
        ? `${asset.verdict}: ${asset.meaning}`
        : `${assets.length} machines classified`,
    sentence: surveySentences[conclusion],
  };
}

const surveySentences: Readonly<Record<Exclude<Conclusion, 'unreached'>, string>> = {
  pass: 'Its facts are known, and what it computed and stored was right.',
  fail: 'Something that it computed or stored was wrong.',
  undecided: 'Not all that a survey looks at could be decided; what is not decided is not shown.',
};

export const kindNotes: Readonly<Record<Verdict['kind'], string>> = {
  'screening report':
    'It rests on one to five runs per metric: it shows what was found on that day and certifies nothing.',
  'test report': 'Test report and statement of conformity, self-issued.',
};

/** `Screening report`. */
export const titleOf = (verdict: Verdict): string =>
  verdict.kind.charAt(0).toUpperCase() + verdict.kind.slice(1);

/** `ai-training 1.4` with its title: which promise was checked. */
export const profileOf = (verdict: Verdict): string =>
  `${cleanText(verdict.profile.title)} (${cleanText(verdict.profile.id)} ${cleanText(verdict.profile.version)})`;

/** `Exit code 2 (undecided).`, the same words in every rendering. */
export function exitWords(exitCode: number): string {
  const name = Object.entries(exitCodes).find(([, code]) => code === exitCode)?.[0];
  return `Exit code ${exitCode}${name === undefined ? '' : ` (${name})`}.`;
}

/** What an empty punch list says: only beside a pass is it good news. */
export const emptyPunchList = (verdict: Verdict): string =>
  verdict.conclusion === 'pass'
    ? 'No defect was found.'
    : 'No defect is named. That is no pass: see what was not shown.';

/** `3 fail · 0 invalid · …`; what is not applicable is told only when there is any. */
export function countWords(counts: Counts): string {
  return cellVerdictOrder
    .filter((word) => word !== 'not-applicable' || counts[word] > 0)
    .map((word) => `${counts[word]} ${word}`)
    .join(' · ');
}
