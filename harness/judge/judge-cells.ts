import { isUnmet } from '../../reports/verdict/algebra.ts';
import type { Cell } from '../../reports/verdict/cell.ts';
import type { Said } from '../../reports/verdict/said.ts';
import { readFactPath } from '../../workloads/kit/facts/fact-path.ts';
import type { HostFacts } from '../../workloads/kit/facts/host-facts.ts';
import { perObject } from '../../workloads/kit/per-object.ts';
import type { Requirement } from '../../workloads/kit/requirement.ts';
import { versionFacts } from '../config/fact-paths.ts';
import type { Profile } from '../config/profile.ts';
import type { Coverage } from '../plan/coverage.ts';
import { createCoverage } from '../plan/coverage.ts';
import type { PlannedSubject } from '../plan/plan.ts';
import { subjectOf } from '../plan/plan.ts';
import type { KnownSubject } from '../plan/subjects.ts';
import type { Damage } from '../store/run-material.ts';
import { repairOf } from './after-repair.ts';
import type { Cause } from './cause.ts';
import type { Dossier, SeenDocument } from './dossier.ts';
import { adviseOn } from './missing-action.ts';
import type { Outcome } from './outcome.ts';
import { invalid, missing, worst } from './outcome.ts';
import { judgeDrift } from './rules/drift/judge-drift.ts';
import { judgeBoots } from './rules/judge-boots.ts';
import { judgeFactRule } from './rules/judge-fact-rule.ts';
import { judgeMetricRule } from './rules/judge-metric-rule.ts';
import { judgeSiblings } from './rules/judge-siblings.ts';
import { judgeSoak } from './rules/judge-soak.ts';
import { judgeVersions } from './rules/judge-versions.ts';
import { judgeManifest } from './rules/manifest/judge-manifest.ts';
import type { RunDossier } from './run-dossier.ts';
import { soakStepsOf } from './samples/soak-readings.ts';
import { withLooks } from './with-looks.ts';

/** A decided cell with the cause that it shares with other cells of its node. */
export interface JudgedCell {
  readonly cell: Cell;
  readonly cause: Cause | undefined;
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
  return [...foldAlike(profile, node, judged), ...vanishedCells(profile, node, index, coverage)];
}

/**
 * What somebody has set alike on all devices of a kind is one defect of the configuration: eight cards that are limited to 500 W
 * are no eight bad cards.
 */
function foldAlike(profile: Profile, node: Dossier, judged: readonly JudgedCell[]): readonly JudgedCell[] {
  const paths = new Map(
    profile.requirements.flatMap(({ id, scope, rule }) => {
      const path = rule.kind === 'versions' ? versionFacts[rule.component].path : undefined;
      const read = rule.kind === 'fact' ? rule.path : path;
      return read === undefined ? [] : [[id, `${scope}s.${read}`] as const];
    }),
  );
  const alike = new Set(
    [...Map.groupBy(judged, ({ cell }) => cell.requirement)].flatMap(([requirement, cells]) => {
      const [first] = cells;
      const isOne = cells.every(
        ({ cell, cause }) =>
          cell.subject.kind === 'device' &&
          cell.verdict === 'fail' &&
          cell.owner === 'configuration' &&
          cause === undefined &&
          JSON.stringify(cell.reason) === JSON.stringify(first?.cell.reason),
      );
      return isOne && cells.length > 1 ? [requirement] : [];
    }),
  );
  return judged.map((each) => {
    const path = alike.has(each.cell.requirement) ? paths.get(each.cell.requirement) : undefined;
    return path === undefined ? each : { ...each, cause: { of: node.id, why: 'set-alike', in: path } };
  });
}

interface Field {
  readonly profile: Profile;
  readonly known: KnownSubject;
  readonly node: Dossier;
  readonly index: RunDossier;
}

function judgeField(
  { cell, requirement, isStandIn }: Coverage,
  { profile, known, node, index }: Field,
): Outcome {
  const { rule } = requirement;
  const absent = absenceOf(node);
  if (absent !== undefined) return absent;
  if (rule.kind === 'not-covered')
    return missing('not-covered', { say: 'not-covered', matter: rule.subjectMatter });
  const { facts, claims, settings } = node;
  if (facts === undefined) {
    return missing('unknown-fact', { say: 'no-facts', why: node.why }, { of: node.id, why: 'no-facts' });
  }
  const isOfUse =
    rule.kind === 'metric' ||
    rule.kind === 'siblings' ||
    rule.kind === 'soak' ||
    (rule.kind === 'fact' && readFactPath(rule.path)[0] === 'occupancy');
  if (isOfUse && node.leftOut !== undefined) return leftOut(node.id, node.leftOut);
  if (isStandIn) return judgeStandIn(requirement, node);
  switch (rule.kind) {
    case 'manifest':
      return judgeManifest(rule, node.id, facts, index.material);
    case 'drift':
      return judgeDrift(node.id, facts, index);
    case 'soak': {
      const repair = repairOf(requirement, known.subject, [node.id], index.material);
      const own = index.since(requirement, known.subject, node);
      return repair === undefined || soakStepsOf(own).length > 0
        ? judgeSoak(rule, own, index)
        : missing(
            'not-run',
            { say: 'repaired', part: repair.part },
            { of: node.id, why: 'not-run', in: 'soak' },
          );
    }
    case 'boots':
      return judgeBoots(rule, node);
    case 'metric':
    case 'siblings': {
      const judgeOn = (on: Dossier): Outcome =>
        rule.kind === 'metric'
          ? judgeMetricRule(rule, requirement, known, { index, node: on })
          : judgeSiblings(rule, requirement, known, { index, node: on });
      const own = index.since(requirement, known.subject, node);
      return withLooks(judgeOn, own, { cell, sampling: requirement.sampling, index });
    }
    case 'fact':
    case 'versions': {
      const context = { claims, settings, index, profile: `profile ${profile.id} ${profile.version}` };
      const judgeOne = (again: KnownSubject, seen: HostFacts): Outcome =>
        rule.kind === 'versions'
          ? judgeVersions(rule, again, { facts: seen, startedAt: index.material.header.startedAt })
          : judgeFactRule(rule, again, { ...context, facts: seen });
      const [, ...later] = node.documents;
      return (
        worst([judgeOne(known, facts), ...later.map((document) => judgeAgain(judgeOne, known, document))]) ??
        missing('unknown-fact', { say: 'no-facts' })
      );
    }
  }
}

