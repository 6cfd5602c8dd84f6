import { perObject } from '../../workloads/kit/per-object.ts';
import type { Subject } from '../../workloads/kit/subject.ts';
import { nameOf, nodeOf } from '../../workloads/kit/subject.ts';
import { countCells, exitCodeOf, isUnmet, listedUnder, worstFirst } from './algebra.ts';
import type { Cell } from './cell.ts';
import type { NodeShare } from './node-share.ts';
import { groupByEach, sharesOf } from './node-share.ts';
import type { Said } from './said.ts';
import type { BlockNode, Conclusion, Defect, Verdict } from './verdict.ts';

/**
 * Takes a verdict apart: for each node the part that is about it, as a verdict of its own. What the node is blamed for
 * belongs to it; what its groups failed for somebody else's sake, or for nobody's, is named under what was not shown.
 */
export function nodeParts(verdict: Verdict): (node: string) => Verdict {
  // What a soak shows of all nodes together, and a comparison of them, is said of no one of them.
  const { soak: _, outliers: __, verified = [], ...shared } = verdict;
  const { block, evidence } = verdict;
  const shareOf = sharesOf(block);
  const cellsOf = cellsByNode(verdict);
  const defects = inOrder(verdict.defects, ({ cells }) => cells);
  const measurements = inOrder(verdict.measurements, ({ subject }) => [ownerOf(subject)]);
  // Of what others did in a trial with a node only what did not end well matters to it: a group may have hundreds.
  const attempts = inOrder(verdict.attempts, ({ node, step, execution }) => [
    `node ${node}`,
    ...(execution === 'completed' ? [] : [`step ${step}`]),
  ]);
  const notShown = inOrder(verdict.notShown, ({ about }) => about?.map((each) => `node ${each}`) ?? ['all']);
  const journals = inOrder(evidence.journals, ({ node }) => [node]);
  const samples = inOrder(evidence.samples, ({ node }) => [node]);
  const assets = inOrder(verdict.assets, ({ node }) => [node]);
  const nodes = inOrder(verdict.nodes, ({ id }) => [id]);
  const standings = new Map(block?.nodes.map((node) => [node.id, node]));
  // A survey may end with 0 whatever the profile says.
  const isClassified =
    verdict.exitCode !== exitCodeOf(verdict.conclusion, evidence.damage, verdict.rehearsal);
  const lost = groupByEach(
    verdict.defects.filter(({ cells }) => cells.length === 0),
    (defect) => defect.nodes,
  );

  return (node) => {
    const share = shareOf(node);
    const [its] = nodes([node]);
    const { cells, elsewhere } = cellsOf(node, share, standings.get(node)?.conclusion);
    const entry = standings.get(node) ?? standingOf(node, its?.reached === true, cells);
    const here = new Set(cells.filter(isUnmet).map(({ id }) => id));
    const [asset] = assets([node]);
    const damage = evidence.damage?.filter((each) => each.node === node) ?? [];
    const ended = verified.filter(({ nodes: those }) => those.includes(node));
    return {
      ...shared,
      conclusion: entry.conclusion,
      exitCode:
        isClassified && entry.conclusion !== 'unreached'
          ? verdict.exitCode
          : exitCodeOf(entry.conclusion, damage, verdict.rehearsal),
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
          // Who shares the cause stands in the report on the block: a thousand names on each of a thousand pages.
          nodes: [node],
          cells: cellsIn(defect, here),
          evidence: evidenceIn(defect, node),
        })),
        ...[node, ...share.groups].flatMap((id) => lost.get(id) ?? []),
      ],
      ...(ended.length === 0 ? {} : { verified: ended }),
      measurements: measurements([`node ${node}`, ...[...share.groups].map((each) => `group ${each}`)]),
      attempts: attempts([
        ...[node, ...share.groups].map((each) => `node ${each}`),
        ...[...share.steps].map((each) => `step ${each}`),
      ]),
      notShown: [
        ...notShown(['all', `node ${node}`]).map((line) =>
          line.about === undefined ? line : { ...line, about: [node] },
        ),
        ...elsewhere,
      ],
      evidence: {
        inputs: evidence.inputs,
        ...(damage.length === 0 ? {} : { damage }),
        journals: journals([node, ...share.groups]),
        samples: samples([node]),
      },
    };
  };
}

const placesIn = perObject(({ cells }: Defect) => new Map(cells.map((id, place) => [id, place])));

/** Those of a few cells that a defect has, in its order: one that a thousand nodes share is not read for each of them. */
function cellsIn(defect: Defect, few: ReadonlySet<string>): string[] {
  const places = placesIn(defect);
  return [...few]
    .flatMap((id) => {
      const place = places.get(id);
      return place === undefined ? [] : [{ id, place }];
    })
    .toSorted((a, b) => a.place - b.place)
    .map(({ id }) => id);
}

/** What lies in a node's folder for a defect that others share; for its own all, since groups keep theirs with their leader. */
const evidenceIn = (defect: Defect, node: string): string[] =>
  defect.nodes.length > 1 ? (byFolder(defect).get(`nodes/${node}`) ?? []) : defect.evidence;

const byFolder = perObject(({ evidence }: Defect) =>
  Map.groupBy(evidence, (path) => path.slice(0, path.indexOf('/', 'nodes/'.length))),
);

/** Whose a measurement is: that of a node, or of a group. */
function ownerOf(subject: Subject): string {
  const node = nodeOf(subject);
  return node === undefined ? `group ${nameOf(subject)}` : `node ${node}`;
}

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
    block !== undefined && !known.has(listedUnder(cell)) && !known.has(nameOf(cell.subject));
  const find = inOrder(cells, (cell) => [
    `node ${listedUnder(cell)}`,
    `subject ${nameOf(cell.subject)}`,
    ...(isForAll(cell) ? ['all'] : []),
  ]);

  return (node, { groups, blamed }, conclusion) => {
    const related = find([`node ${node}`, ...[...groups].map((group) => `subject ${group}`), 'all']);
    const isBlamed = (cell: Cell): boolean => isUnmet(cell) && blamed.has(nameOf(cell.subject));
    const isOwn = (cell: Cell): boolean => listedUnder(cell) === node || !isUnmet(cell) || isBlamed(cell);
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
      // Of two that are blamed for a cell, each report names its own.
      cells: related.filter(isHere).map((cell) => (isBlamed(cell) ? { ...cell, blamedOn: [node] } : cell)),
      elsewhere: related.filter((cell) => !isHere(cell)).map(toldElsewhere),
    };
  };
}

function toldElsewhere({ title, subject, verdict, reason, blamedOn }: Cell): Verdict['notShown'][number] {
  const [blamed] = blamedOn ?? [];
  return {
    what: { say: 'title-on', title, subject: nameOf(subject) },
    reason: {
      say: 'told-elsewhere',
      verdict,
      reason,
      ...(blamed === undefined ? {} : { blamedOn: blamed }),
    },
  };
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
  const reason: Said =
    open[0] === undefined
      ? { say: conclusion === 'pass' ? 'all-pass' : 'none-decided' }
      : { say: 'decided', title: open[0].title, reason: open[0].reason };
  return { id: node, conclusion, reason };
}

/** A survey answers what its machine can be used for; everything else what decided. */
const headlineOf = ({ profile }: Verdict, { reason }: BlockNode, asset: Said | undefined): Said =>
  profile.id === 'survey' && asset !== undefined
    ? { say: 'because', reason: asset }
    : { say: 'sentence', of: reason };
