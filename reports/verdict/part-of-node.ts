import { exitCodeOf } from './contradictions.ts';
import type { NodeShare } from './node-share.ts';
import { shareOf } from './node-share.ts';
import type { BlockNode, Cell, CellVerdict, Conclusion, Counts, Verdict } from './verdict.ts';
import { isUnmet } from '../format/uncovered-cells.ts';
import { cellVerdictOrder } from './words/verdict-words.ts';

/**
 * The part of a verdict that is about one node, as a verdict of its own: what it is blamed for belongs to it, what
 * its groups failed for somebody else's sake, or for nobody's, is named under what was not shown.
 */
export function selectNode(verdict: Verdict, node: string): Verdict {
  const share = shareOf(node, verdict.block);
  const { cells, elsewhere } = selectCells(verdict, node, share);
  const entry = entryOf(verdict, node, cells);
  const required = cells.filter(({ level }) => level === 'required');
  const isClassified = verdict.exitCode !== exitCodeOf[verdict.conclusion];
  const assets = verdict.assets.filter((asset) => asset.node === node);
  return {
    ...verdict,
    conclusion: entry.conclusion,
    exitCode:
      isClassified && entry.conclusion !== 'unreached' ? verdict.exitCode : exitCodeOf[entry.conclusion],
    headline: headlineOf(verdict, entry, assets[0]?.reason),
    counts: {
      required: countCells(required),
      advisory: countCells(cells.filter(({ level }) => level === 'advisory')),
    },
    assets,
    nodes: verdict.nodes.filter(({ id }) => id === node),
    ...(verdict.block === undefined
      ? {}
      : {
          block: {
            nodes: [entry],
            trials: share.trials,
            blames: share.blames,
            whole: verdict.block.whole ?? {
              nodes: verdict.block.nodes.length,
              conclusion: verdict.conclusion,
            },
          },
        }),
    cells,
    defects: selectDefects(verdict, node, cells),
    measurements: verdict.measurements.filter(
      ({ subject }) => subject === node || subject.startsWith(`${node}/`) || share.groups.has(subject),
    ),
    attempts: verdict.attempts.filter(
      (attempt) => attempt.node === node || share.groups.has(attempt.node) || share.steps.has(attempt.step),
    ),
    notShown: [...verdict.notShown.filter(({ what }) => !isAboutAnother(what, node, verdict)), ...elsewhere],
    evidence: {
      inputs: verdict.evidence.inputs,
      journals: verdict.evidence.journals.filter(
        (journal) => journal.node === node || share.groups.has(journal.node),
      ),
    },
  };
}

function selectCells(
  verdict: Verdict,
  node: string,
  { groups, blamed }: NodeShare,
): { readonly cells: Cell[]; readonly elsewhere: Verdict['notShown'] } {
  const { block } = verdict;
  const known = new Set([
    ...verdict.nodes.map(({ id }) => id),
    ...(block?.trials ?? []).map(({ group }) => group),
  ]);
  // A requirement on groups of which none was formed stands for every node.
  const isForAll = (cell: Cell): boolean =>
    block !== undefined && !known.has(cell.node) && !known.has(cell.subject);
  const related = verdict.cells.filter(
    (cell) => cell.node === node || groups.has(cell.subject) || isForAll(cell),
  );
  const conclusion = block?.nodes.find(({ id }) => id === node)?.conclusion;
  const isOwn = (cell: Cell): boolean => cell.node === node || !isUnmet(cell) || blamed.has(cell.subject);
  const hasFailed = related.some(
    (cell) => isOwn(cell) && cell.level === 'required' && cell.verdict === 'fail',
  );
  const met = new Set(related.filter(({ verdict: word }) => word === 'pass').map((cell) => cell.requirement));
  // What nobody, or a partner, is blamed for belongs to a node only as far as the block says that it counts for it.
  const isHere = (cell: Cell): boolean =>
    isOwn(cell) ||
    (cell.verdict === 'fail'
      ? conclusion === 'fail' && (!hasFailed || !met.has(cell.requirement))
      : conclusion !== undefined && conclusion !== 'pass' && !met.has(cell.requirement));
  return {
    // A cell has one node; of two that are blamed for it, each report names its own.
    cells: related
      .filter(isHere)
      .map((cell) => (isUnmet(cell) && blamed.has(cell.subject) ? { ...cell, node } : cell)),
    elsewhere: related
      .filter((cell) => !isHere(cell))
      .map((cell) => ({
        what: `${cell.title} on ${cell.subject}`,
        reason: `${cell.verdict}: ${cell.reason}; ${cell.node === cell.subject ? 'no node was singled out, the report on the block has it' : `blamed on ${cell.node}`}`,
      })),
  };
}

/** What the block says of the node; in a document without a block, as its worst required cell is. */
function entryOf(verdict: Verdict, node: string, cells: readonly Cell[]): BlockNode {
  const entry = verdict.block?.nodes.find(({ id }) => id === node);
  if (entry !== undefined) return entry;
  const isReached = verdict.nodes.find(({ id }) => id === node)?.reached === true;
  const open = cells
    .filter((cell) => cell.level === 'required' && isUnmet(cell))
    .toSorted((left, right) => rank(left) - rank(right));
  const isDecided = cells.some(({ level, verdict: word }) => level === 'required' && word === 'pass');
  const conclusion: Conclusion =
    open[0]?.verdict === 'fail'
      ? 'fail'
      : !isReached
        ? 'unreached'
        : isDecided && open.length === 0
          ? 'pass'
          : 'undecided';
  const reason =
    open[0] === undefined
      ? conclusion === 'pass'
        ? 'all required cells pass'
        : 'not one required cell was decided'
      : `${open[0].title}: ${open[0].reason}`;
  return { id: node, conclusion, reason };
}

const rank = ({ verdict }: Cell): number => cellVerdictOrder.indexOf(verdict);

/** A survey answers what its machine can be used for; everything else what decided. */
function headlineOf({ profile }: Verdict, { reason }: BlockNode, asset: string | undefined): string {
  const text = profile.id === 'survey' && asset !== undefined ? `Because of ${asset}` : reason;
  return `${text.charAt(0).toUpperCase()}${text.slice(1)}${/[.!?]$/.test(text) ? '' : '.'}`;
}

function countCells(cells: readonly Cell[]): Counts {
  const count = (word: CellVerdict): number => cells.filter(({ verdict }) => verdict === word).length;
  return {
    fail: count('fail'),
    invalid: count('invalid'),
    missing: count('missing'),
    inconclusive: count('inconclusive'),
    pass: count('pass'),
    'not-applicable': count('not-applicable'),
  };
}

/** Defects of cells that are here, with those cells only. */
function selectDefects({ defects }: Verdict, node: string, cells: readonly Cell[]): Verdict['defects'] {
  const here = new Set(cells.filter(isUnmet).map(({ id }) => id));
  return defects
    .map((defect) => ({ ...defect, node, cells: defect.cells.filter((id) => here.has(id)) }))
    .filter((defect) => defect.cells.length > 0);
}

/** `node gpu2`, `matmul on gpu2`: a line that names another node and nothing else. */
const isAboutAnother = (what: string, node: string, { nodes }: Verdict): boolean =>
  nodes.some(({ id }) => id !== node && (what === `node ${id}` || what.endsWith(` on ${id}`)));
