import { nameOf } from '../../workloads/kit/subject.ts';
import { isUnmet, listedUnder } from './algebra.ts';
import type { Cell } from './cell.ts';
import { concludeBlock } from './conclude-block.ts';
import { sharesOf } from './node-share.ts';
import type { Block, BlockNode, Verdict } from './verdict.ts';

/** Where what a block says of its nodes, trials and blames does not fit the rest of the document, or itself. */
export function blockContradictions(verdict: Verdict): readonly string[] {
  const { block, conclusion } = verdict;
  if (block === undefined) return [];
  const expected = concludeBlock(block, verdict.cells);
  const required = verdict.cells.filter(({ level }) => level === 'required');
  const owned = Map.groupBy(required, listedUnder);
  const about = Map.groupBy(required, ({ subject }) => nameOf(subject));
  const shareOf = sharesOf(block);
  const reached = new Map(verdict.nodes.map((node) => [node.id, node.reached]));
  return [
    ...misnamed(block, verdict),
    ...block.nodes.flatMap((node) => {
      const { groups, blamed } = shareOf(node.id);
      const cellsOf = (names: Iterable<string>) => [...names].flatMap((name) => about.get(name) ?? []);
      const own = owned.get(node.id) ?? [];
      return misjudged(node, { own, blamed: cellsOf(blamed), groups: cellsOf(groups) }, reached.get(node.id));
    }),
    ...(conclusion === expected
      ? []
      : [`conclusion: expected \`${expected}\`, as the worst node or group is, got \`${conclusion}\``]),
    ...strangers(block),
    ...block.blames.flatMap((_, place) => unfounded(block, place)),
  ];
}

/** `block.nodes` names each node of the run exactly once. */
function misnamed(block: Block, { nodes }: Verdict): readonly string[] {
  const named = block.nodes.map(({ id }) => id);
  const known = new Set(nodes.map(({ id }) => id));
  const times = Map.groupBy(named, (id) => id);
  return [
    ...[...known]
      .filter((id) => times.get(id)?.length !== 1)
      .map((id) => `block.nodes: expected \`${id}\` exactly once`),
    ...named
      .filter((id) => !known.has(id))
      .map((id) => `block.nodes: expected a node of the run, got \`${id}\``),
    ...(block.whole !== undefined && named.length !== 1
      ? [`block.nodes: expected one node in a part of a block, got ${named.length}`]
      : []),
  ];
}

/**
 * A node is as good as its worst required cell, and what it is blamed for. What its pairs and groups failed for nobody's
 * sake may count for it too: by whose rules, the document does not say.
 */
function misjudged(
  node: BlockNode,
  required: Readonly<Record<'own' | 'blamed' | 'groups', readonly Cell[]>>,
  isReached: boolean | undefined,
): readonly string[] {
  const { own, blamed, groups } = required;
  const failed = own.find(({ verdict }) => verdict === 'fail');
  switch (node.conclusion) {
    case 'pass': {
      const open = [...own, ...blamed].find(isUnmet);
      return [
        ...(open === undefined ? [] : [`anything but \`pass\`, since \`${open.id}\` is ${open.verdict}`]),
        ...(isReached === false ? ['anything but `pass`, since it was not reached'] : []),
        ...(own.some(({ verdict }) => verdict === 'pass')
          ? []
          : ['a required cell that passes behind `pass`, got none']),
      ].map((text) => `block.nodes \`${node.id}\`: expected ${text}`);
    }
    case 'fail':
      return [...own, ...groups].some(({ verdict }) => verdict === 'fail')
        ? []
        : [`block.nodes \`${node.id}\`: expected a required cell that fails behind \`fail\`, got none`];
    case 'undecided':
      return failed === undefined
        ? []
        : [`block.nodes \`${node.id}\`: expected \`fail\`, since \`${failed.id}\` is fail`];
    case 'unreached':
      return isReached === true
        ? [`block.nodes \`${node.id}\`: expected anything but \`unreached\`, since it was reached`]
        : [];
  }
}

/** Who took part in a trial is a node of the block; a part of a document names partners that it says no more of. */
function strangers({ nodes, trials, whole }: Block): readonly string[] {
  const ids = new Set(nodes.map(({ id }) => id));
  const steps = trials.map(({ step }) => step);
  return [
    ...(new Set(steps).size === steps.length ? [] : ['block.trials: expected every step once']),
    ...(whole === undefined
      ? trials.flatMap(({ step, members }) =>
          members
            .filter((id) => !ids.has(id))
            .map((id) => `block.trials \`${step}\`: expected nodes of the block as members, got \`${id}\``),
        )
      : []),
  ];
}

/** A blame rests on a trial that went wrong, and names one of those who took part. */
function unfounded({ blames, trials, nodes, whole }: Block, place: number): readonly string[] {
  const blame = blames[place];
  if (blame === undefined) return [];
  const { node, members, steps } = blame;
  const at = `block.blames[${place}]`;
  return [
    ...(trials.some(({ step, outcome }) => outcome === 'bad' && steps.includes(step))
      ? []
      : [`${at}: expected a bad trial among its steps, got none`]),
    ...(node === undefined || members.includes(node)
      ? []
      : [`${at}: expected one of its members to be blamed, got \`${node}\``]),
    ...(node === undefined || whole !== undefined || nodes.some(({ id }) => id === node)
      ? []
      : [`${at}: expected a node of the block, got \`${node}\``]),
  ];
}
