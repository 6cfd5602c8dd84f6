import * as z from 'zod';
import type { Evidence } from './evidence.ts';
import type { Fact } from './fact.ts';
import { known, unknown } from './fact.ts';
import type { HostFacts } from './host-facts.ts';
import { readCpuList } from './read-cpu-list.ts';
import { firstKnown, mapFact, readAmount } from './read-number.ts';

// util-linux 2.38 prints a flat list; later versions can nest fields below their group.
const LscpuField = z.object({ field: z.string(), data: z.string().nullish(), children: z.unknown() });
const Lscpu = z.object({ lscpu: z.unknown() });

/** The processor as lscpu describes it and, where lscpu is absent or silent, as /proc/cpuinfo does. */
export function readCpu(evidence: Evidence): HostFacts['cpu'] {
  const lscpu = mapFact(evidence.json('lscpu -J', Lscpu), (document) =>
    known(new Map(lscpuFields(document.lscpu, 6))),
  );
  const processors = mapFact(evidence.text('/proc/cpuinfo'), (text) => known(readProcessors(text)));
  const said = (name: string): Fact<string> =>
    mapFact(lscpu, (fields) => {
      const text = fields.get(name)?.trim() ?? '';
      return text === '' || text === '-' ? unknown(`lscpu does not report ${name}`) : known(text);
    });
  const count = (name: string): Fact<number> =>
    mapFact(said(name), (text) => readAmount(`lscpu ${name}`, text));
  const listed = (name: string): Fact<readonly string[]> =>
    mapFact(processors, (all) => {
      const values = all.flatMap((fields) => fields.get(name) ?? []);
      return values.length === all.length && all.length > 0
        ? known(values)
        : unknown(`/proc/cpuinfo does not report ${name}`);
    });
  const sockets = firstKnown(
    count('Socket(s)'),
    mapFact(listed('physical id'), (ids) => known(new Set(ids).size)),
  );
  return {
    model: firstKnown(
      said('Model name'),
      mapFact(listed('model name'), ([first = '']) =>
        first === '' ? unknown('/proc/cpuinfo: empty model name') : known(first),
      ),
    ),
    sockets,
    physicalCores: firstKnown(
      mapFact(count('Core(s) per socket'), (cores) =>
        mapFact(count('Socket(s)'), (all) => known(cores * all)),
      ),
      mapFact(listed('physical id'), (packages) =>
        mapFact(listed('core id'), (cores) =>
          known(new Set(cores.map((core, index) => `${packages[index] ?? ''}/${core}`)).size),
        ),
      ),
    ),
    logicalCpus: onlineCpus(evidence),
    numaNodes: firstKnown(kernelList(evidence, '/sys/devices/system/node/online'), count('NUMA node(s)')),
    // x86 calls them flags, Arm calls them Features.
    flags: mapFact(
      firstKnown(
        listed('flags'),
        listed('Features'),
        mapFact(said('Flags'), (text) => known([text])),
      ),
      (texts) => known(commonFlags(texts)),
    ),
  };
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

function lscpuFields(value: unknown, depth: number): [string, string][] {
  const fields = z.array(LscpuField).safeParse(value);
  if (!fields.success || depth === 0) return [];
  return fields.data.flatMap(({ field, data, children }) => [
    [field.replace(/:$/, ''), data ?? ''] as [string, string],
    ...lscpuFields(children, depth - 1),
  ]);
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
