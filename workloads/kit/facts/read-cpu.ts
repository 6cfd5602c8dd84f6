import * as z from 'zod';
import type { Evidence } from './evidence.ts';
import type { Fact } from './fact.ts';
import { known, unknown, valueOf } from './fact.ts';
import type { HostFacts } from './host-facts.ts';
import { readCpuList } from './read-cpu-list.ts';
import { firstKnown, mapFact, readAmount } from './read-number.ts';

// util-linux prints a flat list, or fields nested below their group; a field without any below it has no `children`.
const LscpuField = z.object({
  field: z.string(),
  data: z.string().nullish(),
  children: z.array(z.unknown()).optional(),
});
const Lscpu = z.object({ lscpu: z.array(z.unknown()) });

/** What lscpu says of one kind of core; a machine of two kinds (big and little) has two groups. */
type CoreGroup = ReadonlyMap<string, string>;

/** The processor as lscpu describes it and, where lscpu is absent or silent, as /proc/cpuinfo does. */
export function readCpu(evidence: Evidence): HostFacts['cpu'] {
  const groups = mapFact(evidence.json('lscpu -J', Lscpu), (document) =>
    known(coreGroups(lscpuFields(document.lscpu, 6))),
  );
  const processors = mapFact(evidence.text('/proc/cpuinfo'), (text) => known(readProcessors(text)));
  const inAll = (name: string, combine: (counts: readonly number[]) => number): Fact<number> =>
    mapFact(groups, (all) =>
      combined(
        all.map((group) => countOf(group, name)),
        combine,
      ),
    );
  const listed = (name: string): Fact<readonly string[]> =>
    mapFact(processors, (all) => {
      const values = all.flatMap((fields) => fields.get(name) ?? []);
      return values.length === all.length && all.length > 0
        ? known(values)
        : unknown(`/proc/cpuinfo does not report ${name}`);
    });
  // Both kinds of cores are in one package, and lscpu counts that package for each.
  const sockets = firstKnown(
    inAll('Socket(s)', (counts) => Math.max(...counts)),
    mapFact(listed('physical id'), (ids) => known(new Set(ids).size)),
  );
  return {
    model: firstKnown(
      mapFact(groups, modelOf),
      mapFact(listed('model name'), ([first = '']) =>
        first === '' ? unknown('/proc/cpuinfo: empty model name') : known(first),
      ),
    ),
    sockets,
    physicalCores: firstKnown(
      mapFact(groups, (all) => combined(all.map(coresOf), sum)),
      mapFact(listed('physical id'), (packages) =>
        mapFact(listed('core id'), (cores) =>
          known(new Set(cores.map((core, index) => `${packages[index] ?? ''}/${core}`)).size),
        ),
      ),
    ),
    logicalCpus: onlineCpus(evidence),
    numaNodes: firstKnown(
      kernelList(evidence, '/sys/devices/system/node/has_cpu'),
      mapFact(groups, nodesWithCpus),
      kernelList(evidence, '/sys/devices/system/node/online'),
    ),
    // x86 calls them flags, Arm calls them Features.
    machineChecks: mapFact(evidence.tree('sysfs cpu'), (tree) =>
      known(tree['/sys/devices/system/machinecheck/machinecheck0'] !== undefined),
    ),
    flags: mapFact(
      firstKnown(
        listed('flags'),
        listed('Features'),
        mapFact(groups, ([group]) => mapFact(said(group, 'Flags'), (text) => known([text]))),
      ),
      (texts) => known(commonFlags(texts)),
    ),
  };
}

/** A field that stands for nothing is empty or `-`, and a count 0 where /sys is closed to lscpu. */
function said(group: CoreGroup | undefined, name: string): Fact<string> {
  const text = group?.get(name)?.trim() ?? '';
  return /^(|-|0)$/.test(text) ? unknown(`lscpu does not report ${name}`) : known(text);
}

const countOf = (group: CoreGroup, name: string): Fact<number> =>
  mapFact(said(group, name), (text) => readAmount(`lscpu ${name}`, text));

/** Arm without packages in its firmware tables counts cores by cluster. */
const coresOf = (group: CoreGroup): Fact<number> =>
  firstKnown(
    product(group, 'Core(s) per socket', 'Socket(s)'),
    product(group, 'Core(s) per cluster', 'Cluster(s)'),
  );

