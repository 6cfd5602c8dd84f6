import { isUnmet } from '../../../reports/verdict/algebra.ts';
import type { Cell } from '../../../reports/verdict/cell.ts';
import { stateOfCell } from '../../../reports/verdict/repair-state.ts';
import type { Verdict } from '../../../reports/verdict/verdict.ts';
import { nameOf, nodeOf } from '../../../workloads/kit/subject.ts';
import type { RunMaterial } from '../../store/run-material.ts';
import { repairOf } from '../after-repair.ts';

/**
 * What cells said before the repair that touched them, where that was no pass: it stays in the record, and counts no more.
 * `judgeBefore` gives the verdict without any repair.
 */
export function describeRepairs(
  given: RunMaterial,
  cells: readonly Cell[],
  judgeBefore: () => Verdict,
): Pick<Verdict, 'superseded' | 'verified'> {
  const { repairs, plan } = given;
  if (repairs.length === 0) return {};
  const now = new Map(cells.map((cell) => [cell.id, cell]));
  const subjects = new Map(plan?.subjects.map((subject) => [subject.id, subject]));
  const rules = new Map(given.profile.requirements.map((requirement) => [requirement.id, requirement]));
  const earlier = judgeBefore();
  const before = earlier.cells.filter(isUnmet);
  const superseded = before.flatMap((cell) => {
    const requirement = rules.get(cell.requirement);
    const subject = subjects.get(nameOf(cell.subject));
    const node = nodeOf(cell.subject);
    const members = node === undefined ? (subject?.members ?? []) : [node];
    const touched =
      requirement === undefined || subject === undefined
        ? undefined
        : repairOf(requirement, subject, members, given);
    // A fact is read anew: where it is another now, or its part is gone, that is the repair's doing.
    const repair =
      touched ??
      (now.get(cell.id)?.verdict === cell.verdict
        ? undefined
        : repairs.findLast((each) => members.includes(each.node)));
    return repair === undefined
      ? []
      : [{ cell: cell.id, verdict: cell.verdict, by: `${repair.node}=${repair.part}`, at: repair.at }];
  });
  const verified = endedDefects(earlier.defects, superseded, now);
  return {
    ...(superseded.length === 0 ? {} : { superseded }),
    ...(verified.length === 0 ? {} : { verified }),
  };
}

/** Defects of before all of whose cells a repair has taken the place of, and that were right when they were measured again. */
function endedDefects(
  defects: Verdict['defects'],
  superseded: NonNullable<Verdict['superseded']>,
  now: ReadonlyMap<string, Cell>,
): NonNullable<Verdict['verified']> {
  const repairs = new Map(superseded.map((each) => [each.cell, each]));
  const isRight = (cell: string): boolean => ['verified', 'part replaced'].includes(stateOfCell(cell, now));
  return defects.flatMap((defect) => {
    const last = defect.cells.flatMap((cell) => repairs.get(cell) ?? []).at(-1);
    const isEnded = defect.cells.every((cell) => repairs.has(cell) && isRight(cell));
    return last === undefined || !isEnded ? [] : [{ ...defect, by: last.by, at: last.at }];
  });
}
