import { exitCodes } from '../../../workloads/kit/error-code.ts';

import type { Counts } from '../cell.ts';
import { CellVerdict } from '../cell.ts';
import type { MissingKind } from '../said-parts.ts';
import type { Block, Conclusion, Verdict } from '../verdict.ts';

/** A mark beside the word, for the eye only: the word is always there too. */
export const cellMarks: Readonly<Record<CellVerdict, string>> = {
  fail: '✖',
  invalid: '⊘',
  missing: '○',
  inconclusive: '◐',
  pass: '●',
  'not-applicable': '–',
};

export const cellWords: Readonly<Record<CellVerdict, string>> = {
  fail: 'fail',
  invalid: 'invalid',
  missing: 'missing',
  inconclusive: 'inconclusive',
  pass: 'pass',
  'not-applicable': 'not applicable',
};

export const missingWords: Readonly<Record<MissingKind, string>> = {
  'not-run': 'not run',
  'no-tool': 'no tool',
  'no-limit': 'no limit',
  'no-siblings': 'too few alike',
  'no-claim': 'no claim',
  'not-covered': 'not covered',
  'no-driver': 'no driver',
  'unknown-fact': 'unknown fact',
  'no-access': 'no access',
  'no-subject': 'no subject',
  'same-machine': 'same machine',
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

/** Nodes among others, as the map and every list calls one and many of them. */
export const nodeWords: Readonly<Record<Conclusion, { readonly one: string; readonly many: string }>> = {
  pass: { one: 'conforms', many: 'conform' },
  fail: { one: 'fails', many: 'fail' },
  undecided: { one: 'undecided', many: 'undecided' },
  unreached: { one: 'not reached', many: 'not reached' },
};

/** What a conclusion says and what it does not. */
export const conclusionSentences: Readonly<Record<Conclusion, string>> = {
  pass: 'Every required cell was checked and is met.',
  fail: 'At least one required cell was checked and is not met.',
  undecided: 'No required cell failed, but not all of them could be decided; what is not decided is not met.',
  unreached: 'No subject could be reached, so nothing was checked.',
};

/** The same of a survey, which was promised nothing. */
export const surveySentences: Readonly<Record<Exclude<Conclusion, 'unreached'>, string>> = {
  pass: 'Its facts are known, and what it computed and stored was right.',
  fail: 'Something that it computed or stored was wrong.',
  undecided: 'Not all that a survey looks at could be decided; what is not decided is not shown.',
};

/** What a rehearsal opens with, whatever it found. */
export const rehearsalWords = (words: string): string => `Rehearsal – ${words}`;
export const rehearsalSentence =
  'A rehearsal: stand-ins may have played hardware, so this says nothing about any machine.';

/** What a part of a report was taken from. */
export const partWords = ({ nodes, conclusion }: NonNullable<Block['whole']>): string =>
  `Part of a run over ${nodes} nodes. ${blockWords[conclusion]}.`;

/** Beside an empty punch list. Only beside a pass is it good news. */
export const noDefectWords = (conclusion: Conclusion): string =>
  conclusion === 'pass'
    ? 'No defect was found.'
    : 'No defect is named. That is no pass: see what was not shown.';

/** Where a document gives no reason. */
export const noReason = 'no reason is known';

/** A machine of which the agent or the whole node began anew, and what was looked at again. */
export function restartWords(
  node: string,
  { rebooted, facts }: NonNullable<Verdict['nodes'][number]['restarts']>[number],
): string {
  const again = facts === undefined ? 'and did not look again' : `and looked again (${facts})`;
  return `${node}: ${rebooted ? 'the node was rebooted' : 'the agent was restarted'} ${again}`;
}

/** What a report is, and, where all conforms, why it certifies nothing all the same. */
export function kindNote({
  kind,
  profile,
  conclusion,
}: Pick<Verdict, 'kind' | 'profile' | 'conclusion'>): string {
  if (kind === 'test report') return 'Test report and statement of conformity, self-issued.';
  const found =
    'It shows what was found on that day, in as many runs as its tables say, and certifies nothing.';
  return profile.id === 'survey' || conclusion !== 'pass'
    ? found
    : `${found} A test report takes as many runs as typical sampling asks for each speed that is required, which ${profile.id} does not (docs/profiles.md).`;
}

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