const product = (group: CoreGroup, per: string, times: string): Fact<number> =>
  mapFact(countOf(group, per), (each) => mapFact(countOf(group, times), (all) => known(each * all)));

/** One number of all groups; unknown when one of them does not tell it. */
function combined(
  counts: readonly Fact<number>[],
  combine: (counts: readonly number[]) => number,
): Fact<number> {
  const silent = counts.find((count) => 'unknown' in count);
  if (silent !== undefined) return silent;
  return known(combine(counts.flatMap((count) => valueOf(count) ?? [])));
}

const sum = (counts: readonly number[]): number => counts.reduce((all, count) => all + count, 0);

function modelOf(groups: readonly CoreGroup[]): Fact<string> {
  const models = groups.map((group) => said(group, 'Model name'));
  const named = [...new Set(models.flatMap((model) => valueOf(model) ?? []))];
  const [silent] = models.filter((model) => 'unknown' in model);
  return silent ?? known(named.join(' + '));
}

/** Memory of accelerators can be NUMA nodes too, which have no CPU: lscpu lists nothing behind their names. */
function nodesWithCpus(groups: readonly CoreGroup[]): Fact<number> {
  const fields = new Map(groups.flatMap((group) => [...group]));
  const lists = [...fields].filter(([name]) => /^NUMA node\d+ CPU\(s\)$/.test(name));
  const count = lists.filter(([, list]) => list.trim() !== '').length;
  return count === 0 ? unknown('lscpu does not report NUMA nodes') : known(count);
}

/** CPUs that are online, whether we may run on them or not. */
export function onlineCpus(evidence: Evidence): Fact<number> {
  return firstKnown(
    kernelList(evidence, '/sys/devices/system/cpu/online'),
    mapFact(evidence.text('/proc/cpuinfo'), (text) => {
      const { length } = readProcessors(text);
      return length > 0 ? known(length) : unknown('/proc/cpuinfo lists no processor');
    }),
  );
}

function kernelList(evidence: Evidence, path: string): Fact<number> {
  return mapFact(evidence.tree('sysfs cpu'), (tree) => {
    const text = tree[path];
    const list = typeof text === 'string' ? readCpuList(text) : undefined;
    return list === undefined ? unknown(`${path} is not readable`) : known(list.size);
  });
}

function lscpuFields(fields: readonly unknown[], depth: number): [string, string][] {
  return fields.flatMap((each) => {
    const read = LscpuField.safeParse(each);
    if (!read.success) return [];
    const { field, data, children = [] } = read.data;
    const below = depth === 0 ? [] : lscpuFields(children, depth - 1);
    return [[field.replace(/:$/, ''), data ?? ''] as [string, string], ...below];
  });
}

/** Each model name begins a group; what stands before the first one is said of all. There is one group at least. */
function coreGroups(fields: readonly [string, string][]): readonly CoreGroup[] {
  const starts = fields.flatMap(([name], index) => (name === 'Model name' ? [index] : []));
  if (starts.length < 2) return [new Map(fields)];
  const shared = fields.slice(0, starts[0]);
  return starts.map((start, index) => new Map([...shared, ...fields.slice(start, starts[index + 1])]));
}

/** One map of fields per block of /proc/cpuinfo; blocks that are no processor (Arm's trailer) are left out. */
function readProcessors(text: string): ReadonlyMap<string, string>[] {
  return text
    .split(/\n\s*\n/)
    .map((block) => new Map(block.split('\n').flatMap(readField)))
    .filter((fields) => fields.has('processor'));
}

function readField(line: string): [string, string][] {
  const colon = line.indexOf(':');
  return colon < 0 ? [] : [[line.slice(0, colon).trim(), line.slice(colon + 1).trim()]];
}

/** Flags that every processor has: a program runs on all of them. */
function commonFlags(texts: readonly string[] | string): string[] {
  const [first = [], ...others] = [texts]
    .flat()
    .map((text) => text.split(/\s+/).filter((flag) => flag !== ''));
  const sets = others.map((flags) => new Set(flags));
  return first.filter((flag) => sets.every((set) => set.has(flag)));
}
