import type { FactValue } from '../../../reports/verdict/said-parts.ts';
import type { Fact } from '../../../workloads/kit/facts/fact.ts';
import { known, unknown } from '../../../workloads/kit/facts/fact.ts';
import { readFactPath } from '../../../workloads/kit/facts/fact-path.ts';

/**
 * The fact at a dotted path of HostFacts or of a device (`memory.totalBytes`, `link.width`). `<list>.length`
 * counts a list. Unknown on the way is unknown at the end, with the same reason.
 */
export function lookUpFact(root: unknown, path: string): Fact<FactValue> {
  let current = unwrap(root);
  for (const key of readFactPath(path)) {
    if ('unknown' in current) return current;
    current = unwrap(childOf(current.value, key));
  }
  if ('unknown' in current) return current;
  const { value } = current;
  return typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean'
    ? known(value)
    : unknown(`\`${path}\` is not recorded`);
}

function childOf(parent: unknown, key: string): unknown {
  if (Array.isArray(parent)) return key === 'length' ? parent.length : undefined;
  if (typeof parent !== 'object' || parent === null) return undefined;
  return Object.hasOwn(parent, key) ? (parent as Record<string, unknown>)[key] : undefined;
}

/** A fact is an object with the one key `value` or `unknown`; everything else is a plain part of the document. */
function unwrap(part: unknown): Fact<unknown> {
  if (typeof part !== 'object' || part === null) return known(part);
  if ('value' in part) return hasOneKey(part) ? known(part.value) : known(part);
  return 'unknown' in part && hasOneKey(part) ? unknown(String(part.unknown)) : known(part);
}

const hasOneKey = (part: object): boolean => Object.keys(part).length === 1;
