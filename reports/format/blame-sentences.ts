import type { Blame, Defect, Verdict } from '../verdict/verdict.ts';
import { placeOf } from '../verdict/words/block-words.ts';
import { cleanText } from '../text/clean-text.ts';

/**
 * The partner logic behind a defect, one sentence for each blame: those whose trials are what the defect's cells are
 * about, and for the first defect of a blamed node those that no defect is about.
 */
export function blameSentences(verdict: Verdict, defect: Defect): readonly string[] {
  return (verdict.block?.blames ?? [])
    .filter((blame) => defectOf(verdict, blame) === defect)
    .map(({ reason }) => cleanText(reason));
}

/** What a defect is on and where that is: the node with its rack and slot, the subject where it is another, the part. */
export function whereabouts(verdict: Verdict, defect: Defect): readonly string[] {
  const { node, subject, part = '' } = defect;
  const place = placeOf(verdict, node);
  const device = deviceOf(defect);
  const isPlain = place === '' && device !== undefined;
  return [...(isPlain ? [subject] : [node, place, device ?? subject]), part]
    .filter((text) => text !== '')
    .map(cleanText);
}

/** What a defect is about on its node: empty for the node itself, `undefined` for what several nodes did together. */
export function deviceOf({ node, subject }: Pick<Defect, 'node' | 'subject'>): string | undefined {
  if (subject === node) return '';
  return subject.startsWith(`${node}/`) ? subject.slice(node.length + 1) : undefined;
}

/** Defects that a blame stands beside. */
export const blamedDefects = (verdict: Verdict): ReadonlySet<Defect | undefined> =>
  new Set((verdict.block?.blames ?? []).map((blame) => defectOf(verdict, blame)));

/** Blames that stand beside no defect: nothing that was concluded is left out. */
export const looseBlames = (verdict: Verdict): readonly Blame[] =>
  (verdict.block?.blames ?? []).filter((blame) => defectOf(verdict, blame) === undefined);

function defectOf(verdict: Verdict, blame: Blame): Defect | undefined {
  const groups = new Set(
    verdict.block?.trials.filter(({ step }) => blame.steps.includes(step)).map(({ group }) => group),
  );
  const subjects = new Map(verdict.cells.map(({ id, subject }) => [id, subject]));
  const candidates = verdict.defects.filter(({ node }) => blame.node === undefined || node === blame.node);
  return (
    candidates.find(({ cells }) => cells.some((id) => groups.has(subjects.get(id) ?? ''))) ??
    (blame.node === undefined ? undefined : candidates[0])
  );
}
