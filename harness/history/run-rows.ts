import { sha256 } from '../../agents/protocol/chain.ts';
import { keyOfDimensions } from '../../reports/verdict/measurement.ts';
import { compareText } from '../../workloads/kit/compare-text.ts';
import { valueOf } from '../../workloads/kit/facts/fact.ts';
import type { HostFacts } from '../../workloads/kit/facts/host-facts.ts';
import type { Counted } from '../../workloads/kit/facts/read-counts.ts';
import type { ReadNode } from '../compare/run-readings.ts';
import { readingsOf } from '../compare/run-readings.ts';
import { voidingEvents } from '../evidence/voiding-events.ts';
import type { Dossier } from '../judge/dossier.ts';
import { RunDossier } from '../judge/run-dossier.ts';
import { median } from '../stats/median.ts';
import type { RunMaterial } from '../store/run-material.ts';
import type { GroupSeries } from './group-rows.ts';
import { groupSeries } from './group-rows.ts';
import { excuses } from './night-machines.ts';
import type { Tables } from './tables.ts';

/** What a run adds to the index. The same run always gives the same rows. */
export interface RunRows {
  readonly run: Tables['run'];
  readonly attendance: readonly Tables['attendance'][];
  readonly states: readonly Tables['state'][];
  readonly series: readonly Tables['series'][];
  readonly points: readonly Tables['point'][];
  /** Also of nodes on which nothing was measured. */
  readonly counted?: readonly Tables['counted'][];
  readonly tallies?: readonly Tables['tally'][];
}

/**
 * Takes from a run what is followed over nights: speeds and times of its nodes, of the devices in them, and of what nodes did together
 * (group-rows.ts); counts are judged on their own night.
 */
export function rowsOfRun(material: RunMaterial, zone: string): RunRows {
  const readings = readingsOf(material);
  const index = new RunDossier(material);
  const { header } = index.material;
  const lastLooks = new Map(material.nodes.map(({ id, documents = [] }) => [id, documents.at(-1)]));
  const facts = new Map(index.nodes.map((node) => [node.id, node.facts]));
  const absent = new Map(index.nodes.map((node) => [node.id, whyAbsent(node)]));
  const heads = index.material.nodes.map(({ id, journal }) => [id, journal?.head ?? '']);
  const states = new Map<string, Tables['state']>();
  const attendance: Tables['attendance'][] = [];
  const series = new Map<string, Tables['series']>();
  const points: Tables['point'][] = [];
  const counted: Tables['counted'][] = [];
  const tallies = new Map<string, Tables['tally']>();
  const machines = machinesOf(readings.nodes);
  for (const node of readings.nodes) {
    const machine = machines.get(node.name) ?? node.name;
    const state = stateOf(facts.get(node.name));
    if (state !== undefined) states.set(state.digest, state);
    const looked = lastLooks.get(node.name);
    if (looked?.counted !== undefined) {
      const { tally, ...own } = countsOf(looked.facts, looked.counted);
      if (tally !== undefined) tallies.set(tally.digest, tally);
      const kind = kindOf(node);
      counted.push({ run: header.id, node: node.name, machine, kind, ...own, tally: tally?.digest ?? null });
    }
    const why = absent.get(node.name);
    // What was measured before somebody came may have been measured beside him.
    const own =
      why === undefined
        ? node.series.filter(({ values, origin }) => values.size > 0 && origin === 'native')
        : [];
    for (const each of own) {
      const subject = 'device' in each.subject ? `${machine}/${each.subject.device}` : machine;
      const row = seriesRow({ subject, kind: kindOf(node), title: each.title, it: each });
      series.set(row.id, row);
      points.push({ ...pointOf(row, [...each.values.values()].flat()), run: header.id, node: node.name });
    }
    attendance.push({
      run: header.id,
      node: node.name,
      machine,
      rack: node.rack ?? null,
      state: state?.digest ?? null,
      reason: own.length > 0 ? null : (why ?? 'nothing measured'),
    });
  }
  for (const each of groupSeries(readings, machines, (name) => absent.get(name) !== undefined)) {
    const row = seriesRow(each);
    series.set(row.id, row);
    points.push({ ...pointOf(row, each.values), median: each.level, run: header.id, node: each.node });
  }
  return {
    run: {
      id: header.id,
      digest: sha256(JSON.stringify(heads)),
      night: nightOf(header.startedAt, zone),
      started: header.startedAt,
      suite: readings.run.suite.id,
      profile: header.profile,
      origin: 'run',
    },
    attendance: attendance.toSorted((a, b) => compareText(a.node, b.node)),
    states: [...states.values()],
    series: [...series.values()],
    points,
    counted: counted.toSorted((a, b) => compareText(a.node, b.node)),
    tallies: [...tallies.values()],
  };
}

