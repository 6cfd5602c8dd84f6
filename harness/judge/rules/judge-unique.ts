import type { Said } from '../../../reports/verdict/said.ts';
import type { FactValue } from '../../../reports/verdict/said-parts.ts';
import { foldNodeSet } from '../../../reports/verdict/words/fold-names.ts';
import type { Fact } from '../../../workloads/kit/facts/fact.ts';
import { valueOf } from '../../../workloads/kit/facts/fact.ts';
import type { HostFacts } from '../../../workloads/kit/facts/host-facts.ts';
import type { PlannedSubject } from '../../plan/plan.ts';
import type { Outcome } from '../outcome.ts';
import { invalid, missing } from '../outcome.ts';
import type { RunDossier } from '../run-dossier.ts';
import { lookUpFact } from './look-up-fact.ts';

type Holder = Pick<PlannedSubject, 'id' | 'node'>;

/** What is known of one fact of all subjects of a kind: each machine counts once. */
interface Holders {
  readonly byValue: ReadonlyMap<FactValue, readonly Holder[]>;
  readonly known: ReadonlySet<string>;
  /** Subjects without the value, and nodes of which it is not known what they have. */
  readonly unknown: readonly string[];
}

/**
 * Does no other subject of its kind have this value? Judged against those whose value is known, and says so. Equal values of
 * two nodes take nothing from either: each is only the word of the other one. Two in one node are that node's own.
 */
export function judgeUnique(
  path: string,
  value: FactValue,
  { id, node, kind }: Pick<PlannedSubject, 'id' | 'node' | 'kind'>,
  { index, profile }: { readonly index: RunDossier; readonly profile: string },
): Outcome {
  const { byValue, known, unknown } = holdersOf(kind, path, index);
  const holders = byValue.get(value) ?? [];
  const others = holders.filter((holder) => holder.id !== id);
  const compared = known.size - (known.has(id) ? 1 : 0);
  const judged = {
    limit: {
      id: `${path} of the others`,
      comparator: 'noneOf' as const,
      // The values of all others, on every one of them, would be a page of identifiers for each.
      expected: [`the ${compared} others`],
      source: profile,
    },
    observed: { kind: 'fact' as const, path, value },
  };
  const names = foldNodeSet(others.map((holder) => holder.id));
  if (others.some((holder) => holder.node === node))
    return {
      verdict: 'fail',
      reason: { say: 'not-unique', found: value, others: names, how: 'in-node' },
      ...judged,
    };
  // After a restart it is another one's: nobody but the node itself has said so.
  if (others.length > 0 && holders.length === others.length)
    return {
      ...invalid({ say: 'not-unique', found: value, others: names, how: 'taken' }),
      ...judged,
    };
  if (compared === 0 && unknown.length > 0)
    return missing('unknown-fact', { say: 'incomparable', found: value, unknown: foldNodeSet(unknown) });
  const reason: Said =
    others.length > 0
      ? { say: 'not-unique', found: value, others: names, how: 'said-too' }
      : {
          say: 'unique',
          found: value,
          known: known.size,
          of: known.size + unknown.length,
          ...(unknown.length === 0 ? {} : { unknown: foldNodeSet(unknown) }),
        };
  return { verdict: 'pass', reason, ...judged };
}

const holdersOf = (kind: PlannedSubject['kind'], path: string, index: RunDossier): Holders =>
  index.once(`holders ${kind} ${path}`, () => {
    const byValue = new Map<FactValue, Holder[]>();
    const known = new Set<string>();
    const unknown: string[] = [];
    for (const { id, facts, subjects, sameAs } of index.nodes) {
      if (sameAs !== undefined) continue;
      if (facts === undefined || isUnlisted(kind, facts)) {
        unknown.push(id);
        continue;
      }
      for (const { subject, device } of subjects.values()) {
        if (subject.kind !== kind) continue;
        const value = valueOf(lookUpFact(device ?? facts, path));
        if (value === undefined) {
          unknown.push(subject.id);
          continue;
        }
        known.add(subject.id);
        const those = byValue.get(value);
        if (those === undefined) byValue.set(value, [subject]);
        else those.push(subject);
      }
    }
    return { byValue, known, unknown };
  });

/** Whether it is not known which devices of this kind a node has. */
function isUnlisted(kind: PlannedSubject['kind'], { accelerators, drives, nics }: HostFacts): boolean {
  const list = new Map<PlannedSubject['kind'], Fact<unknown>>([
    ['accelerator', accelerators],
    ['drive', drives],
    ['nic', nics],
  ]).get(kind);
  return list !== undefined && 'unknown' in list;
}
