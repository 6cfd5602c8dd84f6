import { isUnmet } from '../../../reports/verdict/algebra.ts';
import type { Blame, Trial } from '../../../reports/verdict/verdict.ts';
import type { Requirement } from '../../../workloads/kit/requirement.ts';
import type { Profile } from '../../config/profile.ts';
import type { PlannedSubject } from '../../plan/plan.ts';
import type { SkipCause } from '../../store/coordinator-journal.ts';
import type { Dossier } from '../dossier.ts';
import type { JudgedCell } from '../judge-cells.ts';
import { absenceOf, leftOut, writeCell } from '../judge-cells.ts';
import type { Outcome } from '../outcome.ts';
import { invalid, missing } from '../outcome.ts';
import { judgeMetricRule } from '../rules/judge-metric-rule.ts';
import type { RunDossier } from '../run-dossier.ts';
import { withLooks } from '../with-looks.ts';

/** A decided cell about several nodes. */
export interface GroupCell extends JudgedCell {
  readonly members: readonly string[];
  readonly kind: 'pair' | 'group';
  /** The members that are to blame for a cell that is not met; it is shown with the first of them. */
  readonly blamedOn: readonly string[];
}

/** Whom the bad trials of a run are blamed on, and who computes wrong or is not what he should be. */
export interface GroupFindings {
  readonly trials: readonly Trial[];
  readonly blames: readonly Blame[];
  /** The gates that a node fails, of the profile that the run was planned for. */
  readonly closedGates: (node: string) => readonly string[];
}

/**
 * Judges what nodes did together: one cell per requirement on pairs or groups and planned pair or group. A cell that is
 * not met is the blamed member's; folded with his others it is one defect. A node that is in none of them has a cell of
 * its own, and so has a run without any: nobody passes by having been measured with no one. What was added to find out
 * who is to blame fills no cell, but a wrong result that it found is one.
 */
export function judgeGroups(
  profile: Profile,
  index: RunDossier,
  findings: GroupFindings,
): readonly GroupCell[] {
  const { plan } = index.material;
  return profile.requirements
    .filter(({ scope }) => scope === 'pair' || scope === 'group')
    .flatMap((requirement) => {
      const subjects = (plan?.subjects ?? []).filter(({ kind }) => kind === requirement.scope);
      if (subjects.length === 0) return [standIn(requirement, index)];
      const planned = subjects.map((subject) => judgeGroup(requirement, subject, index, findings));
      const wrong = listExtras(index)
        .map((subject) => judgeGroup(requirement, subject, index, findings))
        .filter(({ cell }) => cell.verdict === 'fail' && isCorrectness(requirement, index));
      const measured = new Set(subjects.flatMap(({ members = [] }) => members));
      const alone = index.nodes
        .filter(({ id }) => !measured.has(id))
        .map((node) => standAlone(requirement, node, index));
      return [...planned, ...wrong, ...alone];
    });
}

/**
 * What exactly these nodes did together, where that was measured although no plan had it: with a quota, the group that was left when
 * others were kept out is the one that has to pass.
 */
export function judgeAccepted(
  profile: Profile,
  accepted: ReadonlySet<string>,
  index: RunDossier,
  findings: GroupFindings,
): readonly GroupCell[] {
  const theirs = listExtras(index).filter(
    ({ members = [] }) => members.length === accepted.size && members.every((node) => accepted.has(node)),
  );
  return profile.requirements
    .filter(({ scope }) => scope === 'group')
    .flatMap((requirement) =>
      theirs
        .map((subject) => judgeGroup(requirement, subject, index, findings))
        // A wrong result is one of the cells already.
        .filter(({ cell }) => cell.verdict !== 'fail' || !isCorrectness(requirement, index)),
    );
}

const isCorrectness = ({ rule }: Requirement, { material }: RunDossier): boolean =>
  rule.kind === 'metric' && material.metrics.get(rule.metric)?.correctness === true;

