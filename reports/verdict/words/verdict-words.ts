import { exitCodes } from '../../../workloads/kit/error-code.ts';
import type { Conclusion, Counts, Verdict } from '../verdict.ts';
import { CellVerdict } from '../verdict.ts';

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

/** How the report on a block opens. A contract accepts a block or does not; `conforms` is as far as a report can go. */
export const blockWords: Readonly<Record<Conclusion, string>> = {
  pass: 'Block: conforms',
  fail: 'Block: not accepted',
  undecided: 'Block: not decided',
  unreached: 'Nothing was reached',
};

/** One node among others, as the map and every list calls it. */
export const nodeWords: Readonly<Record<Conclusion, string>> = {
  pass: 'conforms',
  fail: 'fails',
  undecided: 'undecided',
  unreached: 'not reached',
};

export const kindNotes: Readonly<Record<Verdict['kind'], string>> = {
  'screening report':
    'It rests on one to five runs per metric: it shows what was found on that day and certifies nothing.',
  'test report': 'Test report and statement of conformity, self-issued.',
};

/** `Exit code 2 (undecided).`, the same words in every rendering. */
export function exitWords(exitCode: number): string {
  const name = Object.entries(exitCodes).find(([, code]) => code === exitCode)?.[0];
  return `Exit code ${exitCode}${name === undefined ? '' : ` (${name})`}.`;
}

/** `3 fail · 0 invalid · …`; what is not applicable is told only when there is any. */
export function countWords(counts: Counts): string {
  return CellVerdict.options
    .filter((word) => word !== 'not-applicable' || counts[word] > 0)
    .map((word) => `${counts[word]} ${word}`)
    .join(' · ');
}
