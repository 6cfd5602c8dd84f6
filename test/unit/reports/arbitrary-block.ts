import fc from 'fast-check';
import type { Cell, CellVerdict } from '../../../reports/verdict/cell.ts';
import { CellVerdict as CellVerdicts } from '../../../reports/verdict/cell.ts';
import type { Blame, BlockNode, Conclusion, Trial } from '../../../reports/verdict/verdict.ts';
import { Verdict } from '../../../reports/verdict/verdict.ts';
import type { Subject } from '../../../workloads/kit/subject.ts';
import { nameOf, nodeOf } from '../../../workloads/kit/subject.ts';
import { exampleCell, exampleVerdict, hostileStrings, quoted } from '../../support/example-verdict.ts';

const ids = ['n1', 'n2', 'n3', 'n10', 'a"><b>', '../up', hostileStrings[4]!, hostileStrings[13]!];
// Mostly met, so that whole blocks are met too.
const word = fc.oneof(
  { weight: 4, arbitrary: fc.constant('pass' as const) },
  { weight: 1, arbitrary: fc.constantFrom(...CellVerdicts.options) },
);
const text = fc.oneof(fc.constantFrom(...hostileStrings), fc.lorem({ maxCount: 4 }));
const place = fc.option(fc.constantFrom('R1', 'R2', 'U10', hostileStrings[0]!, ''), { nil: undefined });

const node = fc.record({
  isReached: fc.oneof({ weight: 4, arbitrary: fc.constant(true) }, fc.boolean()),
  words: fc.array(word, { maxLength: 3 }),
  /** Whether what its groups failed for nobody's sake counts for it. */
  isBound: fc.boolean(),
  rack: place,
  slot: place,
  why: text.map(quoted),
  reason: text.map(quoted),
});
const group = fc.record({
  from: fc.nat({ max: 5 }),
  size: fc.integer({ min: 1, max: 4 }),
  word,
  blamed: fc.option(fc.nat({ max: 3 }), { nil: undefined }),
  isExtra: fc.boolean(),
  reason: text.map(quoted),
});

const cellOf = (
  subject: Subject,
  requirement: string,
  verdict: CellVerdict,
  rest: Partial<Cell> = {},
): Cell =>
  exampleCell({ subject, requirement, title: requirement, dimension: 'D5', verdict, reason: 'x', ...rest });

/** Verdicts on blocks that agree with themselves: nodes as bad as their cells, groups blamed on a node or on none. */
export const arbitraryBlockVerdict: fc.Arbitrary<Verdict> = fc
  .record({
    nodes: fc.array(node, { minLength: 1, maxLength: 6 }),
    groups: fc.array(group, { maxLength: 5 }),
  })
  .map(({ nodes, groups }) => {
    const named = nodes.map((each, at) => ({ ...each, id: ids[at]! }));
    const own = named.flatMap(({ id, words, isReached }) =>
      words.map((verdict, at) =>
        cellOf({ kind: 'node', node: id }, `own-${at}`, isReached ? verdict : 'missing'),
      ),
    );
    const blames: Blame[] = [];
    const trials: Trial[] = [];
    const membersOf = new Map<string, readonly string[]>();
    const shared = groups.map((each, at) => {
      const members = named.slice(each.from % named.length).slice(0, each.size);
      const names = members.map(({ id }) => id);
      const name = `${names.join('+')}#${at}`;
      membersOf.set(name, names);
      const blamed = each.blamed === undefined ? undefined : members[each.blamed % members.length];
      const isBlamed = each.word === 'fail' && blamed?.isReached === true;
      trials.push({
        step: `t${at}`,
        group: name,
        members: names,
        outcome: each.word === 'fail' ? 'bad' : each.word === 'pass' ? 'good' : 'unknown',
        reason: each.reason,
        isExtra: each.isExtra,
      });
      if (each.word === 'fail')
        blames.push({
          ...(isBlamed ? { node: blamed.id } : {}),
          members: names,
          reason: each.reason,
          steps: [`t${at}`],
        });
      return cellOf({ kind: 'group', name }, 'group', each.word, isBlamed ? { blamedOn: [blamed.id] } : {});
    });
    const cells = [...own, ...shared];
    const standings = named.map(({ id, isReached, isBound, rack, slot, reason }): BlockNode => {
      const about = cells.filter((cell) => (cell.blamedOn?.[0] ?? nodeOf(cell.subject)) === id);
      const loose = cells.filter(
        (cell) => cell.blamedOn === undefined && membersOf.get(nameOf(cell.subject))?.includes(id) === true,
      );
      const open = loose.filter(({ verdict }) => isBound && verdict !== 'pass');
      const words = new Set([...about, ...open].map((cell) => cell.verdict));
      words.delete('not-applicable');
      const conclusion: Conclusion = words.has('fail')
        ? 'fail'
        : !isReached
          ? 'unreached'
          : words.size === 1 && words.has('pass')
            ? 'pass'
            : 'undecided';
      return {
        id,
        conclusion,
        reason,
        ...(rack === undefined ? {} : { rack }),
        ...(slot === undefined ? {} : { slot }),
      };
    });
    return Verdict.parse(
      exampleVerdict({
        cells,
        conclusion: concludeAll(standings, shared),
        nodes: named.map(({ id, isReached, why }) => ({ id, reached: isReached, why, facts: [] })),
        block: { nodes: standings, trials, blames },
      }),
    );
  });

function concludeAll(standings: readonly BlockNode[], shared: readonly Cell[]): Conclusion {
  const all = standings.map(({ conclusion }) => conclusion);
  if (all.every((each) => each === 'unreached')) return 'unreached';
  if (all.includes('fail') || shared.some(({ verdict }) => verdict === 'fail')) return 'fail';
  const isMet = shared.every(({ verdict }) => verdict === 'pass' || verdict === 'not-applicable');
  return isMet && all.every((each) => each === 'pass') ? 'pass' : 'undecided';
}
