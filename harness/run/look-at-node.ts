import type { Cell } from '../../reports/verdict/cell.ts';
import type { Requirement } from '../../workloads/kit/requirement.ts';
import { nameOf } from '../../workloads/kit/subject.ts';
import { commandBeside } from '../../workloads/registry.ts';
import type { Profile } from '../config/profile.ts';
import { looks } from '../judge/decide.ts';
import { judgeGroups } from '../judge/groups/judge-groups.ts';
import { findAcross } from '../judge/judge.ts';
import { judgeCells } from '../judge/judge-cells.ts';
import { RunDossier } from '../judge/run-dossier.ts';
import { waiverOf } from '../judge/summary/contract.ts';
import { decisionOf } from '../judge/with-looks.ts';
import type { PlannedStep } from '../plan/plan.ts';
import { nameOfSession, sessions } from '../plan/sessions.ts';
import { isOfSoak } from '../plan/soak-windows.ts';
import type { NodeLook } from '../store/coordinator-journal.ts';
import type { RunEvidence } from '../store/run-evidence.ts';

/** Runs of one session have heat and neighbours in common: more of them would say little more. */
const mostRuns = 3;

type LookEvidence = Pick<
  RunEvidence,
  'suite' | 'extensions' | 'stepsOf' | 'material' | 'profile' | 'registry'
> & {
  readonly run: Pick<RunEvidence['run'], 'header'>;
};

/** What runs came to, and which steps of the first session would decide what they do not. */
export interface LookedAt extends Pick<NodeLook, 'node' | 'group' | 'session' | 'cells'> {
  readonly due: readonly PlannedStep[];
}

/** What a look at a node came to, and whether it fails already. */
export type NodeLooked = LookedAt & { readonly isFailed: boolean };

/**
 * Looks at the cells of a node that count runs, by the profile that the run was planned for. Nothing is due on a node that fails
 * already, that has had all sessions that its suite adds, or of a cell that waits for a session of its own (a boot).
 */
export function lookAtNode(evidence: LookEvidence, node: string): NodeLooked {
  const planned = evidence.stepsOf(node);
  const session = Math.max(sessions.start, ...[...planned.values()].map((step) => step.session));
  if (!counts(evidence, ({ scope }) => !isAcross(scope)))
    return { node, session, cells: [], due: [], isFailed: false };
  const index = new RunDossier(evidence.material(undefined, node));
  const { profile } = index.material;
  const found = index.node(node);
  const judged =
    found === undefined ? [] : waiverOf(index)(judgeCells(profile, found, index)).map(({ cell }) => cell);
  const counted = countedOf(judged);
  const cells = looksOf(counted);
  const isFailed = judged.some(({ level, verdict }) => level === 'required' && verdict === 'fail');
  if (isFailed || !mayExtend(evidence, [node])) return { node, session, cells, due: [], isFailed };
  const wanted = wantedOf(counted, planned, profile);
  // What watches loads, and asks for errors before and behind them, does so again.
  const watching = new Set(
    [...planned.values()].flatMap((step) =>
      commandBeside(evidence.registry, step) === undefined ? [] : [step.workload],
    ),
  );
  const due = [...planned.values()].filter(
    (step) =>
      step.session === sessions.start &&
      step.seat === undefined &&
      step.beside === undefined &&
      (watching.has(step.workload) || step.repetition <= (wanted.get(step.entry) ?? 0)),
  );
  return { node, session, cells, due: wanted.size === 0 ? [] : due, isFailed };
}

/**
 * The same for the cells on what nodes did together: pairs and groups in the order of the plan, each as far as none of its members fails
 * or is to blame. In one session a group repeats as many runs as it had in the first, three at most.
 */