/** A restarted keeper has looked again: the rule has to hold then too, and what is gone is gone. */
function judgeAgain(
  judgeOne: (known: KnownSubject, facts: HostFacts) => Outcome,
  known: KnownSubject,
  document: SeenDocument,
): Outcome {
  const { id, label } = known.subject;
  const again = document.subjects.get(id);
  if (again === undefined)
    return missing(
      'no-subject',
      { say: 'gone-after-restart', label, step: document.step },
      { of: id, why: 'gone' },
    );
  const outcome = judgeOne(again, document.facts);
  return { ...outcome, reason: { say: 'after-restart', what: outcome.reason, step: document.step } };
}

/**
 * Why nothing of a node or group counts, with one cause for all of it: its evidence was changed or is gone, it is another name
 * of a machine that is measured already, or nobody could log in.
 */
export function absenceOf({ id, damage, sameAs, reached, why }: Dossier): Outcome | undefined {
  if (damage !== undefined) return damagedOutcome(id, damage);
  if (sameAs !== undefined)
    return missing('same-machine', { say: 'same-machine', node: sameAs }, { of: id, why: 'same-machine' });
  if (!reached) return missing('no-access', why ?? { say: 'no-access' }, { of: id, why: 'no-access' });
  return undefined;
}

const damagedOutcome = (id: string, { file, expected, found }: Damage): Outcome =>
  invalid({ say: 'damaged', file, expected, found }, { of: id, why: 'damaged' });

/** A node that answered took no part: the one cause of all that was therefore not measured on it. */
export const leftOut = (node: string, reason: Said): Outcome =>
  missing('no-access', reason, { of: node, why: 'left-out' });

/** No such device: either none is there, or it is not known whether one is. */
function judgeStandIn({ scope }: Requirement, { id, facts }: Dossier): Outcome {
  if (scope !== 'accelerator' && scope !== 'drive' && scope !== 'nic')
    throw new Error(`a node stands in for no ${scope}`);
  const list = facts?.[`${scope}s`];
  return list !== undefined && 'unknown' in list
    ? missing(
        'unknown-fact',
        { say: 'unknown-devices', device: scope, unknown: list.unknown },
        { of: id, why: `unknown-${scope}s` },
      )
    : missing('no-subject', { say: 'no-device', device: scope }, { of: id, why: `no-${scope}` });
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
  // A device that is still there has all of its cells; a node may have stood in for one that is there now.
  const isGone = ({ id, kind }: PlannedSubject): boolean =>
    kind === 'node' || node.subjects.get(id)?.subject.kind !== kind;
  return (index.plannedSubjects.get(node.id) ?? [])
    .filter(isGone)
    .flatMap((subject) =>
      profile.requirements
        .filter(({ scope }) => scope === subject.kind || subject.kind === 'node')
        .map((requirement) => ({
          cell: `${subject.id}:${requirement.id}`,
          subject,
          requirement,
          isStandIn: false,
        }))
        .filter(({ cell }) => index.plannedCells.has(cell) && !present.has(cell)),
    )
    .map((field) => {
      const { id, label } = field.subject;
      return writeCell(
        field,
        absenceOf(node) ?? missing('no-subject', { say: 'vanished', label }, { of: id, why: 'vanished' }),
      );
    });
}

const subjectOfPlanned = perObject(subjectOf);
const actionOf = perObject(({ action }: Requirement): Said => ({ say: 'quoted', text: action }));

export function writeCell({ cell: id, subject, requirement }: Coverage, outcome: Outcome): JudgedCell {
  const { verdict, reason, missing: kind, limit, observed, remedy, cause } = outcome;
  const { title, dimension, level, gate, sampling } = requirement;
  return {
    cause,
    cell: {
      id,
      subject: subjectOfPlanned(subject),
      requirement: requirement.id,
      title,
      dimension,
      level,
      owner: remedy?.owner ?? requirement.owner,
      gate,
      verdict,
      reason,
      ...(kind === undefined ? {} : { missing: kind }),
      ...(limit === undefined ? {} : { limit }),
      sampling,
      ...(observed === undefined ? {} : { observed }),
      ...(!isUnmet(outcome) ? {} : { action: remedy?.action ?? adviseOn(outcome) ?? actionOf(requirement) }),
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