/** The groups of the steps that were added during the run, as far as they are none of the plan's. */
function listExtras({ material: { plan } }: RunDossier): readonly PlannedSubject[] {
  const planned = new Set(plan?.subjects.map(({ id }) => id));
  const extras = (plan?.steps ?? []).flatMap(({ seat, isExtra }): readonly PlannedSubject[] => {
    if (seat?.rank !== 0 || isExtra !== true || planned.has(seat.group)) return [];
    const members = seat.members.map(({ node }) => node);
    return [{ id: seat.group, node: seat.group, kind: 'group', label: seat.group, members }];
  });
  return [...new Map(extras.map((subject) => [subject.id, subject])).values()];
}

/** A node that nothing was planned with: it has no tool or no address there, or rested in every round. */
function standAlone(requirement: Requirement, node: Dossier, index: RunDossier): GroupCell {
  const subject: PlannedSubject = { id: node.id, node: node.id, kind: 'node', label: node.id };
  const workload = workloadOf(requirement, index);
  const reason = index.unplannedOn(node.id).find((each) => each.workload === workload);
  const outcome =
    absenceOf(node) ??
    (reason === undefined
      ? node.leftOut === undefined
        ? missing('not-run', { say: 'nothing-across', node: true })
        : leftOut(node.id, node.leftOut)
      : missing('no-tool', reason.reason, { of: node.id, why: 'no-tool', in: workload }));
  return {
    ...writeCell({ cell: `${node.id}:${requirement.id}`, subject, requirement, isStandIn: true }, outcome),
    members: [node.id],
    kind: 'pair',
    blamedOn: [],
  };
}

const workloadOf = ({ rule }: Requirement, { material }: RunDossier): string =>
  (rule.kind === 'metric' ? material.metrics.get(rule.metric)?.workload : undefined) ?? '';

function judgeGroup(
  requirement: Requirement,
  subject: PlannedSubject,
  index: RunDossier,
  findings: GroupFindings,
): GroupCell {
  const members = subject.members ?? [];
  const outcome = judgeTogether(requirement, subject, index);
  const kind = requirement.scope === 'pair' ? 'pair' : 'group';
  const kept = keptOut(subject, index, findings);
  const blamedOn = isUnmet(outcome) ? [...new Set([...kept, ...blamedAmong(members, findings.blames)])] : [];
  const [first] = blamedOn;
  const cell = writeCell(
    { cell: `${subject.id}:${requirement.id}`, subject, requirement, isStandIn: false },
    outcome,
  );
  if (first === undefined) return { ...cell, members, kind, blamedOn };
  return {
    // The one cause of all cells that a node is blamed for.
    cause: { of: first, why: 'blamed' },
    // Without a number it is still known whose fault that is: measuring again would not help.
    cell: {
      ...cell.cell,
      blamedOn: [...blamedOn],
      action: kept.includes(first)
        ? { say: 'repair', node: first }
        : { say: 'quoted', text: requirement.action },
    },
    members,
    kind,
    blamedOn,
  };
}

const blamedAmong = (members: readonly string[], blames: readonly Blame[]): readonly string[] =>
  blames.flatMap(({ node }) => (node !== undefined && members.includes(node) ? [node] : []));

/**
 * Members because of whom a planned step of this group was left out. A finding that the coordinator gave as its reason
 * counts only when the node's own evidence gives it again, and a loss only when the step has no end.
 */
const keptOut = (subject: PlannedSubject, index: RunDossier, findings: GroupFindings): readonly string[] =>
  [...index.group(subject).planned.keys()].flatMap((step) => {
    const cause = index.material.skips.get(step);
    const { node } = cause ?? {};
    if (cause === undefined || node === undefined || subject.members?.includes(node) !== true) return [];
    return isFounded(cause, hasNoEnd(step, subject, index), findings) ? [node] : [];
  });

/** Does the journal of its leader, which has to be whole, say that a step never came to an end? */
function hasNoEnd(step: string, { members: [first = ''] = [] }: PlannedSubject, index: RunDossier): boolean {
  const leader = index.node(first);
  return leader?.damage === undefined && leader?.steps.has(step) !== true;
}

