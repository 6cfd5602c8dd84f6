import { isDeepStrictEqual } from 'node:util';
import type { Contradiction } from '../../agents/protocol/journal-fold.ts';
import type { Inventory } from '../config/inventory.ts';
import { groupName } from '../plan/group-name.ts';
import type { Plan, PlannedStep, PlannedSubject } from '../plan/plan.ts';
import type { PlannedRepair } from '../plan/repairs.ts';
import { inSession, soakInSession } from '../plan/sessions.ts';
import type { AdditionReason, CoordinatorRecord } from './coordinator-journal.ts';
import { damaged } from './evidence-damaged.ts';
import { whyNoExtra } from './prove-extra.ts';
import { runPaths } from './run-directory.ts';

/** The run that decisions are about, and what they have come to so far. */
interface Known {
  /** Of the inventory. */
  readonly nodes: ReadonlySet<string>;
  /** Of the inventory, those that are asked. */
  readonly asics: ReadonlySet<string>;
  /** Of the plan and of what was added to it, by node and name. */
  readonly steps: Map<string, PlannedStep>;
  /** One of the steps of each name: what several run together is the same for all of them. */
  readonly names: Map<string, PlannedStep>;
  /** Steps that others were added in place of, by node and name. */
  readonly replaced: Set<string>;
  /** The first name of a machine, by its other names. */
  readonly firsts: Map<string, string>;
  /** The session of the last look at a node that could not decide, by node; at what several did together, by their name. */
  readonly undecided: Map<string, number>;
}

/** A group may be called as a node is. */
const lookedAt = (node: string, group: string | undefined): string =>
  group === undefined ? keyOf(node, '') : keyOf('', group);

const keyOf = (node: string, step: string): string => JSON.stringify([node, step]);

/**
 * Proves that a coordinator can have written these records: its chain has no key, so whoever holds a directory can add to it.
 * Throws EVIDENCE_DAMAGED for one that no run comes to.
 */
export function proveDecisions(
  records: readonly CoordinatorRecord[],
  { nodes, asics = [] }: Pick<Inventory, 'asics'> & { readonly nodes: readonly { readonly name: string }[] },
  plan: Plan | undefined,
): void {
  const known: Known = {
    nodes: new Set(nodes.map(({ name }) => name)),
    asics: new Set(asics.flatMap(({ name, api }) => (api === undefined ? [] : [name]))),
    steps: new Map(),
    names: new Map(),
    replaced: new Set(),
    firsts: new Map(),
    undecided: new Map(),
  };
  let isPlanned = false;
  for (const [index, record] of records.entries()) {
    const wrong = whyNever(record, isPlanned, known);
    if (wrong !== undefined)
      throw damaged(`${runPaths.coordinator} line ${index + 1}`, wrong.expected, wrong.found);
    if (record.type === 'planned') {
      isPlanned = true;
      take(plan?.steps ?? [], known);
    }
    if (record.type === 'added') take(record.steps, known);
    if (record.type === 'looked') {
      const about = lookedAt(record.node, record.group?.name);
      if (record.cells.some(({ decision }) => decision === 'more'))
        known.undecided.set(about, record.session);
      else known.undecided.delete(about);
    }
    if (record.type === 'same-machine') known.firsts.set(record.node, record.as);
  }
}

function take(steps: readonly PlannedStep[], { steps: all, names, replaced }: Known): void {
  for (const planned of steps) {
    const { node, step, replaces } = planned;
    all.set(keyOf(node, step), planned);
    if (!names.has(step)) names.set(step, planned);
    if (replaces !== undefined) replaced.add(keyOf(node, replaces));
  }
}