/** What devices had counted, in an order of its own. */
function countsOf(
  { identity }: HostFacts,
  { counts, xids }: Counted,
): Pick<Tables['counted'], 'boot' | 'xids'> & { readonly tally: Tables['tally'] | undefined } {
  const sorted = valueOf(counts)
    ?.map(({ of, counter, value }) => [of, counter, value] as const)
    .toSorted((a, b) => compareText(`${a[0]} ${a[1]}`, `${b[0]} ${b[1]}`));
  const document = sorted && JSON.stringify(sorted);
  const log = valueOf(xids);
  return {
    boot: valueOf(identity.bootId) ?? null,
    xids: log === undefined ? null : JSON.stringify(log),
    tally: document === undefined ? undefined : { digest: sha256(document), document },
  };
}

const kindOf = ({ model }: ReadNode): string => model ?? 'unknown model';

/** Why nothing was measured on a machine, as one of a few words, where that is known. */
const whyAbsent = ({ facts, leftOut }: Dossier): string | undefined =>
  facts === undefined ? 'not reached' : excuses[leftOut?.say as keyof typeof excuses]; // others have none

/** A slash stands before the devices of a machine. */
export const withoutSlash = (name: string): string => name.replaceAll('/', '_');

/** What a machine says that may tell it from all others, the best first. */
export const namesIn = ({ serial, uuid, machineId }: ReadNode['identity']): readonly string[] =>
  [serial, uuid, machineId].flatMap((each) => (each === undefined ? [] : [withoutSlash(each)]));

/** By what each machine is told from others, whatever it is called: the first of these that no other machine of the run says, too. */
export function machinesOf(
  nodes: readonly Pick<ReadNode, 'name' | 'identity'>[],
): ReadonlyMap<string, string> {
  const says = nodes.map(({ name, identity }) => ({ name, all: namesIn(identity) }));
  const counts = new Map<string, number>();
  for (const each of says.flatMap(({ all }) => [...new Set(all)]))
    counts.set(each, (counts.get(each) ?? 0) + 1);
  return new Map(
    says.map(({ name, all }) => [name, all.find((each) => counts.get(each) === 1) ?? withoutSlash(name)]),
  );
}

const pointOf = (
  { id: series }: Tables['series'],
  values: readonly number[],
): Omit<Tables['point'], 'run' | 'node'> => ({
  series,
  n: values.length,
  median: median(values),
  min: Math.min(...values),
  max: Math.max(...values),
});

function seriesRow({
  subject,
  kind,
  title,
  it,
  how,
}: Pick<GroupSeries, 'subject' | 'kind' | 'title' | 'it'> & {
  readonly how?: string;
}): Tables['series'] {
  const dimensions = keyOfDimensions(it.dimensions);
  const tool = [it.tool, ...[...it.versions].toSorted()].join(' ');
  // Another version of a tool is another procedure, and so is what is done with others.
  const procedure = [it.procedure, ...(how === undefined ? [] : [how])];
  const stratum = JSON.stringify([kind, it.metric, dimensions, tool, it.unit, ...procedure]);
  return {
    id: sha256(JSON.stringify([subject, stratum])),
    subject,
    stratum: sha256(stratum),
    kind,
    metric: it.metric,
    dimensions,
    tool,
    unit: it.unit,
    better: it.better,
    title,
  };
}

/** Libraries are looked for as a suite asks, so what is among the facts of one night need not be among those of the next. */
const followed = voidingEvents.filter(({ id }) => id !== 'software');

/** What makes one night comparable with another: parts, firmware, drivers, settings; by event and thing. */
function stateOf(facts: HostFacts | undefined): Tables['state'] | undefined {
  if (facts === undefined) return undefined;
  const told = followed.map(({ id, read }) => [
    id,
    [...read(facts)]
      .flatMap(([name, value]) => (value === undefined ? [] : [[name, String(value)]]))
      .toSorted(([a = ''], [b = '']) => compareText(a, b)),
  ]);
  const document = JSON.stringify(told);
  return { digest: sha256(document), document };
}

/** The date at the site on which a run began, as days since 1970-01-01. Throws RangeError for an unknown zone. */
export function nightOf(started: string, zone: string): number {
  const parts = new Intl.DateTimeFormat('en-CA', {
    timeZone: zone,
    year: 'numeric',
    month: '2-digit',
    day: '2-digit',
  });
  return Math.round(Date.parse(`${parts.format(new Date(started))}T00:00:00Z`) / 86_400_000);
}

/** What is different between two states, without naming the single things: the same words for all machines with the same change. */
export function changesBetween(before: string, after: string): readonly string[] {
  const [had, has] = [before, after].map(
    (document) =>
      new Map(
        (JSON.parse(document) as [string, [string, string][]][]).map(([id, things]) => [id, new Map(things)]),
      ),
  );
  return voidingEvents.flatMap(({ id, title }) => {
    const [was, is] = [had?.get(id), has?.get(id)];
    if (was === undefined || is === undefined) return [];
    const pairs = [...is].flatMap(([name, value]) => {
      const old = was.get(name);
      return old === undefined || old === value ? [] : [`${old} → ${value}`];
    });
    return [...new Set(pairs)].map((pair) => `${title}: ${pair}`);
  });
}
