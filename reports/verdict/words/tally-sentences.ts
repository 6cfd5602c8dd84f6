import { isUnmet, listedUnder } from '../algebra.ts';
import { acceptedNodes, decidingCells, openGroupCells } from '../conclude-block.ts';
import type { Conclusion, Defect, Trial, Verdict } from '../verdict.ts';
import { formatCount } from './format-count.ts';
import { nodeWords } from './verdict-words.ts';

// What the parts of a verdict amount to, counted.

/** `29 of 32 nodes conform`. */
export function tallyNodes({ block }: Verdict): string {
  const nodes = block?.nodes ?? [];
  const passed = nodes.filter(({ conclusion }) => conclusion === 'pass').length;
  return `${passed} of ${nodes.length} nodes ${nodeWords.pass[passed === 1 ? 'one' : 'many']}`;
}

/** How a node stands that is done while others still run: `undecided, 3 required cells pass, 1 not`. */
export function tallySoFar(conclusion: Conclusion, passed: number, open: number): string {
  const word = nodeWords[conclusion].one;
  const pass = `${passed} required ${passed === 1 ? 'cell passes' : 'cells pass'}`;
  switch (conclusion) {
    case 'pass':
      return `${word} so far: ${pass}`;
    case 'undecided':
      return `${word}, ${pass}, ${open} not`;
    case 'fail':
    case 'unreached':
      return word;
  }
}

const owners: readonly Defect['owner'][] = ['hardware', 'configuration', 'environment'];

/** What stands between a block and its acceptance, counted; nothing where nothing does. */
export interface InTheWay extends Readonly<Record<Defect['owner'], number>> {
  readonly unreached: number;
  readonly unrun: number;
  readonly groups: number;
}

/** Only defects that leave a required cell open are counted. */
export function countInTheWay(verdict: Verdict): InTheWay | undefined {
  const { block } = verdict;
  const accepted = block === undefined ? undefined : acceptedNodes(block);
  const nodes = (block?.nodes ?? []).filter(({ id }) => accepted?.has(id) ?? true);
  const deciding = block === undefined ? verdict.cells : decidingCells(block, verdict.cells);
  const open = deciding.filter((cell) => cell.level === 'required' && isUnmet(cell));
  if (open.length === 0 && nodes.every(({ conclusion }) => conclusion === 'pass')) return undefined;
  const openIds = new Set(open.map(({ id }) => id));
  const blocking = verdict.defects.filter(({ cells }) => cells.some((id) => openIds.has(id)));
  const of = (owner: Defect['owner']): number => blocking.filter((defect) => defect.owner === owner).length;
  const reached = new Set(nodes.filter(({ conclusion }) => conclusion !== 'unreached').map(({ id }) => id));
  const unrun = new Set(open.filter(({ missing }) => missing === 'not-run').map(listedUnder));
  return {
    hardware: of('hardware'),
    configuration: of('configuration'),
    environment: of('environment'),
    unreached: nodes.length - reached.size,
    unrun: [...unrun].filter((id) => reached.has(id)).length,
    groups: new Set(openGroupCells(nodes, open).map(listedUnder)).size,
  };
}

/** The same in one line, with its zeros: `2 hardware defects, 0 configuration, 0 environment, 1 node not reached`. */
export function tallyInTheWay(verdict: Verdict): string {
  const counts = countInTheWay(verdict);
  if (counts === undefined) return 'Nothing stands in the way.';
  const { unreached, unrun, groups } = counts;
  return `In the way: ${[
    ...owners.map((owner) =>
      owner === 'hardware' ? formatCount(counts[owner], 'hardware defect') : `${counts[owner]} ${owner}`,
    ),
    `${formatCount(unreached, 'node')} not reached`,
    `${unrun} with something not run`,
    ...(groups === 0 ? [] : [`${formatCount(groups, 'group')} open without a node to blame`]),
  ].join(', ')}.`;
}

/** `19 measurements across nodes: 15 good, 3 bad, 1 unknown; 4 of them added to find out who is to blame.` */
export function tallyTrials(trials: readonly Trial[]): string {
  const count = (outcome: Trial['outcome']): number =>
    trials.filter((trial) => trial.outcome === outcome).length;
  const extra = trials.filter(({ isExtra }) => isExtra).length;
  const added = extra === 0 ? '' : `; ${extra} of them added to find out who is to blame`;
  return `${formatCount(trials.length, 'measurement')} across nodes: ${count('good')} good, ${count('bad')} bad, ${count('unknown')} unknown${added}.`;
}

/** `14 planned steps: 12 completed, 1 timeout, 1 skipped.` */
export function tallyAttempts(attempts: Verdict['attempts']): string {
  if (attempts.length === 0) return 'No step was planned.';
  const counts = Map.groupBy(attempts, ({ execution }) => execution);
  const words = [...counts].map(([execution, steps]) => `${steps.length} ${execution}`).join(', ');
  return `${formatCount(attempts.length, 'planned step')}: ${words}.`;
}

/** How many nodes the facts are of, and whether they differ between them. */
export function tallyProbed(reached: number, unreached: number, different: number): string {
  const probed = `${formatCount(reached, 'node')} ${reached === 1 ? 'was' : 'were'} probed${unreached === 0 ? '' : `, ${unreached} not`}.`;
  return `${probed} ${different === 0 ? 'No fact differs between groups of them.' : `${different} facts differ:`}`;
}
