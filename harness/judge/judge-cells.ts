import { isUnmet } from '../../reports/verdict/algebra.ts';
import type { Cell } from '../../reports/verdict/verdict.ts';
import type { FactRule, Requirement } from '../../workloads/kit/requirement.ts';
import type { Profile } from '../config/profile.ts';
import type { Coverage } from '../plan/coverage.ts';
import { createCoverage } from '../plan/coverage.ts';
import type { KnownSubject } from '../plan/subjects.ts';
import type { Damage } from '../store/run-material.ts';
import { adviseOn } from './missing-action.ts';
import type { Outcome } from './outcome.ts';
import { invalid, missing, worst } from './outcome.ts';
import { judgeDrift } from './rules/drift/judge-drift.ts';
import type { FactContext } from './rules/judge-fact-rule.ts';
import { judgeFactRule } from './rules/judge-fact-rule.ts';
import { judgeMetricRule } from './rules/judge-metric-rule.ts';
import { judgeManifest } from './rules/manifest/judge-manifest.ts';
import type { Dossier, RunDossier, SeenDocument } from './run-dossier.ts';

/** A decided cell with the cause that it shares with other cells of its node. */
export interface JudgedCell {
  readonly cell: Cell;
  readonly cause: string;
}

/** Judges one node against one profile: one cell per field of the coverage matrix, none left out. */
export function judgeCells(profile: Profile, node: Dossier, index: RunDossier): readonly JudgedCell[] {
  const coverage = createCoverage(
    profile,
    [...node.subjects.values()].map(({ subject }) => subject),
  );
  const judged = coverage.map((field) => {
    const known = node.subjects.get(field.subject.id);
    if (known === undefined) throw new Error(`coverage names the unknown subject ${field.subject.id}`);
    return writeCell(field, judgeField(field, { profile, known, node, index }));
  });
  return [...judged, ...vanishedCells(profile, node, index, coverage)];
}

interface Field {
  readonly profile: Profile;
  readonly known: KnownSubject;
  readonly node: Dossier;
  readonly index: RunDossier;
}

function judgeField({ requirement, isStandIn }: Coverage, { profile, known, node, index }: Field): Outcome {
  const { rule } = requirement;
  if (node.damage !== undefined) return damagedOutcome(node.id, node.damage);
  if (!node.reached) return missing('no-access', node.why ?? 'nobody could log in', `${node.id}:no-access`);
  if (rule.kind === 'not-covered')
    return missing('not-covered', `Assay cannot measure this yet: ${rule.subjectMatter}`);
  const { facts, claims } = node;
  if (facts === undefined) {
    return missing(
      'unknown-fact',
      `there are no facts about this node: ${node.why ?? 'the probes left none'}`,
      `${node.id}:no-facts`,
    );
  }
  const isOfUse = rule.kind === 'metric' || (rule.kind === 'fact' && rule.path.startsWith('occupancy.'));
  if (isOfUse && node.leftOut !== undefined) return leftOut(node.id, node.leftOut);
  if (isStandIn) return judgeStandIn(requirement, node);
  switch (rule.kind) {
    case 'manifest':
      return judgeManifest(node.id, facts, index.material);
    case 'drift':
      return judgeDrift(node.id, facts, index);
    case 'metric':
      return judgeMetricRule(rule, requirement, known, { index, node });
    case 'fact': {
      const context = { claims, index, profile: `profile ${profile.id} ${profile.version}` };
      const [, ...later] = node.documents;
      return (
        worst([
          judgeFactRule(rule, known, { ...context, facts }),
          ...later.map((document) =>
            judgeAgain(rule, known, { ...context, facts: document.facts }, document),
          ),
        ]) ?? missing('unknown-fact', 'no facts were judged')
      );
    }
  }
}

/** A restarted keeper has looked again: the rule has to hold then too, and what is gone is gone. */
function judgeAgain(
  rule: FactRule,
  known: KnownSubject,
  context: FactContext,
  document: SeenDocument,
): Outcome {
  const { id, label } = known.subject;
  const again = document.subjects.get(id);
  if (again === undefined)
    return missing('no-subject', `${label} is gone after a restart (${document.step})`, `${id}:gone`);
  const outcome = judgeFactRule(rule, again, context);
  return { ...outcome, reason: `${outcome.reason} (${document.step}, after a restart)` };
}

/** Evidence that was changed or is gone: nothing of its node counts, and one cause for all of it. */
export const damagedOutcome = (node: string, { file, expected, found }: Damage): Outcome =>
  invalid(`${file}: expected ${expected}, found ${found}`, `${node}:damaged`);

/** A node that answered took no part: the one cause of all that was therefore not measured on it. */
export const leftOut = (node: string, reason: string): Outcome =>
  missing('no-access', reason, `${node}:left-out`);

/** No such device: either none is there, or it is not known whether one is. */
function judgeStandIn({ scope }: Requirement, { id, facts }: Dossier): Outcome {
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

/** Cells of the plan whose subject the facts no longer show: they were promised, so they are missing. */
function vanishedCells(
  profile: Profile,
  node: Dossier,
  index: RunDossier,
  coverage: readonly Coverage[],
): readonly JudgedCell[] {
  if (index.material.plan?.profile !== profile.id) return [];
  const present = new Set(coverage.map(({ cell }) => cell));
  return (index.plannedSubjects.get(node.id) ?? [])
    .flatMap((subject) =>
      profile.requirements
        .map((requirement) => ({
          cell: `${subject.id}:${requirement.id}`,
          subject,
          requirement,
          isStandIn: false,
        }))
        .filter(({ cell }) => index.plannedCells.has(cell) && !present.has(cell)),
    )
    .map((field) => {
      if (node.damage !== undefined) return writeCell(field, damagedOutcome(node.id, node.damage));
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
      ...(!isUnmet(outcome) ? {} : { action: adviseOn(outcome) ?? requirement.action }),
    },
  };
}

/** The required gates and correctness requirements that a node fails, of the profile that the run was planned for. */
export function findClosedGates(id: string, index: RunDossier): readonly string[] {
  const { plannedProfile, metrics } = index.material;
  const node = index.node(id);
  const rules = new Map(plannedProfile.requirements.map(({ id: requirement, rule }) => [requirement, rule]));
  const isGate = ({ gate, requirement }: Cell): boolean => {
    const rule = rules.get(requirement);
    return gate || (rule?.kind === 'metric' && metrics.get(rule.metric)?.correctness === true);
  };
  const cells = node === undefined ? [] : judgeCells(plannedProfile, node, index).map(({ cell }) => cell);
  return cells
    .filter((cell) => cell.level === 'required' && cell.verdict === 'fail' && isGate(cell))
    .map(({ requirement }) => requirement);
}
