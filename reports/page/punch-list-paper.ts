import type { KeptEntry, KeptPunchList } from '../verdict/punch-list.ts';
import { foldNodeSet } from '../verdict/words/fold-names.ts';
import {
  punchListNote,
  punchListSentence,
  punchListWords,
  stateMarks,
  stateWords,
  tallyEntries,
  whyKept,
} from '../verdict/words/punch-list-words.ts';
import { say } from '../verdict/words/say.ts';
import { cellWords, exitWords, rehearsalSentence, rehearsalWords } from '../verdict/words/verdict-words.ts';
import type { Section, Tone } from './content.ts';
import { paragraph, plain, wide } from './content.ts';
import type { Paper } from './paper.ts';

const tones: Readonly<Record<KeptEntry['state'], Tone>> = {
  open: 'bad',
  repaired: 'doubt',
  verified: 'good',
};

/** The punch list of several runs as a report for readers. */
export function punchListPaper(list: KeptPunchList): Paper {
  const { profile, runs, exitCode, assay } = list;
  const worst: KeptEntry['state'] = exitCode === 0 ? 'verified' : exitCode === 1 ? 'open' : 'repaired';
  const words = punchListWords(exitCode);
  const isRehearsal = list.rehearsal === true;
  return {
    title: 'Punch list',
    promise: `${profile.title} (${profile.id} ${profile.version})`,
    note: punchListNote,
    assay,
    particulars: [
      { term: 'Runs', text: runs.map(({ id, startedAt }) => `${id} (${startedAt.slice(0, 10)})`).join(', ') },
    ],
    opening: {
      tone: isRehearsal ? 'none' : tones[worst],
      mark: isRehearsal ? '■' : stateMarks[worst],
      words: isRehearsal ? rehearsalWords(words) : words,
      tally: tallyEntries(list),
      sentence: isRehearsal ? rehearsalSentence : punchListSentence,
      exit: exitWords(exitCode),
    },
    sections: [
      sectionOf('open', 'Open', 'Not right when it was last measured.', list),
      sectionOf('repaired', 'Repaired', 'Waits to be measured.', list),
      sectionOf('verified', 'Verified', 'Measured since, and right.', list),
    ],
  };
}

function sectionOf(
  state: KeptEntry['state'],
  title: string,
  note: string,
  { entries }: KeptPunchList,
): Section {
  const own = entries.filter((entry) => entry.state === state);
  return {
    id: state,
    title: `${title} (${own.length})`,
    note,
    content: [
      own.length === 0
        ? paragraph('None.')
        : {
            kind: 'table',
            label: `Entries that are ${stateWords[state]}`,
            columns: [
              { title: 'Where', role: 'group' },
              plain('Was, and whose'),
              wide('What'),
              wide('State'),
              ...(state === 'open' ? [wide('Action')] : []),
            ],
            rows: own.map((entry) => ({
              cells: [
                [{ kind: 'name', text: whereOf(entry) }],
                `${cellWords[entry.verdict]}${entry.level === 'advisory' ? ', advisory' : ''} · ${entry.owner}`,
                say(entry.symptom),
                whyKept(entry),
                ...(state === 'open' ? [say(entry.action)] : []),
              ],
            })),
          },
    ],
  };
}

/** The machine with its place, the device, and by what serial number somebody finds it. */
export const whereOf = ({ nodes, rack = '', slot = '', serial, device = '', part }: KeptEntry): string =>
  [
    foldNodeSet(nodes),
    [rack, slot].filter((text) => text !== '').join(' / '),
    device,
    part === undefined || part === device ? '' : `serial ${part}`,
    serial === undefined ? '' : `machine ${serial}`,
  ]
    .filter((text) => text !== '')
    .join(' · ');