function whyNever(record: CoordinatorRecord, isPlanned: boolean, known: Known): Contradiction | undefined {
  switch (record.type) {
    case 'planned':
      return isPlanned ? { expected: 'one plan', found: 'another one' } : undefined;
    case 'added':
      return isPlanned
        ? (whyStrange(record.subjects ?? [], known) ?? whyNotAdded(record.steps, record.reason, known))
        : { expected: 'a plan before anything is added to it', found: 'none' };
    case 'same-machine':
      // Whoever was planned for was measured: then another name of his is somebody else's.
      return isPlanned
        ? {
            expected: 'names of one machine before the plan',
            found: `${record.node} as ${record.as} behind it`,
          }
        : whyNoName(record.node, record.as, known);
    case 'skipped':
      return whyNoMember(record.step, record.cause.node, known);
    case 'broken':
      return whyNoMember(record.step, record.node, known);
    case 'unreached':
      return whyUnknown([record.node], known);
    case 'looked':
      return isPlanned
        ? (whyUnknown([record.node, ...(record.group?.members ?? [])], known) ?? whyNoGroup(record))
        : { expected: 'a plan before anybody looks at what it gave', found: 'none' };
    case 'idled':
    case 'late':
    case 'distinct':
      return whyUnknown(record.nodes, known);
    case 'asic':
      return isPlanned && known.asics.has(record.name)
        ? undefined
        : { expected: 'an ASIC of the inventory that is asked, behind the plan', found: record.name };
    case 'stopped':
      return undefined;
  }
}

/** What an addition is about is on nodes of the run, and can only ask for more. */
function whyStrange(subjects: readonly PlannedSubject[], { nodes }: Known): Contradiction | undefined {
  const strange = subjects.find(
    ({ node, kind, members }) =>
      !(kind === 'pair' || kind === 'group' ? (members ?? []) : [node]).every((each) => nodes.has(each)),
  );
  return strange === undefined
    ? undefined
    : { expected: 'subjects on nodes of the inventory', found: strange.id };
}

function whyNotAdded(
  steps: readonly PlannedStep[],
  reason: AdditionReason,
  known: Known,
): Contradiction | undefined {
  const added = new Set<string>();
  for (const planned of steps) {
    const { node, step } = planned;
    const key = keyOf(node, step);
    if (!known.nodes.has(node)) return { expected: `${step} on a node of the inventory`, found: node };
    if (known.names.has(step) || added.has(key))
      return { expected: 'a step of a new name', found: `${step} on ${node}` };
    added.add(key);
    const wrong = whyNotFor(reason, planned, steps, known);
    if (wrong !== undefined) return wrong;
  }
  return undefined;
}

function whyNotFor(
  reason: AdditionReason,
  planned: PlannedStep,
  added: readonly PlannedStep[],
  known: Known,
): Contradiction | undefined {
  switch (reason.why) {
    case 'again':
      return whyNotAgain(planned, reason.steps, known);
    case 'blame':
      return whyNoExtra(planned, reason.entry, added, known);
    case 'session':
      return whyNotOnceMore(planned, reason.session, reason.boots, known);
    case 'repair':
      return whyNotRepaired(planned, reason.repair, known);
    case 'extension':
      return whyNotExtended(planned, reason.session, known);
  }
}

function whyUnknown(names: readonly string[], { nodes }: Known): Contradiction | undefined {
  const unknown = names.find((name) => !nodes.has(name));
  return unknown === undefined ? undefined : { expected: 'nodes of the inventory', found: unknown };
}

/** What several did together is looked at by the name of exactly these, the first of whom is named. */
function whyNoGroup({
  node,
  group,
}: Extract<CoordinatorRecord, { readonly type: 'looked' }>): Contradiction | undefined {
  const isOne = group === undefined || (group.name === groupName(group.members) && group.members[0] === node);
  return isOne
    ? undefined
    : { expected: `a look at ${groupName(group.members)}, of which ${node} is the first`, found: group.name };
}

/** What is said of a step that several run together is said because of one of them. */
function whyNoMember(step: string, node: string | undefined, { names }: Known): Contradiction | undefined {
  const seat = names.get(step)?.seat;
  if (seat === undefined) return { expected: 'a step of several nodes in the plan', found: step };
  return node !== undefined && seat.members.some((member) => member.node === node)
    ? undefined
    : { expected: `one of ${seat.group} because of whom ${step} came to nothing`, found: node ?? 'nobody' };
}

