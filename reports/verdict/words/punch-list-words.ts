import type { KeptEntry, KeptPunchList } from '../punch-list.ts';

export const stateWords: Readonly<Record<KeptEntry['state'], string>> = {
  open: 'open',
  repaired: 'repaired',
  verified: 'verified',
};

export const stateMarks: Readonly<Record<KeptEntry['state'], string>> = {
  open: '●',
  repaired: '◐',
  verified: '○',
};

/** Why an entry is in its state, in words. */
export function whyKept({ why, repair = '', last, right }: KeptEntry): string {
  const since = right === undefined ? '' : ` in ${right}`;
  switch (why) {
    case 'found':
      return `found in ${last}`;
    case 'unexplained':
      return `right since ${last}, and nothing says that it was repaired`;
    case 'unrecognised':
      return `right since ${last} on a machine that is the same by its name or place alone`;
    case 'replaced':
      return right === undefined ? `${repair}: not measured yet` : `${repair}: right${since}`;
    case 'changed':
    case 'told':
      return right === undefined ? `${repair}: not measured since` : `${repair}: right${since}`;
    case 'read-anew':
      return `read anew, and right${since}`;
    case 'measured':
      return `measured, and right${since}`;
  }
}

export const punchListWords = (exitCode: number): string =>
  exitCode === 0 ? 'Nothing that is required is open' : exitCode === 1 ? 'Open' : 'Not closed';

export const punchListSentence =
  'An entry is ended by what a later run measured on the same machine; a measured fail only where something says that it was repaired, too.';

export const punchListNote =
  'What was repaired is told, or follows from another part, firmware, driver or setting. A fail that was right in another run without that stays open: whoever runs a test often enough sees it pass.';

export function tallyEntries({ entries }: Pick<KeptPunchList, 'entries'>): string {
  const count = (state: KeptEntry['state']): number => entries.filter((each) => each.state === state).length;
  return `${entries.length === 1 ? '1 entry' : `${entries.length} entries`}: ${count('open')} open · ${count('repaired')} repaired · ${count('verified')} verified`;
}
