import type { Cell } from '../../reports/verdict/cell.ts';
import type { KeptEntry } from '../../reports/verdict/punch-list.ts';
import { AssayError } from '../../workloads/kit/assay-error.ts';
import { findEvents, isVoid } from '../evidence/voiding-events.ts';
import { findPart, isTouched } from '../plan/repairs.ts';
import { describeSubjects } from '../plan/subjects.ts';
import type { Machines, PunchRun } from './punch-run.ts';
import { deviceOf, nodesOf } from './punch-run.ts';
import type { ReadNode } from './run-readings.ts';

/** What is known of a cell since it was found not to be right. */
export type Since = Pick<KeptEntry, 'state' | 'why' | 'repair'>;

/** A repair that somebody told, by a name of the machine in any of the runs. */
export interface ToldRepair {
  readonly node: string;
  readonly part: string;
}

/**
 * What a later run says of a cell that was not right in an earlier one; nothing where it says nothing. A part that is gone is
 * looked for in its place.
 */
export function seenSince(
  { cell, run }: { readonly cell: Cell; readonly run: PunchRun },
  later: PunchRun,
  { machines, told }: { readonly machines: Machines; readonly told: readonly ToldRepair[] },
): Since | undefined {
  const before = nodesOf(cell, run);
  const now = before.map((name) => machines.inRun(name, run, later));
  if (before.length === 0 || now.some((node) => node === undefined)) return undefined;
  const nodes = now.flatMap((node) => node ?? []);
  const there = findCell(cell, nodes, run, later);
  if (there === undefined) return undefined;
  const repair = there.replaced ?? repairOf(cell, { before, nodes, run, later, told });
  const verdict = there.cell?.verdict;
  if (verdict === 'fail')
    return there.replaced === undefined
      ? { state: 'open', why: 'found' }
      : { state: 'repaired', ...there.replaced };
  if (verdict !== 'pass') return repair === undefined ? undefined : { state: 'repaired', ...repair };
  const isKnown = before.every((name, at) => isSame(nodeIn(run, name), nodes[at]));
  if (!isKnown) return { state: 'open', why: 'unrecognised' };
  if (cell.verdict !== 'fail') return { state: 'verified', why: 'measured' };
  if (cell.observed?.kind === 'fact') return { state: 'verified', why: 'read-anew' };
  return repair === undefined ? { state: 'open', why: 'unexplained' } : { state: 'verified', ...repair };
}

const nodeIn = ({ readings }: PunchRun, name: string): ReadNode | undefined =>
  readings.nodes.find((node) => node.name === name);

/** A name and a place are no proof that it is the same machine. */
const isSame = (one: ReadNode | undefined, other: ReadNode | undefined): boolean =>
  (['serial', 'uuid', 'machineId'] as const).some((key) => {
    const said = one?.identity[key];
    return said !== undefined && said === other?.identity[key];
  });

type Repaired = Pick<Since, 'why' | 'repair'>;

/** The same requirement on the same thing in a later run, or on what is in its place now. */
function findCell(
  { subject, requirement }: Cell,
  nodes: readonly ReadNode[],
  run: PunchRun,
  later: PunchRun,
): { readonly cell: Cell | undefined; readonly replaced?: Repaired } | undefined {
  const [node] = nodes;
  if (node === undefined) return undefined;
  if (subject.kind === 'node') return { cell: later.cells.get(`${node.name}:${requirement}`) };
  if (subject.kind !== 'device') {
    const names = nodes.map(({ name }) => name).toSorted();
    const [group] =
      [...later.members].find(([, members]) => members.toSorted().join() === names.join()) ?? [];
    return { cell: group === undefined ? undefined : later.cells.get(`${group}:${requirement}`) };
  }
  const facts = later.facts.get(node.name);
  if (facts === undefined) return undefined;
  const same = deviceOf(node.name, subject.device, later);
  if (same !== undefined) return { cell: later.cells.get(`${same.subject.id}:${requirement}`) };
  const old = deviceOf(subject.node, subject.device, run);
  const place = placeOf(old?.device);
  const other = describeSubjects(node.name, facts).find(
    (each) =>
      each.subject.kind === old?.subject.kind && place !== undefined && placeOf(each.device) === place,
  );
  // Where nothing is in its place it is still to be repaired.
  if (other === undefined) return undefined;
  const repair = `${subject.device} → ${other.subject.device ?? ''}`;
  return {
    cell: later.cells.get(`${other.subject.id}:${requirement}`),
    replaced: { why: 'replaced', repair },
  };
}

const placeOf = (device: object | undefined): string | undefined =>
  device === undefined
    ? undefined
    : 'address' in device && typeof device.address === 'string'
      ? device.address
      : 'name' in device && typeof device.name === 'string'
        ? device.name
        : undefined;

/** What says that somebody repaired what a cell is about, between two runs or in the later one. */
function repairOf(
  cell: Cell,
  given: {
    readonly before: readonly string[];
    readonly nodes: readonly ReadNode[];
    readonly run: PunchRun;
    readonly later: PunchRun;
    readonly told: readonly ToldRepair[];
  },
): Repaired | undefined {
  const { before, nodes, run, later, told } = given;
  const requirement = run.requirements.get(cell.requirement);
  const device = cell.subject.kind === 'device' ? cell.subject.device : undefined;
  const known = device === undefined ? undefined : deviceOf(before[0] ?? '', device, run)?.subject;
  const subject = known ?? { kind: 'node' as const };
  for (const [at, name] of before.entries()) {
    const now = nodes[at]?.name ?? name;
    const words = told.filter(({ node }) => node === name || node === now);
    for (const { part } of words) {
      const kind = partOf(name, part, run) ?? partOf(now, part, later);
      if (kind !== undefined && requirement !== undefined && isTouched(kind, requirement, subject, true))
        return { why: 'told', repair: `${now}=${part}` };
    }
    const own = later.repairs.find(
      (repair) =>
        repair.node === now && requirement !== undefined && isTouched(repair, requirement, subject, true),
    );
    if (own !== undefined) return { why: 'told', repair: `${own.node}=${own.part}` };
    const [had, has] = [run.facts.get(name), later.facts.get(now)];
    const happened =
      had === undefined || has === undefined
        ? undefined
        : findEvents(name, had, has).find((each) => isVoid(cell, each, () => before.includes(each.node)));
    if (happened !== undefined)
      return {
        why: 'changed',
        repair: `${happened.event.title}: ${happened.before} → ${happened.after}`.slice(0, 300),
      };
  }
  return undefined;
}

/** What a told part is on a machine; nothing for what it has not. */
function partOf(node: string, part: string, { facts }: PunchRun): ReturnType<typeof findPart> | undefined {
  try {
    return findPart(node, part, facts.get(node));
  } catch (cause) {
    if (AssayError.from(cause).code !== 'USAGE') throw cause;
    return undefined;
  }
}