/** A name that leads to another one's machine is no first name itself: each is dropped for one that is measured. */
function whyNoName(node: string, as: string, { nodes, firsts }: Known): Contradiction | undefined {
  const isFirst = !firsts.has(as) && [...firsts].every(([other, first]) => first !== node || other === node);
  return node !== as && nodes.has(node) && nodes.has(as) && isFirst
    ? undefined
    : { expected: 'a node of the inventory as the first name of another one', found: `${as} for ${node}` };
}

/** A repetition is the same step under another name, once. Whether its end was for nothing is for whoever judges. */
function whyNotAgain(
  planned: PlannedStep,
  listed: readonly string[],
  { steps, replaced }: Known,
): Contradiction | undefined {
  const { node, step, replaces } = planned;
  const wrong = (expected: string): Contradiction => ({
    expected,
    found: `${step} on ${node} in place of ${replaces ?? 'none'}`,
  });
  if (replaces === undefined || !listed.includes(replaces))
    return wrong('steps in place of those that the reason lists');
  const earlier = steps.get(keyOf(node, replaces));
  if (earlier === undefined || replaced.has(keyOf(node, replaces)))
    return wrong('an earlier step of the same node that nothing stands in place of');
  return isDeepStrictEqual({ ...earlier, step, replaces }, planned)
    ? undefined
    : wrong('the same step under another name');
}

/** A later session has steps of the first under other names, on nodes whose boot before is known. */
function whyNotOnceMore(
  planned: PlannedStep,
  session: number,
  boots: Readonly<Record<string, string>>,
  { steps }: Known,
): Contradiction | undefined {
  const { node, step } = planned;
  const first = steps.get(keyOf(node, step.slice(`s${session}-`.length)));
  const [again] = first === undefined ? [] : inSession([first], session);
  return again !== undefined && isDeepStrictEqual(again, planned) && Object.hasOwn(boots, node)
    ? undefined
    : {
        expected: `a step of the first session in session ${session}, behind a boot of its node`,
        found: `${step} on ${node}`,
      };
}

/**
 * What a repair touches is measured by steps of the first session under other names, on its node or together with it: before a soak,
 * in its windows and behind it.
 */
function whyNotRepaired(
  planned: PlannedStep,
  { session: own, afterSoak, node: repaired }: PlannedRepair,
  { steps }: Known,
): Contradiction | undefined {
  const { node, step, seat, session } = planned;
  const first = steps.get(keyOf(node, step.slice(`s${session}-`.length)));
  const isIn = session === own || (session === afterSoak && afterSoak === own + 1);
  const [again] =
    first === undefined || !isIn
      ? []
      : [...inSession([first], session), ...(session === own ? soakInSession([first], session) : [])];
  const isHis = node === repaired || seat?.members.some((member) => member.node === repaired) === true;
  return again !== undefined && isDeepStrictEqual(again, planned) && isHis
    ? undefined
    : {
        expected: `a step of the first session in session ${own}, on ${repaired} or together with it`,
        found: `${step} on ${node}`,
      };
}

/** What extends a look is a step of the first session that its node did alone, or its group together, under another name and behind the look. */
function whyNotExtended(
  planned: PlannedStep,
  session: number,
  { steps, undecided }: Known,
): Contradiction | undefined {
  const { node, step, seat } = planned;
  const first = steps.get(keyOf(node, step.slice(`s${session}-`.length)));
  const [again] = first === undefined ? [] : inSession([first], session);
  const looked = undecided.get(lookedAt(node, seat?.group));
  const isDue = looked !== undefined && looked < session;
  return again !== undefined && isDeepStrictEqual(again, planned) && isDue
    ? undefined
    : {
        expected: `a step of the first session in session ${session}, behind a look at its node that could not decide`,
        found: `${step} on ${node}`,
      };
}
