import type { Cell } from '../../../reports/verdict/verdict.ts';
import { formatExpectedFact, formatFact } from '../../../reports/verdict/words/format-fact.ts';
import { valueOf } from '../../../workloads/kit/facts/fact.ts';
import type { HostFacts } from '../../../workloads/kit/facts/host-facts.ts';
import type { FactRule } from '../../../workloads/kit/requirement.ts';
import type { KnownSubject } from '../../plan/subjects.ts';
import type { Outcome } from '../outcome.ts';
import { missing } from '../outcome.ts';
import type { RunDossier } from '../run-dossier.ts';
import type { FactValue } from './look-up-fact.ts';
import { lookUpFact } from './look-up-fact.ts';

/** What a fact rule may look at, besides the subject: its node, and the run for uniqueness. */
export interface FactContext {
  readonly facts: HostFacts;
  readonly claims: Readonly<Record<string, FactValue>>;
  readonly index: RunDossier;
  /** Named as the source of the number. */
  readonly profile: string;
}

interface Expectation {
  readonly comparator: NonNullable<Cell['limit']>['comparator'];
  readonly expected: FactValue | FactValue[];
  readonly source: string;
}

const words = {
  atLeast: 'at least',
  atMost: 'at most',
  equal: 'exactly',
  oneOf: 'one of',
  noneOf: 'none of',
} as const;

/** Judges one fact of one subject. An unknown fact is missing with the reason, whatever the rule says. */
export function judgeFactRule(rule: FactRule, known: KnownSubject, context: FactContext): Outcome {
  const root = known.device ?? context.facts;
  const found = lookUpFact(root, rule.path);
  if (isUnusable(known) && (rule.path === 'usable' || 'unknown' in found)) return noDriver(known);
  if ('unknown' in found) {
    return missing('unknown-fact', `not known: ${found.unknown}`);
  }
  if (rule.unique === true) return judgeUnique(rule.path, found.value, known, context);
  const expectation = expect(rule, root, known, context);
  if ('verdict' in expectation) return expectation;
  const { comparator, expected, source } = expectation;
  const isMet = satisfies(found.value, comparator, expected);
  const bars = Array.isArray(expected) ? expected : [expected];
  const bar = bars.map((value) => formatExpectedFact(value, rule.path)).join(', ');
  const wanted = `${typeof expected === 'boolean' ? '' : `${words[comparator]} `}${bar}`;
  const absent = found.value === 0 ? /^(accelerator|drive|nic)s\.length$/.exec(rule.path)?.[1] : undefined;
  return {
    verdict: isMet ? 'pass' : 'fail',
    reason: `expected ${wanted}, found ${formatFact(found.value, rule.path, expected)}`,
    limit: { id: source, comparator, expected, source: context.profile },
    observed: { kind: 'fact', path: rule.path, value: found.value },
    ...(absent === undefined ? {} : { cause: `${known.subject.node}:no-${absent}` }),
  };
}

/** Does nothing else of its kind in the run have this value? Two names can be one machine. */
function judgeUnique(
  path: string,
  value: FactValue,
  { subject }: KnownSubject,
  { index, profile }: FactContext,
): Outcome {
  const others = (index.takenBy(subject.kind, path).get(value) ?? []).filter((id) => id !== subject.id);
  return {
    verdict: others.length === 0 ? 'pass' : 'fail',
    reason: `expected that nothing else in the run has, found ${formatFact(value, path, [])}`,
    limit: {
      id: `${path} of the others`,
      comparator: 'noneOf',
      // The values of all others, on every one of them, would be a page of identifiers for each.
      expected: [`the ${index.countOf(subject.kind) - 1} others`],
      source: profile,
    },
    observed: { kind: 'fact', path, value },
  };
}

/** On the bus, but the vendor's own tool does not answer for it. */
export const isUnusable = ({ device }: KnownSubject): boolean =>
  device !== undefined && 'usable' in device && valueOf(device.usable) === false;

export const noDriver = ({ subject }: KnownSubject): Outcome =>
  missing(
    'no-driver',
    `${subject.label} is on the bus but not usable: no driver answers for it`,
    `${subject.id}:no-driver`,
  );

/** Resolves the rule's one comparator to a number or a list, or says what is lacking for that. */
function expect(
  rule: FactRule,
  root: unknown,
  { subject }: KnownSubject,
  { claims }: FactContext,
): Expectation | Outcome {
  if (rule.atLeast !== undefined) return { comparator: 'atLeast', expected: rule.atLeast, source: rule.path };
  if (rule.atMost !== undefined) return { comparator: 'atMost', expected: rule.atMost, source: rule.path };
  if (rule.equal !== undefined) return { comparator: 'equal', expected: rule.equal, source: rule.path };
  if (rule.oneOf !== undefined) return { comparator: 'oneOf', expected: rule.oneOf, source: rule.path };
  if (rule.noneOf !== undefined) return { comparator: 'noneOf', expected: rule.noneOf, source: rule.path };
  if (rule.atLeastFact !== undefined) {
    const bar = lookUpFact(root, rule.atLeastFact);
    return 'unknown' in bar
      ? missing('unknown-fact', `expected \`${rule.atLeastFact}\` to be known: ${bar.unknown}`)
      : { comparator: 'atLeast', expected: bar.value, source: `fact ${rule.atLeastFact}` };
  }
  const path = rule.equalClaim ?? rule.path;
  const claim = Object.hasOwn(claims, path) ? claims[path] : undefined;
  return claim === undefined
    ? missing(
        'no-claim',
        `expected the inventory to claim \`${path}\`, found no claim`,
        `${subject.node}:no-claim`,
      )
    : { comparator: 'equal', expected: claim, source: `claim ${path}` };
}

/** Values of different types are never equal, and only numbers have an order: `"8"` is not 8. */
function satisfies(
  found: FactValue,
  comparator: Expectation['comparator'],
  expected: FactValue | FactValue[],
): boolean {
  const list = Array.isArray(expected) ? expected : [expected];
  switch (comparator) {
    case 'equal':
    case 'oneOf':
      return list.includes(found);
    case 'noneOf':
      return !list.includes(found);
    case 'atLeast':
      return list.every((bar) => typeof found === 'number' && typeof bar === 'number' && found >= bar);
    case 'atMost':
      return list.every((bar) => typeof found === 'number' && typeof bar === 'number' && found <= bar);
  }
}