function isFounded(cause: SkipCause, isOpen: boolean, { blames, closedGates }: GroupFindings): boolean {
  const isBlamed = blames.some(({ node }) => node !== undefined && node === cause.node);
  switch (cause.why) {
    case 'gate':
      return closedGates(cause.node).includes(cause.requirement);
    case 'blamed':
      return isBlamed;
    case 'lost':
    case 'begun':
      return isOpen;
    case 'tenant':
    case 'window':
    case 'idled':
      // Its cooling is no fault of anybody's here.
      return false;
    case 'said':
      return isBlamed || (cause.node !== undefined && closedGates(cause.node).length > 0);
  }
}

function judgeTogether(requirement: Requirement, subject: PlannedSubject, index: RunDossier): Outcome {
  const { rule, scope } = requirement;
  const node = index.group(subject);
  if (rule.kind === 'not-covered')
    return missing('not-covered', { say: 'not-covered', matter: rule.subjectMatter });
  const twice = countedTwice(subject.members ?? [], index);
  if (twice !== undefined) return twice;
  const absent = absenceOf(node);
  if (absent !== undefined) return absent;
  if (node.leftOut !== undefined) return leftOut(node.id, node.leftOut);
  if (rule.kind !== 'metric') throw new Error(`a ${scope} cannot be judged by a rule on a ${rule.kind}`);
  const known = { subject, device: undefined, names: [subject.id] };
  return withLooks(
    (on) => judgeMetricRule(rule, requirement, known, { index, node: on }),
    index.since(requirement, subject, node),
    { cell: `${subject.id}:${requirement.id}`, sampling: requirement.sampling, index },
  );
}

/** Two names of one machine are not two machines: what they did together says nothing. */
function countedTwice(members: readonly string[], index: RunDossier): Outcome | undefined {
  const machines = Map.groupBy(members, (member) => index.node(member)?.sameAs ?? member);
  const names = [...machines.values()].find(({ length }) => length > 1);
  return names && invalid({ say: 'one-machine', names }, { of: names.join(), why: 'same-machine' });
}

/** Nothing was planned across nodes: the requirement is about nobody in particular, and not met. */
function standIn(requirement: Requirement, index: RunDossier): GroupCell {
  const { plan, nodes, inventory } = index.material;
  const members = nodes.map(({ id }) => id);
  const [first] = members;
  const id = members.length === 1 && first !== undefined ? first : 'block';
  const subject: PlannedSubject =
    id === first
      ? { id, node: id, kind: 'node', label: id }
      : { id, node: id, kind: 'group', label: id, members };
  const { rule } = requirement;
  const workload = workloadOf(requirement, index);
  const reasons = (plan?.unplanned ?? [])
    .filter((each) => each.workload === workload)
    .map(({ node, reason }) => ({ node, reason }));
  const unique = [...new Map(reasons.map((each) => [JSON.stringify(each), each])).values()];
  // Of each reason all nodes, and no more reasons than are read.
  const told = [...Map.groupBy(unique, ({ reason }) => JSON.stringify(reason)).values()].slice(0, 3).flat();
  const twice = countedTwice(members, index);
  const outcome =
    rule.kind === 'not-covered'
      ? missing('not-covered', { say: 'not-covered', matter: rule.subjectMatter })
      : nodes.length < 2
        ? missing('no-subject', { say: 'one-node' }, { of: id, why: 'one-node' })
        : twice !== undefined && index.nodes.filter(({ sameAs }) => sameAs === undefined).length < 2
          ? twice
          : inventory.fabric === undefined
            ? missing('no-claim', { say: 'no-fabric' }, { of: 'block', why: 'no-fabric' })
            : missing(
                unique.length > 0 ? 'no-tool' : 'not-run',
                unique.length > 0 ? { say: 'per-node', of: told } : { say: 'nothing-across' },
                { of: 'block', why: 'not-planned', in: workload },
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
