import { isUnmet } from '../verdict/algebra.ts';
import type { Defect } from '../verdict/verdict.ts';
import type { VerdictLookup } from '../verdict/verdict-lookup.ts';
import { foldNameRows, foldNodeSet } from '../verdict/words/fold-names.ts';
import type { DefectEntry, Section, Span } from './content.ts';
import { cellWord, code, paragraph } from './content.ts';

/** Who has to do what: one entry for each cause, however many cells it spoils. */
export function punchListSection(lookup: VerdictLookup): Section {
  const { verdict, isBlock, looseBlames } = lookup;
  const groups = foldDefects(lookup);
  const uncovered = uncoveredCells(lookup);
  return {
    id: 'punch-list',
    title: `Punch list (${groups.length})`,
    note: isBlock
      ? 'One entry for each cause, about all nodes that share it. punch-list.csv has a row for every node.'
      : 'One entry for each cause. The same list is in punch-list.csv.',
    content: [
      groups.length === 0
        ? // Only beside a pass is an empty list good news.
          paragraph(
            verdict.conclusion === 'pass'
              ? 'No defect was found.'
              : 'No defect is named. That is no pass: see what was not shown.',
          )
        : { kind: 'defects', entries: groups.map((alike) => entryOf(alike, lookup)) },
      ...(looseBlames.length === 0
        ? []
        : [
            paragraph('Blamed, and in no defect:'),
            { kind: 'list' as const, items: looseBlames.map(({ reason }) => reason) },
          ]),
      ...(uncovered.length === 0
        ? []
        : [paragraph(['Not met and in no defect: ', ...uncovered.flatMap(listed)])]),
    ],
  };
}

type Alike = readonly [Defect, ...Defect[]];

/**
 * What is said of many nodes in the same words is one entry about a set of them (`gpu[01-16]`), in the place of the
 * first. What a blame stands beside remains alone.
 */
function foldDefects({ verdict, blames }: VerdictLookup): readonly Alike[] {
  const groups = Map.groupBy(verdict.defects, (defect) => {
    const { id, owner, symptom, action, retest, part } = defect;
    const device = deviceOf(defect);
    const isAlone = device === undefined || blames.has(defect);
    return JSON.stringify(isAlone ? [id] : [device, owner, symptom, defect.verdict, action, retest, part]);
  });
  return [...groups.values()].flatMap(([first, ...more]) => (first === undefined ? [] : [[first, ...more]]));
}

function entryOf(alike: Alike, lookup: VerdictLookup): DefectEntry {
  const [first] = alike;
  const cells = alike.flatMap((defect) => defect.cells);
  const evidence = [...new Set(alike.flatMap((defect) => defect.evidence))];
  return {
    word: cellWord(first.verdict),
    where: whereabouts(alike, lookup),
    owner: first.owner,
    cells: count(cells.length, 'cell'),
    lines: [first.symptom, ...(lookup.blames.get(first) ?? []).map(({ reason }) => reason)],
    action: first.action,
    retest: first.retest,
    proof: {
      kind: 'fold',
      depth: 'page',
      summary: `${count(cells.length, 'cell')}, ${count(evidence.length, 'file')} of evidence`,
      content: [
        { kind: 'list', look: 'paths', items: [...few(cells), ...few(evidence)].map((each) => [code(each)]) },
      ],
    },
  };
}

/** The node with its rack and slot, the subject where it is another, the part. */
function whereabouts(alike: Alike, { standings }: VerdictLookup): readonly string[] {
  const [defect] = alike;
  const node = foldNodeSet(alike.map((each) => each.node));
  const { rack = '', slot = '' } = (alike.length === 1 ? standings.get(defect.node) : undefined) ?? {};
  const place = [rack, slot].filter((part) => part !== '').join(' / ');
  const device = deviceOf(defect);
  const isPlain = place === '' && device !== undefined;
  const plain = device === '' ? node : `${node}/${device ?? ''}`;
  return [...(isPlain ? [plain] : [node, place, device ?? defect.subject]), defect.part ?? ''].filter(
    (text) => text !== '',
  );
}

/** What a defect is about on its node: empty for the node itself, `undefined` for what several nodes did together. */
function deviceOf({ node, subject }: Defect): string | undefined {
  if (subject === node) return '';
  return subject.startsWith(`${node}/`) ? subject.slice(node.length + 1) : undefined;
}

/** More names than this are folded to sets of names. */
const mostNames = 12;
const few = (names: readonly string[]): readonly string[] =>
  names.length > mostNames ? foldNameRows(names) : names;

const count = (number: number, word: string): string => `${number} ${word}${number === 1 ? '' : 's'}`;

interface Uncovered {
  /** `gpu[01-16]:rdma`: the id of the cell, or of all that say the same. */
  readonly id: string;
  readonly verdict: string;
}

/** Required cells that are not met and that no defect names: an empty punch list must not look like a clean bill. */
function uncoveredCells({ verdict }: VerdictLookup): readonly Uncovered[] {
  const covered = new Set(verdict.defects.flatMap((defect) => defect.cells));
  const cells = verdict.cells.filter(
    (cell) => cell.level === 'required' && isUnmet(cell) && !covered.has(cell.id),
  );
  const alike = Map.groupBy(cells, (cell) => JSON.stringify([cell.requirement, cell.verdict, cell.reason]));
  return [...alike.values()].flatMap(([first, ...more]) => {
    if (first === undefined) return [];
    const folded = `${foldNodeSet([first, ...more].map(({ subject }) => subject))}:${first.requirement}`;
    return [{ id: more.length === 0 ? first.id : folded, verdict: first.verdict }];
  });
}

const listed = ({ id, verdict }: Uncovered, place: number): readonly Span[] => [
  place === 0 ? '' : ', ',
  code(id),
  ` (${verdict})`,
];
