import type { Cell } from '../../../reports/verdict/cell.ts';
import type { FactValue } from '../../../reports/verdict/said-parts.ts';
import { valueOf } from '../../../workloads/kit/facts/fact.ts';
import { readFactPath, unitOfFact } from '../../../workloads/kit/facts/fact-path.ts';
import { Accelerator, Drive, HostFacts, Nic } from '../../../workloads/kit/facts/host-facts.ts';
import { perObject } from '../../../workloads/kit/per-object.ts';
import type { FactRule } from '../../../workloads/kit/requirement.ts';
import type { ExpectedSettings } from '../../config/expected-setting.ts';
import type { PlannedSubject } from '../../plan/plan.ts';
import type { KnownSubject } from '../../plan/subjects.ts';
import type { Outcome } from '../outcome.ts';
import { missing } from '../outcome.ts';
import type { RunDossier } from '../run-dossier.ts';
import { describeCount } from './counted-fact.ts';
import type { DeviceList } from './expected-devices.ts';
import { areExpected } from './expected-devices.ts';
import { judgeUnique } from './judge-unique.ts';
import { lookUpFact } from './look-up-fact.ts';

/** What a fact rule may look at, besides the subject: its node, and the run for uniqueness. */
export interface FactContext {
  readonly facts: HostFacts;
  readonly claims: Readonly<Record<string, FactValue>>;
  readonly settings: ExpectedSettings | undefined;
  readonly index: RunDossier;
  /** Named as the source of the number. */
  readonly profile: string;
}

interface Expectation {
  readonly comparator: NonNullable<Cell['limit']>['comparator'];
  readonly expected: FactValue | FactValue[];
  readonly source: string;
  /** Who says so; absent: the profile. */
  readonly saidBy?: string;
}

const schemas = { node: HostFacts, accelerator: Accelerator, drive: Drive, nic: Nic } as const;

/** Lists of devices, of which a node may have none. */
const devices = { accelerators: 'accelerator', drives: 'drive', nics: 'nic' } as const;
const isDeviceList = (list: string): list is DeviceList => Object.hasOwn(devices, list);

/** Judges one fact of one subject. An unknown fact is missing with the reason, whatever the rule says. */
export function judgeFactRule(rule: FactRule, known: KnownSubject, context: FactContext): Outcome {
  const root = known.device ?? context.facts;
  const found = lookUpFact(root, rule.path);
  const unusable = rule.path === 'usable' || 'unknown' in found ? judgeFault(rule.path, known) : undefined;
  if (unusable !== undefined) return unusable;
  if ('unknown' in found) {
    return missing('unknown-fact', { say: 'fact-unknown', unknown: found.unknown });
  }
  if (rule.unique === true) return judgeUnique(rule.path, found.value, known.subject, context);
  const expectation = expect(rule, root, known, context);
  if ('verdict' in expectation) return expectation;
  const { kind, node } = known.subject;
  const { profile } = context;
  // The nodes of a block are alike: what is said of one is said of most.
  const counted = describeCount(root, rule.path);
  const key = JSON.stringify([profile, kind, expectation, found.value, counted.listed]);
  const outcomes = outcomesBy(rule);
  const about = { path: rule.path, kind, profile, counted };
  const outcome = outcomes.get(key) ?? hold(found.value, expectation, about);
  outcomes.set(key, outcome);
  const glance = rule.watched === true ? whyGlance(context) : undefined;
  if (outcome.verdict === 'pass' && glance !== undefined) return glance;
  const [list = ''] = readFactPath(rule.path);
  if (!isDeviceList(list) || found.value !== 0) return outcome;
  const { claims, index } = context;
  const isLost = outcome.verdict === 'fail' && areExpected(list, { id: node, claims }, index.material);
  return {
    ...outcome,
    ...(isLost ? { remedy: { owner: 'hardware', action: { say: 'restore-devices', list } } } : {}),
    cause: { of: node, why: `no-${devices[list]}` },
  };
}

/** Why what was seen may be one moment's, where the suite asks for more. */
function whyGlance({ facts, index }: FactContext): Outcome | undefined {
  const { watchSeconds } = index.material.suite;
  if (watchSeconds === undefined) return undefined;
  const { watchedSeconds } = facts.occupancy;
  if ('unknown' in watchedSeconds)
    return missing('unknown-fact', { say: 'fact-unknown', unknown: watchedSeconds.unknown });
  if (watchedSeconds.value >= watchSeconds) return undefined;
  const said = `watched for ${watchedSeconds.value.toFixed(1)} s of the ${watchSeconds} s that the suite asks for`;
  return missing('unknown-fact', { say: 'fact-unknown', unknown: said });
}

