import type { Cell } from '../../reports/verdict/cell.ts';
import type { KeptEntry, KeptPunchList } from '../../reports/verdict/punch-list.ts';
import { stateOfDefect } from '../../reports/verdict/repair-state.ts';
import type { Defect } from '../../reports/verdict/verdict.ts';
import { compareText } from '../../workloads/kit/compare-text.ts';
import { exitCodes } from '../../workloads/kit/error-code.ts';
import { assayVersion } from '../version.ts';
import type { PunchRun } from './punch-run.ts';
import { Machines } from './punch-run.ts';
import type { Since, ToldRepair } from './seen-since.ts';
import { seenSince } from './seen-since.ts';

/** A cell of an entry: what it said when it was last wrong, where, and what is known since. */
interface Kept {
  readonly cell: Cell;
  readonly run: PunchRun;
  readonly since: Since;
}

interface OpenEntry {
  defect: Defect;
  readonly first: PunchRun;
  last: PunchRun;
  right: PunchRun | undefined;
  /** By what the cell is about, whatever its machine is called. */
  readonly cells: Map<string, Kept>;
  /** What a run said of a repair that it measured itself. */
  own: { readonly state: 'repaired' | 'verified'; readonly repair: string } | undefined;
}

const found: Since = { state: 'open', why: 'found' };

/**
 * The punch list of runs in the order of time: each entry of each verdict once, and what later runs say of it. Nothing ends an entry but
 * what a later run measured on the same machine; a measured fail ends only where something says that it was repaired as well. Throws
 * COMPARISON_REFUSED for a machine that stands twice in one run.
 */
export function keepPunchList(runs: readonly PunchRun[], told: readonly ToldRepair[]): KeptPunchList {
  const inTime = runs.toSorted(
    (a, b) =>
      compareText(a.verdict.run.startedAt, b.verdict.run.startedAt) ||
      compareText(a.verdict.run.id, b.verdict.run.id),
  );
  const machines = new Machines(inTime);
  const entries: OpenEntry[] = [];
  for (const run of inTime) {
    for (const entry of entries) if (stateOf(entry).state !== 'verified') look(entry, run, machines, told);
    for (const defect of run.verdict.defects) take(defect, run, { entries, machines });
    for (const { by, at, ...defect } of run.verdict.verified ?? [])
      take(defect, run, { entries, machines }, { state: 'verified', repair: `${by} ${at.slice(0, 10)}` });
  }
  const listed = entries.map((entry) => describe(entry)).toSorted(inOrder);
  const [last] = inTime.toReversed();
  const { id = '', version = '', title = '' } = last?.verdict.profile ?? {};
  const left = listed.filter(({ state, level }) => state !== 'verified' && level === 'required');
  const isRehearsal = inTime.some(({ verdict }) => verdict.rehearsal === true);
  return {
    schema: 'assay/punch-list',
    schemaVersion: 1,
    assay: assayVersion,
    profile: { id, version, title },
    runs: inTime.map(({ verdict: { run } }) => ({
      id: run.id,
      startedAt: run.startedAt,
      purpose: run.purpose,
    })),
    ...(isRehearsal ? { rehearsal: true } : {}),
    exitCode: left.some(({ state, verdict }) => state === 'open' && verdict === 'fail')
      ? exitCodes.fail
      : left.length > 0 || isRehearsal
        ? exitCodes.undecided
        : exitCodes.pass,
    entries: listed,
  };
}

/** What a later run says of an entry that is not ended. */
function look(entry: OpenEntry, run: PunchRun, machines: Machines, told: readonly ToldRepair[]): void {
  let isSeen = false;
  for (const [key, kept] of entry.cells) {
    const since = seenSince(kept, run, { machines, told });
    if (since === undefined) continue;
    isSeen = true;
    entry.cells.set(
      key,
      since.state === 'open' && since.why === 'found' ? { ...kept, run, since } : { ...kept, since },
    );
  }
  if (!isSeen) return;
  entry.own = undefined;
  entry.right = stateOf(entry).state === 'verified' ? run : undefined;
}

/**
 * Takes a row of a verdict to the entry that it goes on with, or begins one. What was not measured, or not decided, takes nothing from
 * what has failed: that is an entry already.
 */
