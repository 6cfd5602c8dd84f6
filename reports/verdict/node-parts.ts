import { countCells, exitCodeOf, isUnmet, worstFirst } from './algebra.ts';
import type { NodeShare } from './node-share.ts';
import { groupByEach, sharesOf } from './node-share.ts';
import type { BlockNode, Cell, Conclusion, Verdict } from './verdict.ts';

/**
 * Takes a verdict apart: for each node the part that is about it, as a verdict of its own. What the node is blamed for
 * belongs to it; what its groups failed for somebody else's sake, or for nobody's, is named under what was not shown.
 */
export function nodeParts(verdict: Verdict): (node: string) => Verdict {
  const { block, evidence } = verdict;
  const shareOf = sharesOf(block);
  const cellsOf = cellsByNode(verdict);
  const defects = inOrder(verdict.defects, ({ cells }) => cells);
  const measurements = inOrder(verdict.measurements, ({ subject }) => [subject, nodeOf(subject)]);
  const attempts = inOrder(verdict.attempts, ({ node, step }) => [`node ${node}`, `step ${step}`]);
  const notShown = linesByNode(verdict);
  const journals = inOrder(evidence.journals, ({ node }) => [node]);
  const assets = inOrder(verdict.assets, ({ node }) => [node]);
  const nodes = inOrder(verdict.nodes, ({ id }) => [id]);
  const standings = new Map(block?.nodes.map((node) => [node.id, node]));
  // A survey may end with 0 whatever the profile says.
  const isClassified = verdict.exitCode !== exitCodeOf(verdict.conclusion, evidence.damage);
  const lost = Map.groupBy(
    verdict.defects.filter(({ cells }) => cells.length === 0),
    (defect) => defect.node,
  );

  return (node) => {
    const share = shareOf(node);
    const [its] = nodes([node]);
    const { cells, elsewhere } = cellsOf(node, share, standings.get(node)?.conclusion);
    const entry = standings.get(node) ?? standingOf(node, its?.reached === true, cells);
    const here = new Set(cells.filter(isUnmet).map(({ id }) => id));
    const [asset] = assets([node]);
    const damage = evidence.damage?.filter((each) => each.node === node) ?? [];
    return {
      ...verdict,
      conclusion: entry.conclusion,
      exitCode:
        isClassified && entry.conclusion !== 'unreached'
          ? verdict.exitCode
          : exitCodeOf(entry.conclusion, damage),
      headline: headlineOf(verdict, entry, asset?.reason),
      counts: { required: countCells(cells, 'required'), advisory: countCells(cells, 'advisory') },
      assets: assets([node]),
      nodes: nodes([node]),
      ...(block === undefined
        ? {}
        : {
            block: {
              nodes: [entry],
              trials: share.trials,
              blames: share.blames,
              whole: block.whole ?? { nodes: block.nodes.length, conclusion: verdict.conclusion },
            },
          }),
      cells,
      // Defects of cells that are here, with those cells only.
      defects: [
        ...defects(here).map((defect) => ({
          ...defect,
          node,
          cells: defect.cells.filter((id) => here.has(id)),
        })),
        ...[node, ...share.groups].flatMap((id) => lost.get(id) ?? []),
      ],
      measurements: measurements([node, ...share.groups]),
      attempts: attempts([
        ...[node, ...share.groups].map((each) => `node ${each}`),
        ...[...share.steps].map((each) => `step ${each}`),
      ]),
      notShown: [...notShown(node), ...elsewhere],
      evidence: {
        inputs: evidence.inputs,
        ...(damage.length === 0 ? {} : { damage }),
        journals: journals([node, ...share.groups]),
      },
    };
  };
}

/** The node that a device belongs to. */
const nodeOf = (subject: string): string => subject.split('/', 1)[0] ?? '';

/** Finds the items that have one of some keys, each once, in the order of the document. */
function inOrder<T>(
  items: readonly T[],
  keysOf: (item: T) => Iterable<string>,
): (keys: Iterable<string>) => T[] {
  const places = groupByEach([...items.keys()], (place) => keysOf(items[place] as T)); // a key of its own array
  return (keys) => {
    const found = new Set([...new Set(keys)].flatMap((key) => places.get(key) ?? []));
    return [...found].sort((left, right) => left - right).map((place) => items[place] as T);
  };
}

type NodeCells = Pick<Verdict, 'cells'> & { readonly elsewhere: Verdict['notShown'] };

function cellsByNode({
  block,
  cells,
  nodes,
}: Verdict): (node: string, share: NodeShare, conclusion: Conclusion | undefined) => NodeCells {
  const known = new Set([...nodes.map(({ id }) => id), ...(block?.trials ?? []).map(({ group }) => group)]);
  // A requirement on groups of which none was formed stands for every node.
  const isForAll = (cell: Cell): boolean =>
    block !== undefined && !known.has(cell.node) && !known.has(cell.subject);
  const find = inOrder(cells, (cell) => [
    `node ${cell.node}`,
    `subject ${cell.subject}`,
    ...(isForAll(cell) ? ['all'] : []),
  ]);

  return (node, { groups, blamed }, conclusion) => {
    const related = find([`node ${node}`, ...[...groups].map((group) => `subject ${group}`), 'all']);
    const isOwn = (cell: Cell): boolean => cell.node === node || !isUnmet(cell) || blamed.has(cell.subject);
    const hasFailed = related.some(
      (cell) => isOwn(cell) && cell.level === 'required' && cell.verdict === 'fail',
    );
    const met = new Set(
      related.filter(({ verdict: word }) => word === 'pass').map((cell) => cell.requirement),
    );
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
  };
}

/** What was not shown of each node: all lines but those that name another one (`node gpu2`, `matmul on gpu2`). */
function linesByNode({ notShown, nodes }: Verdict): (node: string) => Verdict['notShown'] {
  const ids = new Set(nodes.map(({ id }) => id));
  const named = (what: string): readonly string[] =>
    [
      ...(what.startsWith('node ') ? [what.slice('node '.length)] : []),
      ...[...what.matchAll(/ on /g)].map(({ index }) => what.slice(index + ' on '.length)),
    ].filter((id) => ids.has(id));
  const find = inOrder(notShown, ({ what }) => {
    const [first, ...others] = named(what);
    return first === undefined ? ['all'] : others.some((id) => id !== first) ? [] : [`node ${first}`];
  });
  return (node) => find(['all', `node ${node}`]);
}

/** How a node stands in a document without a block: as its worst required cell does. */
function standingOf(node: string, isReached: boolean, cells: readonly Cell[]): BlockNode {
  const open = cells.filter((cell) => cell.level === 'required' && isUnmet(cell)).toSorted(worstFirst);
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

/** A survey answers what its machine can be used for; everything else what decided. */
function headlineOf({ profile }: Verdict, { reason }: BlockNode, asset: string | undefined): string {
  const text = profile.id === 'survey' && asset !== undefined ? `Because of ${asset}` : reason;
  return `${text.charAt(0).toUpperCase()}${text.slice(1)}${/[.!?]$/.test(text) ? '' : '.'}`;
}
