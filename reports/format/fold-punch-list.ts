import type { Defect, Verdict } from '../verdict/verdict.ts';
import { blamedDefects, deviceOf } from './blame-sentences.ts';
import { foldNodeSet } from '../verdict/words/fold-names.ts';
import { groupBy } from './group-by.ts';

/**
 * The entries of a punch list for a reader: what is said of many nodes in the same words is one entry about a set of them
 * (`gpu[01-16]`), in the place of the first. What a blame stands beside remains alone. The CSV has a row for every node.
 */
export function foldPunchList(verdict: Verdict): readonly Defect[] {
  const blamed = blamedDefects(verdict);
  const groups = groupBy(verdict.defects, (defect) => {
    const { id, owner, symptom, action, retest, part } = defect;
    const device = deviceOf(defect);
    const isAlone = device === undefined || blamed.has(defect);
    return JSON.stringify(isAlone ? [id] : [device, owner, symptom, defect.verdict, action, retest, part]);
  });
  return [...groups.values()].flatMap(([first, ...more]) =>
    first === undefined ? [] : [more.length === 0 ? first : merge([first, ...more])],
  );
}

function merge(alike: readonly [Defect, ...Defect[]]): Defect {
  const [first] = alike;
  const node = foldNodeSet(alike.map((each) => each.node));
  return {
    ...first,
    node,
    subject: `${node}${first.subject.slice(first.node.length)}`, // it begins with the node, or it would be alone
    cells: alike.flatMap(({ cells }) => cells),
    evidence: [...new Set(alike.flatMap(({ evidence }) => evidence))],
  };
}