function take(
  { cells: ids, ...defect }: Defect,
  run: PunchRun,
  { entries, machines }: { readonly entries: OpenEntry[]; readonly machines: Machines },
  own?: OpenEntry['own'],
): void {
  // What no cell asked for is told by its own run, and nobody waits for it.
  if (ids.length === 0) return;
  const open = entries.filter((entry) => stateOf(entry).state !== 'verified');
  const all = ids.flatMap((id): [string, Kept][] => {
    const cell = run.cells.get(id);
    return cell === undefined ? [] : [[machines.keyOf(cell, run), { cell, run, since: found }]];
  });
  const isNews = ([key, { cell }]: readonly [string, Kept]): boolean =>
    cell.verdict === 'fail' || !open.some((entry) => entry.cells.get(key)?.cell.verdict === 'fail');
  const cells = new Map(own === undefined ? all.filter(isNews) : all);
  if (cells.size === 0) return;
  const news: Defect = { ...defect, cells: [...cells.values()].map(({ cell }) => cell.id) };
  const known = open.find((entry) => [...cells.keys()].some((key) => entry.cells.has(key)));
  const state = own ?? ownState(news, run);
  const right = state?.state === 'verified' ? run : undefined;
  if (known === undefined) {
    entries.push({ defect: news, first: run, last: run, right, cells, own: state });
    return;
  }
  known.defect = news;
  known.last = run;
  known.own = state;
  known.right = right;
  for (const [key, kept] of cells) known.cells.set(key, kept);
}

/** A repair that the run itself was told of, and that waits to be measured there. */
function ownState(defect: Defect, { verdict, cells }: PunchRun): OpenEntry['own'] {
  if (stateOfDefect(defect, verdict, cells) !== 'repaired') return undefined;
  const last = verdict.superseded?.findLast(({ cell }) => defect.cells.includes(cell));
  return last === undefined ? undefined : { state: 'repaired', repair: `${last.by} ${last.at.slice(0, 10)}` };
}

/** An entry is as far as the cell of it that is least far. */
function stateOf({ cells, own }: OpenEntry): Since {
  if (own !== undefined) return { state: own.state, why: 'told', repair: own.repair };
  const all = [...cells.values()].map(({ since }) => since);
  const worst = all.toSorted((a, b) => order.indexOf(a.state) - order.indexOf(b.state))[0] ?? found;
  // What ended all of it was a repair where one of them needed one.
  if (worst.state !== 'verified') return worst;
  return all.find(({ why }) => why !== 'measured' && why !== 'read-anew') ?? worst;
}

const order: readonly Since['state'][] = ['open', 'repaired', 'verified'];

function describe(entry: OpenEntry): KeptEntry {
  const { defect, first, last, right } = entry;
  const { state, why, repair } = stateOf(entry);
  const [node = ''] = defect.nodes;
  const place = defect.nodes.length === 1 ? last.readings.nodes.find(({ name }) => name === node) : undefined;
  const { rack, slot, identity } = place ?? {};
  const device = defect.subject?.kind === 'device' ? defect.subject.device : undefined;
  const levels = defect.cells.map((id) => last.cells.get(id)?.level);
  return {
    state,
    why,
    ...(repair === undefined ? {} : { repair }),
    nodes: [...defect.nodes],
    ...(rack === undefined ? {} : { rack }),
    ...(slot === undefined ? {} : { slot }),
    ...(identity?.serial === undefined ? {} : { serial: identity.serial }),
    ...(device === undefined ? {} : { device }),
    ...(defect.part === undefined ? {} : { part: defect.part }),
    owner: defect.owner,
    level: levels.includes('required') || levels.length === 0 ? 'required' : 'advisory',
    verdict: defect.verdict,
    symptom: defect.symptom,
    action: defect.action,
    cells: [...defect.cells],
    evidence: [...defect.evidence],
    first: first.verdict.run.id,
    last: last.verdict.run.id,
    ...(right === undefined ? {} : { right: right.verdict.run.id }),
  };
}

const inOrder = (a: KeptEntry, b: KeptEntry): number =>
  order.indexOf(a.state) - order.indexOf(b.state) ||
  compareText(b.level, a.level) ||
  compareText(a.nodes[0] ?? '', b.nodes[0] ?? '') ||
  compareText(a.device ?? '', b.device ?? '');
