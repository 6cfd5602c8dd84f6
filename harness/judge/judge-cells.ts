import type { Cell } from '../../reports/schema/verdict.ts';
import type { Requirement } from '../../workloads/kit/requirement.ts';
import type { Profile } from '../config/profile.ts';
import type { Coverage } from '../plan/coverage.ts';
import { createCoverage } from '../plan/coverage.ts';
import type { KnownSubject } from '../plan/subjects.ts';
import { describeSubjects } from '../plan/subjects.ts';
import type { NodeMaterial, RunMaterial } from '../store/run-material.ts';
import { adviseOn } from './missing-action.ts';
import type { Outcome } from './outcome.ts';
import { missing } from './outcome.ts';
import { judgeDrift } from './rules/drift/judge-drift.ts';
import { judgeFactRule } from './rules/judge-fact-rule.ts';
import { judgeMetricRule } from './rules/judge-metric-rule.ts';
import { judgeManifest } from './rules/manifest/judge-manifest.ts';

/** A decided cell with the cause that it shares with other cells of its node. */
export interface JudgedCell {
  readonly cell: Cell;
  readonly cause: string;
}

/** Judges one node against one profile: one cell per field of the coverage matrix, none left out. */
export function judgeCells(
  profile: Profile,
  node: NodeMaterial,
  material: RunMaterial,
): readonly JudgedCell[] {
  const known = describeSubjects(node.id, node.reached ? node.facts : undefined);
  const bySubject = new Map(known.map((each) => [each.subject.id, each]));
  const coverage = createCoverage(
    profile,
    known.map(({ subject }) => subject),
  );
  const judged = coverage.map((field) => {
    const subject = bySubject.get(field.subject.id);
    if (subject === undefined) throw new Error(`coverage names the unknown subject ${field.subject.id}`);
    return writeCell(field, judgeField(field, subject, profile, node, material));
  });
  return [...judged, ...vanishedCells(profile, node, material, coverage)];
}

function judgeField(
  { requirement, isStandIn }: Coverage,
  known: KnownSubject,
  profile: Profile,
  node: NodeMaterial,
  material: RunMaterial,
): Outcome {
  const { rule } = requirement;
  if (!node.reached) return missing('no-access', node.why ?? 'nobody could log in', `${node.id}:no-access`);
  if (rule.kind === 'not-covered')
    return missing('not-covered', `Assay cannot measure this yet: ${rule.subjectMatter}`);
  const { facts } = node;
  if (facts === undefined) {
    return missing(
      'unknown-fact',
      `there are no facts about this node: ${node.why ?? 'the probes left none'}`,
      `${node.id}:no-facts`,
    );
  }
  const left = leftOutOf(node.id, material);
  const isOfUse = rule.kind === 'metric' || (rule.kind === 'fact' && rule.path.startsWith('occupancy.'));
  if (left !== undefined && isOfUse) return left;
  if (isStandIn) return judgeStandIn(requirement, node);
  const { claimedClass, claims } = claimsFor(node.id, material);
  if (rule.kind === 'manifest') return judgeManifest(node.id, facts, material);
  if (rule.kind === 'drift') return judgeDrift(node.id, facts, material);
  if (rule.kind === 'metric')
    return judgeMetricRule(rule, requirement, known, { material, node, claimedClass });
  const peers = rule.unique === true ? listPeers(known, material) : [];
  const context = { facts, claims, peers, profile: `profile ${profile.id} ${profile.version}` };
  const outcome = judgeFactRule(rule, known, context);
  // Causes of fact rules are about the node, unless they already name one of its devices.
  return outcome.cause?.startsWith('no-') === true
    ? { ...outcome, cause: `${node.id}:${outcome.cause}` }
    : outcome;
}

/** Why a node that answered took no part, as the one cause of all that was therefore not measured on it. */
export function leftOutOf(node: string, { plan }: Pick<RunMaterial, 'plan'>): Outcome | undefined {
  const left = plan?.leftOut?.find((each) => each.node === node);
  return left && missing('no-access', left.reason, `${node}:left-out`);
}

/** No such device: either none is there, or it is not known whether one is. */
function judgeStandIn({ scope }: Requirement, { id, facts }: NodeMaterial): Outcome {
  const list =
    scope === 'accelerator' ? facts?.accelerators : scope === 'drive' ? facts?.drives : facts?.nics;
  return list !== undefined && 'unknown' in list
    ? missing(
        'unknown-fact',
        `whether there is any ${scope} is not known: ${list.unknown}`,
        `${id}:unknown-${scope}s`,
      )
    : missing('no-subject', `there is no ${scope} on this node`, `${id}:no-${scope}`);
}

/** The facts of every other subject of this kind, on this and on all other nodes. */
function listPeers({ subject }: KnownSubject, { nodes }: RunMaterial): readonly unknown[] {
  return nodes.flatMap(({ id, facts }) =>
    describeSubjects(id, facts)
      .filter((other) => other.subject.kind === subject.kind && other.subject.id !== subject.id)
      .map(({ device }) => device ?? facts),
  );
}

/** What the inventory claims about a node; a node that it does not name claims nothing. */
export function claimsFor(node: string, { inventory }: Pick<RunMaterial, 'inventory'>) {
  const entry = inventory.nodes.find(({ name }) => name === node);
  return { claimedClass: entry?.class, claims: entry?.claims ?? {} };
}

/** Cells of the plan whose subject the facts no longer show: they were promised, so they are missing. */
function vanishedCells(
  profile: Profile,
  node: NodeMaterial,
  { plan }: RunMaterial,
  coverage: readonly Coverage[],
): readonly JudgedCell[] {
  if (plan === undefined || plan.profile !== profile.id) return [];
  const present = new Set(coverage.map(({ cell }) => cell));
  return plan.subjects
    .filter((subject) => subject.node === node.id)
    .flatMap((subject) =>
      profile.requirements
        .map((requirement) => ({
          cell: `${subject.id}:${requirement.id}`,
          subject,
          requirement,
          isStandIn: false,
        }))
        .filter(({ cell }) => plan.cells.includes(cell) && !present.has(cell)),
    )
    .map((field) => {
      const cause = node.reached ? `${field.subject.id}:vanished` : `${node.id}:no-access`;
      return writeCell(
        field,
        node.reached
          ? missing('no-subject', `${field.subject.label} was planned for and is not in the facts`, cause)
          : missing('no-access', node.why ?? 'nobody could log in', cause),
      );
    });
}

export function writeCell({ cell: id, subject, requirement }: Coverage, outcome: Outcome): JudgedCell {
  const { verdict, reason, missing: kind, limit, observed, cause } = outcome;
  const { title, dimension, level, owner, gate, sampling } = requirement;
  return {
    cause: cause ?? id,
    cell: {
      id,
      subject: subject.id,
      node: subject.node,
      requirement: requirement.id,
      title,
      dimension,
      level,
      owner,
      gate,
      verdict,
      reason,
      ...(kind === undefined ? {} : { missing: kind }),
      ...(limit === undefined ? {} : { limit }),
      sampling,
      ...(observed === undefined ? {} : { observed }),
      ...(verdict === 'pass' || verdict === 'not-applicable'
        ? {}
        : { action: adviseOn(outcome) ?? requirement.action }),
    },
  };
}
