import { nameOf } from '../../workloads/kit/subject.ts';
import { isUnmet } from '../verdict/algebra.ts';
import type { Cell } from '../verdict/cell.ts';
import type { Defect } from '../verdict/verdict.ts';
import type { VerdictLookup } from '../verdict/verdict-lookup.ts';
import { createNameFold, foldNameRows, foldNodeSet } from '../verdict/words/fold-names.ts';
import { formatCount } from '../verdict/words/format-count.ts';
import { say } from '../verdict/words/say.ts';
import { noDefectWords } from '../verdict/words/verdict-words.ts';
import type { DefectEntry, Section, Span, Text } from './content.ts';
import { cellWord, code, paragraph } from './content.ts';

/** Who has to do what: one entry for each cause, however many cells it spoils. */
export function punchListSection(lookup: VerdictLookup): Section {
  const { verdict, isBlock, looseBlames } = lookup;
  const groups = foldDefects(lookup);
  const { verified = [] } = verdict;
  const uncovered = uncoveredCells(lookup);
  return {
    id: 'punch-list',
    title: `Punch list (${groups.length})`,
    note: isBlock
      ? 'One entry for each cause, about all nodes that share it. punch-list.csv has a row for every node.'
      : 'One entry for each cause. The same list is in punch-list.csv.',
    content: [
      groups.length === 0
        ? paragraph(noDefectWords(verdict.conclusion))
        : { kind: 'defects', entries: groups.map((alike) => entryOf(alike, lookup)) },
      ...(verified.length === 0
        ? []
        : [
            paragraph('Ended by a repair, and seen to be right since:'),
            {
              kind: 'list' as const,
              items: verified.map(
                ({ nodes, symptom, by, at }) =>
                  `${foldNodeSet(nodes)}: ${say(symptom)} – repair of ${by}, ${at.slice(0, 10)}`,
              ),
            },
          ]),
      ...(looseBlames.length === 0
        ? []
        : [
            paragraph('Blamed, and in no defect:'),
            { kind: 'list' as const, items: looseBlames.map(({ reason }) => say(reason)) },
          ]),
      ...(uncovered.length === 0
        ? []
        : [paragraph(['Not met and in no defect: ', ...uncovered.flatMap(listed)])]),
    ],
  };
}

export type Alike = readonly [Defect, ...Defect[]];

/**
 * What is said of many nodes in the same words is one entry about a set of them (`gpu[01-16]`), in the place of the
 * first. What a blame stands beside remains alone.
 */
export function foldDefects({ verdict, blames }: VerdictLookup): readonly Alike[] {
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
    cells: formatCount(cells.length, 'cell'),
    lines: [first.symptom, ...(lookup.blames.get(first) ?? []).map(({ reason }) => reason)].map(say),
    action: say(first.action),
    retest: first.retest === undefined ? undefined : say(first.retest),
    proof: {
      kind: 'fold',
      depth: 'page',
      summary: `${formatCount(cells.length, 'cell')}, ${formatCount(evidence.length, 'file')} of evidence`,
      content: [
        {
          kind: 'list',
          look: 'paths',
          items: [...listedCells(cells, lookup), ...few(evidence).map((path) => [code(path)])],
        },
      ],
    },
  };
}

/** The nodes with rack and slot of a single one, the subject where it is another, who shares the cause, the part. */
export function whereabouts(alike: Alike, { nodes, standings }: VerdictLookup): readonly string[] {
  const [defect] = alike;
  const all = [...new Set(alike.flatMap((each) => each.nodes))];
  // A report on one node names that one first.
  const here = all.filter((id) => nodes.has(id));
  const [only = '', ...others] = here;
  const node = foldNodeSet(here.length === 0 ? all : here);
  const { rack = '', slot = '' } = (others.length === 0 ? standings.get(only) : undefined) ?? {};
  const place = [rack, slot].filter((part) => part !== '').join(' / ');
  const device = deviceOf(defect);
  const where =
    place === '' && device !== undefined
      ? [device === '' ? node : `${node}/${device}`]
      : [node, place, device ?? (defect.subject === undefined ? '' : nameOf(defect.subject))];
  const sharers = here.length > 0 && here.length < all.length ? foldNodeSet(all) : '';
  // Drives are called by their serial number already.
  const serial = defect.part === undefined || defect.part === device ? '' : `serial ${defect.part}`;
  return [...where, sharers, serial].filter((text) => text !== '');
}

/** What a defect is about on its nodes: empty for themselves, `undefined` for what several nodes did together. */
function deviceOf({ nodes, subject }: Defect): string | undefined {
  if (subject === undefined || nodes.includes(nameOf(subject))) return '';
  return subject.kind === 'device' ? subject.device : undefined;
}

/** More names than this are folded to sets of names. */
const mostNames = 12;
const few = (names: readonly string[]): readonly string[] =>
  names.length > mostNames ? foldNameRows(names) : names;

/** The cells of a defect; those of one requirement on many devices by their nodes, since no two devices have like names. */
function listedCells(ids: readonly string[], { cells }: VerdictLookup): readonly Text[] {
  const onDevices = Map.groupBy(ids, (id) => {
    const cell = ids.length > mostNames ? cells.get(id) : undefined;
    return cell?.subject.kind === 'device' ? cell.requirement : undefined;
  });
  const alone = onDevices.get(undefined) ?? [];
  onDevices.delete(undefined);
  return [
    ...few(alone).map((id) => [code(id)]),
    ...[...onDevices].map(([requirement = '', those]) => [
      code(requirement),
      ` on ${formatCount(those.length, 'device')} of `,
      code(foldNodeSet(those.flatMap((id) => nodesOf(cells.get(id))))),
    ]),
  ];
}

const nodesOf = (cell: Cell | undefined): readonly string[] =>
  cell?.subject.kind === 'device' ? [cell.subject.node] : [];

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
  const fold = createNameFold(foldNodeSet);
  return [...alike.values()].flatMap(([first, ...more]) => {
    if (first === undefined) return [];
    const folded = `${fold([first, ...more].map(({ subject }) => nameOf(subject)))}:${first.requirement}`;
    return [{ id: more.length === 0 ? first.id : folded, verdict: first.verdict }];
  });
}

const listed = ({ id, verdict }: Uncovered, place: number): readonly Span[] => [
  place === 0 ? '' : ', ',
  code(id),
  ` (${verdict})`,
];
