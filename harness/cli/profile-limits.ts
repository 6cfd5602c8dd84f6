import type { Limit } from '../../workloads/kit/limit.ts';
import { decides } from '../../workloads/kit/limit.ts';
import type { FactRule, Requirement } from '../../workloads/kit/requirement.ts';
import type { Unit } from '../../workloads/kit/unit.ts';
import { candidateLimits, siblingLimits } from '../config/candidate-limits.ts';
import { unitAt } from '../config/fact-paths.ts';
import type { HardwareClass } from '../config/hardware-class.ts';
import type { Profile } from '../config/profile.ts';
import { selectForModel } from '../judge/samples/select-limits.ts';

type FactValue = string | number | boolean;

/** What a requirement is held against on machines of one class. */
export type Asked =
  /** A number that decides, whoever says so. */
  | { readonly by: 'limits'; readonly limits: readonly Limit[] }
  /** Nobody publishes one that decides; what is published is shown beside what is measured. */
  | { readonly by: 'contract'; readonly shown: readonly Limit[] }
  /** There are some, and the class does not say which part is in the machine. */
  | { readonly by: 'part'; readonly limits: number; readonly models: number }
  | {
      readonly by: 'fact';
      readonly path: string;
      readonly comparator: 'equal' | 'oneOf' | 'noneOf' | 'atLeast' | 'atMost';
      readonly expected: readonly FactValue[];
      readonly unit?: Unit;
    }
  /** Of the claims of the inventory, which the class does not make. */
  | { readonly by: 'claim'; readonly path: string; readonly claim: string }
  /** Of what a class expects of its hosts, which this one does not say. */
  | { readonly by: 'setting'; readonly path: string }
  | { readonly by: 'other-fact'; readonly path: string; readonly other: string }
  | { readonly by: 'unique'; readonly path: string }
  /** A supplier's manifest, a golden node, a soak, boots. */
  | { readonly by: 'run'; readonly rule: Exclude<Requirement['rule'], FactRule | { metric: string }> };

export interface AskedRequirement {
  readonly requirement: Requirement;
  readonly asked: Asked;
}

/** What each requirement of a profile is held against on machines that claim a class, by the rules that judging has. */
export const limitsForClass = (
  { requirements }: Profile,
  hardware: HardwareClass | undefined,
  limits: readonly Limit[],
): readonly AskedRequirement[] =>
  requirements.map((requirement) => ({ requirement, asked: askedOf(requirement, hardware, limits) }));

function askedOf(
  { rule, scope }: Requirement,
  hardware: HardwareClass | undefined,
  limits: readonly Limit[],
): Asked {
  switch (rule.kind) {
    case 'metric':
      return askedByMetric(candidateLimits(rule, limits), modelIn(hardware, scope), hardware?.id);
    case 'siblings':
      return { by: 'limits', limits: siblingLimits(rule, limits) };
    case 'fact':
      return askedByFact(rule, scope, hardware);
    default:
      return { by: 'run', rule };
  }
}

/** The model that a class claims its devices of a kind to have. */
function modelIn(hardware: HardwareClass | undefined, scope: Requirement['scope']): string | undefined {
  const model = hardware?.claims[`${scope}s.model`];
  return model === undefined ? undefined : String(model);
}

function askedByMetric(
  candidates: readonly Limit[],
  model: string | undefined,
  hardware: string | undefined,
): Asked {
  const deciding = selectForModel(candidates.filter(decides), model, hardware);
  if (deciding.length > 0) return { by: 'limits', limits: deciding };
  const byPart = model === undefined ? candidates.filter(decides) : [];
  const models = new Set(byPart.flatMap((limit) => limit.hardware.models ?? []));
  if (models.size > 0) return { by: 'part', limits: byPart.length, models: models.size };
  return {
    by: 'contract',
    shown: selectForModel(
      candidates.filter((limit) => !decides(limit)),
      model,
      hardware,
    ),
  };
}

function askedByFact(
  rule: FactRule,
  scope: Requirement['scope'],
  hardware: HardwareClass | undefined,
): Asked {
  const { path } = rule;
  const unit = unitAt(scope, path);
  const inUnit = unit === undefined ? {} : { unit };
  if (rule.unique === true) return { by: 'unique', path };
  if (rule.atLeastFact !== undefined) return { by: 'other-fact', path, other: rule.atLeastFact };
  if (rule.equalClaim !== undefined) {
    const claim = hardware?.claims[rule.equalClaim];
    return claim === undefined
      ? { by: 'claim', path, claim: rule.equalClaim }
      : { by: 'fact', path, comparator: 'equal', expected: [claim], ...inUnit };
  }
  if (rule.ofClass === true) {
    const setting = hardware?.settings?.[scope === 'node' ? path : `${scope}s.${path}`];
    return setting === undefined
      ? { by: 'setting', path }
      : { by: 'fact', path, comparator: 'oneOf', expected: setting.oneOf, ...inUnit };
  }
  for (const comparator of ['equal', 'oneOf', 'noneOf', 'atLeast', 'atMost'] as const) {
    const expected = rule[comparator];
    if (expected !== undefined)
      return { by: 'fact', path, comparator, expected: [expected].flat(), ...inUnit };
  }
  throw new TypeError(`expected one comparator for \`${path}\``);
}
