import type { Verdict } from '../../../reports/verdict/verdict.ts';
import type { HostFacts } from '../../../workloads/kit/facts/host-facts.ts';

type ShownFact = Verdict['nodes'][number]['facts'][number];

/** Longer lists (CPU flags) are counted; the probes in the run directory have every entry. */
const longestList = 12;

/** All facts of a node as rows for a reader, in the order in which HostFacts declares them. */
export function listFacts(facts: HostFacts | undefined): ShownFact[] {
  return facts === undefined ? [] : Object.entries(facts).flatMap(([group, part]) => rowsOf(group, '', part));
}

function rowsOf(group: string, name: string, part: unknown): ShownFact[] {
  if (Array.isArray(part)) return rowsOfList(group, name, part);
  if (typeof part !== 'object' || part === null) {
    return [{ group, name: name === '' ? group : name, value: String(part) }];
  }
  const entries = Object.entries(part);
  const [only] = entries;
  if (entries.length === 1 && only?.[0] === 'unknown') {
    return [{ group, name: name === '' ? group : name, unknown: String(only[1]) }];
  }
  if (entries.length === 1 && only?.[0] === 'value') return rowsOf(group, name, only[1]);
  return entries.flatMap(([key, child]) => rowsOf(group, name === '' ? key : `${name} ${key}`, child));
}

function rowsOfList(group: string, name: string, list: readonly unknown[]): ShownFact[] {
  const label = name === '' ? group : name;
  const isPlain = list.every((each) => typeof each !== 'object');
  if (list.length === 0) return [{ group, name: label, value: 'none' }];
  if (isPlain) {
    const value = list.length > longestList ? `${list.length} entries` : list.map(String).join(', ');
    return [{ group, name: label, value }];
  }
  return list.flatMap((each, index) =>
    rowsOf(group, `${name}${name === '' ? '' : ' '}${nameOf(each, index)}`, each),
  );
}

function nameOf(device: unknown, index: number): string {
  if (typeof device !== 'object' || device === null) return String(index);
  if ('address' in device) return String(device.address);
  return 'name' in device ? String(device.name) : String(index);
}
