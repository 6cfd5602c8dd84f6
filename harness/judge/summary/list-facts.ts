import type { FactValue } from '../../../reports/verdict/said-parts.ts';
import type { NodeFact } from '../../../reports/verdict/sheet.ts';
import { schemaOf, unitOf } from '../../../workloads/kit/facts/fact-path.ts';
import { HostFacts } from '../../../workloads/kit/facts/host-facts.ts';

type Schema = Parameters<typeof unitOf>[0] | undefined;

/** All facts of a node as rows, in the order in which HostFacts declares them, with the units that it declares. */
export function listFacts(facts: HostFacts | undefined): NodeFact[] {
  return facts === undefined
    ? []
    : Object.entries(facts).flatMap(([group, part]) => rowsOf(group, '', part, schemaOf(HostFacts, group)));
}

function rowsOf(group: string, name: string, part: unknown, schema: Schema): NodeFact[] {
  const unit = schema === undefined ? undefined : unitOf(schema);
  const row = { group, name: name === '' ? group : name, ...(unit === undefined ? {} : { unit }) };
  if (Array.isArray(part)) {
    if (part.every((each) => typeof each !== 'object')) return [{ ...row, value: part as FactValue[] }];
    return part.flatMap((each, index) =>
      rowsOf(group, `${name}${name === '' ? '' : ' '}${nameOf(each, index)}`, each, schema),
    );
  }
  if (typeof part !== 'object' || part === null) return [{ ...row, value: part as FactValue }];
  const entries = Object.entries(part);
  const [only] = entries;
  if (entries.length === 1 && only?.[0] === 'unknown') return [{ ...row, unknown: String(only[1]) }];
  if (entries.length === 1 && only?.[0] === 'value') return rowsOf(group, name, only[1], schema);
  return entries.flatMap(([key, child]) =>
    rowsOf(group, name === '' ? key : `${name} ${key}`, child, schema && schemaOf(schema, key)),
  );
}

function nameOf(device: unknown, index: number): string {
  if (typeof device !== 'object' || device === null) return String(index);
  if ('address' in device) return String(device.address);
  return 'name' in device ? String(device.name) : String(index);
}
