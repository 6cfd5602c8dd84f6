import { perObject } from '../../workloads/kit/per-object.ts';
import type { Requirement } from '../../workloads/kit/requirement.ts';
import type { Profile } from '../config/profile.ts';
import type { PlannedSubject } from './plan.ts';

/** One field of the coverage matrix before anything is known about it. */
export interface Coverage {
  /** `<subject>:<requirement>`. */
  readonly cell: string;
  readonly subject: PlannedSubject;
  readonly requirement: Requirement;
  /** The requirement is about a kind of device of which the node has none: the node stands in for it. */
  readonly isStandIn: boolean;
}

const byScope = perObject(({ requirements }: Profile) => Map.groupBy(requirements, ({ scope }) => scope));

const isAcross = ({ scope }: Requirement): boolean => scope === 'pair' || scope === 'group';

/**
 * The coverage matrix: every requirement for every subject that it is about. A requirement on devices that a
 * node does not have still gets its cell, on the node: what is not there cannot drop out of the verdict.
 */
export function createCoverage(profile: Profile, subjects: readonly PlannedSubject[]): readonly Coverage[] {
  return subjects.flatMap((subject) => {
    const fieldOf = (requirement: Requirement, isStandIn: boolean): Coverage => ({
      cell: `${subject.id}:${requirement.id}`,
      subject,
      requirement,
      isStandIn,
    });
    if (subject.kind !== 'node')
      return (byScope(profile).get(subject.kind) ?? []).map((requirement) => fieldOf(requirement, false));
    return profile.requirements.flatMap((requirement): readonly Coverage[] => {
      if (requirement.scope === 'node') return [fieldOf(requirement, false)];
      const isThere =
        isAcross(requirement) ||
        subjects.some(({ node, kind }) => node === subject.node && kind === requirement.scope);
      return isThere ? [] : [fieldOf(requirement, true)];
    });
  });
}
