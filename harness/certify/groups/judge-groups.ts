import type { Blame, Trial } from '../../../reports/schema/verdict.ts';
import type { Requirement } from '../../../workloads/kit/requirement.ts';
import type { Profile } from '../../config/profile.ts';
import type { Subject } from '../../run/plan.ts';
import type { JudgedCell } from '../judge-cells.ts';
import { claimsFor, writeCell } from '../judge-cells.ts';
import { judgeMetricRule } from '../judge-metric-rule.ts';
import type { Outcome } from '../outcome.ts';
import { missing } from '../outcome.ts';
import type { RunMaterial } from '../run-material.ts';
import { groupMaterial } from './group-material.ts';

/** A decided cell about several nodes. */
export interface GroupCell extends JudgedCell {
  readonly members: readonly string[];
  readonly kind: 'pair' | 'group';
  /** The members that are to blame for a cell that is not met; it is shown with the first of them. */
  readonly blamedOn: readonly string[];
}

/** Whom the bad trials of a run are blamed on. */
export interface GroupFindings {
  readonly trials: readonly Trial[];
  readonly blames: readonly Blame[];
}

/**
 * Judges what nodes did together: one cell per requirement on pairs or groups and planned pair or group. A cell that is
 * not met is the blamed member's; folded with his others it is one defect. With no pair at all the requirement still
 * has its cell.
 */
export function judgeGroups(
  profile: Profile,
  material: RunMaterial,
  { blames }: GroupFindings,
): readonly GroupCell[] {
  return profile.requirements
    .filter(({ scope }) => scope === 'pair' || scope === 'group')
    .flatMap((requirement) => {
      const subjects = (material.plan?.subjects ?? []).filter(({ kind }) => kind === requirement.scope);
      return subjects.length === 0
        ? [standIn(requirement, material)]
        : subjects.map((subject) => judgeGroup(requirement, subject, material, blames));
    });
}

/** The one cause of all cells that a node is blamed for. */
export const blameCause = (node: string): string => `${node}:blamed`;

function judgeGroup(
  requirement: Requirement,
  subject: Subject,
  material: RunMaterial,
  blames: readonly Blame[],
): GroupCell {
  const members = subject.members ?? [];
  const outcome = judgeTogether(requirement, subject, material);
  const kind = requirement.scope === 'pair' ? 'pair' : 'group';
  const isMet = outcome.verdict === 'pass' || outcome.verdict === 'not-applicable';
  const blamedOn = isMet
    ? []
    : blames.flatMap(({ node }) => (node !== undefined && members.includes(node) ? [node] : []));
  const [first] = blamedOn;
  const cell = writeCell(
    { cell: `${subject.id}:${requirement.id}`, subject, requirement, isStandIn: false },
    outcome,
  );
  if (first === undefined) return { ...cell, members, kind, blamedOn };
  return {
    cause: blameCause(first),
    // Without a number it is still known whose fault that is: measuring again would not help.
    cell: { ...cell.cell, node: first, action: requirement.action },
    members,
    kind,
    blamedOn,
  };
}

function judgeTogether({ rule, ...rest }: Requirement, subject: Subject, material: RunMaterial): Outcome {
  const node = groupMaterial(subject, material);
  if (rule.kind === 'not-covered')
    return missing('not-covered', `Assay cannot measure this yet: ${rule.subjectMatter}`);
  if (!node.reached)
    return missing('no-access', node.why ?? 'nobody could log in', `${subject.id}:no-access`);
  if (rule.kind !== 'metric') throw new Error(`a ${rest.scope} cannot be judged by a rule on a ${rule.kind}`);
  const classes = new Set((subject.members ?? []).map((member) => claimsFor(member, material).claimedClass));
  const known = { subject, device: undefined, names: [subject.id] };
  return judgeMetricRule(rule, { rule, ...rest }, known, {
    material,
    node,
    claimedClass: classes.size === 1 ? [...classes][0] : undefined,
  });
}

/** Nothing was planned across nodes: the requirement is about nobody in particular, and not met. */
function standIn(requirement: Requirement, { plan, nodes, inventory }: RunMaterial): GroupCell {
  const members = nodes.map(({ id }) => id);
  const [first] = members;
  const id = members.length === 1 && first !== undefined ? first : 'block';
  const subject: Subject = { id, node: id, kind: 'group', label: id };
  const { rule } = requirement;
  const workload = rule.kind === 'metric' ? rule.metric.slice(0, rule.metric.indexOf('.')) : '';
  const reasons = [
    ...new Set(
      plan?.unplanned
        .filter((each) => each.workload === workload)
        .map(({ node, reason }) => `${node}: ${reason}`),
    ),
  ];
  const outcome =
    rule.kind === 'not-covered'
      ? missing('not-covered', `Assay cannot measure this yet: ${rule.subjectMatter}`)
      : nodes.length < 2
        ? missing('no-subject', 'there is only one node in this run', `${id}:one-node`)
        : inventory.fabric === undefined
          ? missing(
              'no-claim',
              'the inventory names no interface of the network under test',
              'block:no-fabric',
            )
          : missing(
              reasons.length > 0 ? 'no-tool' : 'not-run',
              reasons.length > 0 ? reasons.slice(0, 3).join('; ') : 'nothing was planned across nodes',
              `block:not-planned:${workload}`,
            );
  return {
    ...writeCell({ cell: `${id}:${requirement.id}`, subject, requirement, isStandIn: true }, outcome),
    members,
    kind: 'group',
    blamedOn: [],
  };
}

/**
 * The cells across nodes that count for one node: those that it is blamed for; else, per requirement, the ones it
 * passed in; else all that it had a part in. A healthy node does not fall with its partner, nor with a group that
 * somebody else brought down; and nobody passes by having been measured with no one.
 */
export function groupCellsOf(node: string, cells: readonly GroupCell[]): readonly GroupCell[] {
  const own = cells.filter(({ members }) => members.includes(node));
  const requirements = [...new Set(own.map(({ cell }) => cell.requirement))];
  return requirements.flatMap((requirement) => {
    const about = own.filter(({ cell }) => cell.requirement === requirement);
    const blamed = about.filter(({ blamedOn }) => blamedOn.includes(node));
    if (blamed.length > 0) return blamed;
    const met = about.filter(({ cell }) => cell.verdict === 'pass');
    if (met.length > 0) return met;
    return about.filter(({ kind, blamedOn }) => kind === 'pair' || blamedOn.length === 0);
  });
}