const outcomesBy = perObject<FactRule, Map<string, Outcome>>(() => new Map());

/** Holds a value against what was expected. */
function hold(
  found: FactValue,
  { comparator, expected, source, saidBy }: Expectation,
  about: {
    readonly path: string;
    readonly kind: PlannedSubject['kind'];
    readonly profile: string;
    readonly counted: ReturnType<typeof describeCount>;
  },
): Outcome {
  const { path, kind, profile, counted } = about;
  const unit = kind in schemas ? unitOfFact(schemas[kind as keyof typeof schemas], path) : undefined;
  const inUnit = unit === undefined ? {} : { unit };
  return {
    verdict: satisfies(found, comparator, expected) ? 'pass' : 'fail',
    reason: { say: 'fact', comparator, expected, found, ...inUnit, ...counted },
    limit: { id: source, comparator, expected, source: saidBy ?? profile },
    observed: { kind: 'fact', path, value: found, ...inUnit },
  };
}

/**
 * What follows for a cell from the fault of its accelerator: where the driver names this one it is the hardware's, and
 * `usable` fails; where no driver answers, nothing is known. Absent: it has none.
 */
export function judgeFault(path: string | undefined, { subject, device }: KnownSubject): Outcome | undefined {
  const fault = device !== undefined && 'fault' in device ? valueOf(device.fault) : undefined;
  if (fault === undefined) return undefined;
  const { kind, said } = fault;
  const { id, label } = subject;
  if (kind === 'no-driver')
    return missing('no-driver', { say: 'no-driver', label, why: said }, { of: id, why: 'no-driver' });
  const reason = { say: 'faulty', label, said } as const;
  const cause = { of: id, why: 'faulty' } as const;
  if (path !== 'usable') return missing('unknown-fact', reason, cause);
  return {
    verdict: 'fail',
    reason,
    observed: { kind: 'fact', path, value: false },
    remedy: { owner: 'hardware', action: { say: 'repair-accelerator', fault: kind } },
    cause,
  };
}

/** Resolves the rule's one comparator to a number or a list, or says what is lacking for that. */
function expect(
  rule: FactRule,
  root: unknown,
  { subject }: KnownSubject,
  { claims, settings }: FactContext,
): Expectation | Outcome {
  if (rule.atLeast !== undefined) return { comparator: 'atLeast', expected: rule.atLeast, source: rule.path };
  if (rule.atMost !== undefined) return { comparator: 'atMost', expected: rule.atMost, source: rule.path };
  if (rule.equal !== undefined) return { comparator: 'equal', expected: rule.equal, source: rule.path };
  if (rule.oneOf !== undefined) return { comparator: 'oneOf', expected: rule.oneOf, source: rule.path };
  if (rule.noneOf !== undefined) return { comparator: 'noneOf', expected: rule.noneOf, source: rule.path };
  if (rule.atLeastFact !== undefined) {
    const bar = lookUpFact(root, rule.atLeastFact);
    return 'unknown' in bar
      ? missing('unknown-fact', { say: 'bar-unknown', path: rule.atLeastFact, unknown: bar.unknown })
      : { comparator: 'atLeast', expected: bar.value, source: `fact ${rule.atLeastFact}` };
  }
  if (rule.ofClass === true) {
    const path = subject.kind === 'node' ? rule.path : `${subject.kind}s.${rule.path}`;
    const setting = settings?.[path];
    if (setting === undefined) return missing('no-limit', { say: 'no-setting', path });
    const { title, locator, date } = setting.advisory;
    return {
      comparator: 'oneOf',
      expected: setting.oneOf,
      source: `setting ${path}`,
      saidBy: `${title}, ${locator}, ${date}`,
    };
  }
  const path = rule.equalClaim ?? rule.path;
  const claim = Object.hasOwn(claims, path) ? claims[path] : undefined;
  return claim === undefined
    ? missing('no-claim', { say: 'no-claim', path }, { of: subject.node, why: 'no-claim' })
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