export function lookAtGroups(
  evidence: LookEvidence,
  isFailing: (node: string) => boolean,
): readonly LookedAt[] {
  if (evidence.suite.extension === undefined || !counts(evidence, ({ scope }) => isAcross(scope))) return [];
  const index = new RunDossier(evidence.material());
  const { profile, plan } = index.material;
  const findings = findAcross(index);
  const judged = waiverOf(index)(judgeGroups(profile, index, findings));
  const bySubject = Map.groupBy(judged, ({ cell }) => nameOf(cell.subject));
  const subjects = new Map((plan?.subjects ?? []).flatMap((it) => (isAcross(it.kind) ? [[it.id, it]] : [])));
  return [...subjects.values()].flatMap((subject): readonly LookedAt[] => {
    const { id, members = [] } = subject;
    const counted = countedOf((bySubject.get(id) ?? []).map(({ cell }) => cell));
    const [node] = members;
    if (counted.length === 0 || node === undefined) return [];
    const { planned } = index.group(subject);
    const session = Math.max(sessions.start, ...[...planned.values()].map((step) => step.session));
    const looked = { node, group: { name: id, members }, session, cells: looksOf(counted) };
    const isBlamed = findings.blames.some(
      (blame) => blame.node !== undefined && members.includes(blame.node),
    );
    if (isBlamed || members.some(isFailing) || !mayExtend(evidence, members)) return [{ ...looked, due: [] }];
    const wanted = wantedOf(counted, planned, profile);
    const own = (plan?.steps ?? []).filter(
      (step) =>
        step.seat?.group === id &&
        step.session === sessions.start &&
        step.isExtra !== true &&
        step.replaces === undefined &&
        !isOfSoak(step),
    );
    const due = [...wanted].flatMap(([entry, most]) => {
      const steps = own.filter((step) => step.entry === entry);
      const first = new Set([...new Set(steps.map(({ step }) => step))].slice(0, most));
      return steps.filter(({ step }) => first.has(step));
    });
    return [{ ...looked, due }];
  });
}

const isAcross = (scope: string): boolean => scope === 'pair' || scope === 'group';

/** Does the profile have a requirement that counts runs, of these? */
const counts = (evidence: LookEvidence, isOne: (requirement: Requirement) => boolean): boolean =>
  evidence
    .profile(evidence.run.header.profile)
    .requirements.some((each) => each.sampling === 'typical' && isOne(each));

/** Whether the suite adds one more session to all of these. */
function mayExtend({ suite, extensions }: LookEvidence, nodes: readonly string[]): boolean {
  const { extension } = suite;
  const had = (node: string): number => extensions.filter(({ restMs }) => Object.hasOwn(restMs, node)).length;
  return extension !== undefined && nodes.every((node) => had(node) < extension.sessions);
}

interface Counted extends NonNullable<ReturnType<typeof decisionOf>> {
  readonly cell: Cell;
}

const countedOf = (cells: readonly Cell[]): readonly Counted[] =>
  cells.flatMap((cell) => {
    const look = cell.sampling === 'typical' ? decisionOf(cell) : undefined;
    return look === undefined ? [] : [{ cell, ...look }];
  });

const looksOf = (counted: readonly Counted[]): NodeLook['cells'] =>
  counted.map(({ cell, decision }) => ({ cell: cell.id, decision }));

/** How many runs each entry is to give for the next look at what it does not decide. */
function wantedOf(
  counted: readonly Counted[],
  planned: ReadonlyMap<string, PlannedStep>,
  { requirements }: Profile,
): ReadonlyMap<string, number> {
  const asked = new Map(requirements.map((each) => [each.id, each.sessions ?? []]));
  const wanted = new Map<string, number>();
  for (const { cell, decision, runs } of counted) {
    const steps = stepsOf(cell).flatMap((step) => planned.get(step) ?? []);
    const seen = new Set(steps.map((step) => nameOfSession(step.session)));
    const lacks = (asked.get(cell.requirement) ?? []).some((name) => !seen.has(name));
    if (cell.level !== 'required' || decision !== 'more' || lacks) continue;
    const next = looks.find((look) => look.runs > runs)?.runs ?? runs;
    for (const { entry } of steps)
      wanted.set(entry, Math.max(wanted.get(entry) ?? 0, Math.min(mostRuns, next - runs)));
  }
  return wanted;
}

const stepsOf = ({ observed }: Cell): readonly string[] =>
  observed?.kind === 'samples' ? observed.steps : [];
