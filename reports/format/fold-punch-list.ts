import type { Defect, Verdict } from '../schema/verdict.ts';
import { blameSentences } from './blame-sentences.ts';
import { foldNodeSet } from './fold-names.ts';
import { groupBy } from './group-by.ts';

/**
 * The entries of a punch list for a reader: what is said of many nodes in the same words is one entry about a set of them
 * (`gpu[01-16]`), in the place of the first. What a blame stands beside remains alone. The CSV has a row for every node.
 */
export function foldPunchList(verdict: Verdict): readonly Defect[] {
  const groups = groupBy(verdict.defects, (defect) => {
    const { id, owner, symptom, action, retest, part } = defect;
    const device = deviceOf(defect);
    const isAlone = device === undefined || blameSentences(verdict, defect).length > 0;
    return JSON.stringify(isAlone ? [id] : [device, owner, symptom, defect.verdict, action, retest, part]);
  });
  return [...groups.values()].flatMap(([first, ...more]) =>
    first === undefined ? [] : [more.length === 0 ? first : merge([first, ...more])],
  );
}

/** What it is about on its node: empty for the node itself, `undefined` for what several nodes did together. */
function deviceOf({ node, subject }: Defect): string | undefined {
  if (subject === node) return '';
  return subject.startsWith(`${node}/`) ? subject.slice(node.length + 1) : undefined;
}

function merge(alike: readonly [Defect, ...Defect[]]): Defect {
  const [first] = alike;
  const node = foldNodeSet(alike.map((each) => each.node));
  const device = deviceOf(first);
  return {
    ...first,
    node,
    subject: device === '' || device === undefined ? node : `${node}/${device}`,
    cells: alike.flatMap(({ cells }) => cells),
    evidence: [...new Set(alike.flatMap(({ evidence }) => evidence))],
  };
}
