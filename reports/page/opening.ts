import { isUnmet } from '../verdict/algebra.ts';
import { openGroupCells } from '../verdict/conclude-block.ts';
import type { Conclusion, Defect, Verdict } from '../verdict/verdict.ts';
import type { VerdictLookup } from '../verdict/verdict-lookup.ts';
import {
  blockWords,
  conclusionMarks,
  conclusionWords,
  countWords,
  exitWords,
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
export function openingOf({ verdict, isBlock }: VerdictLookup): Opening {
  const { conclusion, counts } = verdict;
  const plain = {
    tone: conclusionTones[conclusion],
    mark: conclusionMarks[conclusion],
    words: (isBlock ? blockWords : conclusionWords)[conclusion],
    tally: isBlock ? tallyNodes(verdict) : undefined,
    inTheWay: isBlock ? inTheWay(verdict) : undefined,
    headline: verdict.headline,
    sentence: sentences[conclusion],
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
        ? `${asset.verdict}: ${asset.meaning}`
        : `${verdict.assets.length} machines classified`,
    sentence: surveySentences[conclusion],
  };
}

const sentences: Readonly<Record<Conclusion, string>> = {
  pass: 'Every required cell was checked and is met.',
  fail: 'At least one required cell was checked and is not met.',
  undecided: 'No required cell failed, but not all of them could be decided; what is not decided is not met.',
  unreached: 'No subject could be reached, so nothing was checked.',
};

const surveySentences: Readonly<Record<Exclude<Conclusion, 'unreached'>, string>> = {
  pass: 'Its facts are known, and what it computed and stored was right.',
  fail: 'Something that it computed or stored was wrong.',
  undecided: 'Not all that a survey looks at could be decided; what is not decided is not shown.',
};

function tallyNodes({ block }: Verdict): string {
  const nodes = block?.nodes ?? [];
  const passed = nodes.filter(({ conclusion }) => conclusion === 'pass').length;
  return `${passed} of ${nodes.length} nodes ${passed === 1 ? 'conforms' : 'conform'}`;
}

const owners: readonly Defect['owner'][] = ['hardware', 'configuration', 'environment'];

/**
 * In one line, with its zeros: `2 hardware defects, 0 configuration, 0 environment, 1 node not reached`. Only defects
 * that leave a required cell open are counted.
 */
function inTheWay(verdict: Verdict): string {
  const nodes = verdict.block?.nodes ?? [];
  const open = verdict.cells.filter((cell) => cell.level === 'required' && isUnmet(cell));
  if (open.length === 0 && nodes.every(({ conclusion }) => conclusion === 'pass'))
    return 'Nothing stands in the way.';
  const openIds = new Set(open.map(({ id }) => id));
  const blocking = verdict.defects.filter(({ cells }) => cells.some((id) => openIds.has(id)));
  const counts = owners.map((owner) => {
    const count = blocking.filter((defect) => defect.owner === owner).length;
    return `${count} ${owner}${owner === 'hardware' ? ` ${count === 1 ? 'defect' : 'defects'}` : ''}`;
  });
  const reached = new Set(nodes.filter(({ conclusion }) => conclusion !== 'unreached').map(({ id }) => id));
  const unrun = new Set(
    open.filter(({ missing, node }) => missing === 'not-run' && reached.has(node)).map(({ node }) => node),
  );
  const groups = new Set(openGroupCells(nodes, open).map(({ subject }) => subject)).size;
  return `In the way: ${[
    ...counts,
    `${plural(nodes.length - reached.size, 'node')} not reached`,
    `${unrun.size} with something not run`,
    ...(groups === 0 ? [] : [`${plural(groups, 'group')} open without a node to blame`]),
  ].join(', ')}.`;
}

const plural = (count: number, word: string): string => `${count} ${word}${count === 1 ? '' : 's'}`;
