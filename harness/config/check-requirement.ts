import { AssayError } from '../../workloads/kit/assay-error.ts';
import type { Limit } from '../../workloads/kit/limit.ts';
import type {
  FactRule,
  MetricRule,
  Requirement,
  SiblingsRule,
  VersionsRule,
} from '../../workloads/kit/requirement.ts';
import { readVersion } from '../../workloads/kit/version.ts';
import type { Metric } from '../../workloads/kit/workload.ts';
import { candidateLimits, siblingLimits } from './candidate-limits.ts';
import { showValue } from './describe-issues.ts';
import type { FactType } from './fact-paths.ts';
import { claimPaths, factPaths, versionFacts } from './fact-paths.ts';
import { suggestName } from './nearest-name.ts';

/** Every name that a profile may use. What is not among them is a typo, and is refused. */
export interface Declared {
  readonly metrics: ReadonlyMap<string, Metric>;
  readonly limits: readonly Limit[];
  /** Subject matters of `not-covered` rules (`harness/profiles/vocabulary.yaml`). */
  readonly vocabulary: ReadonlySet<string>;
}

/** Throws CONFIG_INVALID for everything that a requirement names and nobody declares. */
export function checkRequirement(
  { rule, scope, sampling, gate, level, sessions }: Requirement,
  declared: Declared,
  place: string,
): void {
  if (gate && level !== 'required')
    refuse(`${place}.gate: expected a gate to be required, got level \`${level}\``);
  if (sessions !== undefined && rule.kind !== 'metric' && rule.kind !== 'siblings')
    refuse(`${place}.sessions: expected them with a metric, got a rule on ${rule.kind}`);
  if (sampling === 'windows' && rule.kind !== 'metric')
    refuse(`${place}.sampling: expected \`windows\` with a metric, got it with a rule on ${rule.kind}`);
  if (sampling === 'series' && (rule.kind !== 'metric' || scope === 'pair' || scope === 'group'))
    refuse(
      `${place}.sampling: expected \`series\` with a metric of a node or of a device, got it with ${rule.kind === 'metric' ? `the scope \`${scope}\`` : `a rule on ${rule.kind}`}`,
    );
  switch (rule.kind) {
    case 'manifest':
    case 'drift':
    case 'soak':
    case 'boots':
      if (scope !== 'node') refuse(`${place}.scope: expected \`node\` for ${rule.kind}, got \`${scope}\``);
      if (sampling !== 'exact')
        refuse(`${place}.sampling: expected \`exact\` for ${rule.kind}, got \`${sampling}\``);
      return;
    case 'not-covered':
      checkName(
        rule.subjectMatter,
        declared.vocabulary,
        `${place}.rule.subjectMatter`,
        'a word of vocabulary.yaml',
      );
      return;
    case 'fact':
      if (sampling !== 'exact')
        refuse(`${place}.sampling: expected \`exact\` for a fact, got \`${sampling}\``);
      checkFactRule(rule, scope, `${place}.rule`);
      return;
    case 'versions':
      checkVersionsRule(rule, scope, sampling, place);
      return;
    case 'siblings':
      if (scope !== 'accelerator')
        refuse(`${place}.scope: expected \`accelerator\` for siblings, got \`${scope}\``);
      checkSiblingsRule(rule, sampling, declared, `${place}.rule`);
      return;
    case 'metric':
      checkMetricRule(rule, sampling, declared, `${place}.rule`);
  }
}

function checkFactRule(rule: FactRule, scope: Requirement['scope'], place: string): void {
  const paths = factPaths(scope);
  checkName(rule.path, paths.keys(), `${place}.path`, `a fact of a ${scope}`);
  const type = paths.get(rule.path);
  const compared = [rule.equal, ...(rule.oneOf ?? []), ...(rule.noneOf ?? []), rule.atLeast, rule.atMost];
  for (const value of compared) {
    if (value !== undefined && typeof value !== type) {
      refuse(
        `${place}: expected a ${String(type)} to compare \`${rule.path}\` with, got ${showValue(value)}`,
      );
    }
  }
  if (rule.atLeastFact !== undefined) checkOther(rule.atLeastFact, paths, type, `${place}.atLeastFact`);
  if (rule.equalClaim !== undefined) checkOther(rule.equalClaim, claimPaths(), type, `${place}.equalClaim`);
}

function checkOther(
  path: string,
  paths: ReadonlyMap<string, FactType>,
  type: FactType | undefined,
  place: string,
): void {
  checkName(path, paths.keys(), place, 'a fact of a node');
  if (paths.get(path) !== type)
    refuse(`${place}: expected a ${String(type)}, got the ${String(paths.get(path))} \`${path}\``);
}

function checkMetricRule(
  rule: MetricRule,
  sampling: Requirement['sampling'],
  { metrics, limits }: Declared,
  place: string,
): void {
  checkName(rule.metric, metrics.keys(), `${place}.metric`, 'a declared metric');
  if (rule.limits !== undefined)
    refuse(
      `${place}.limits: expected limits selected by what they say, got a list of ids`,
      'Say `where`, `class` or neither: a limit for a new class then needs no edit of the profile.',
    );
  const selected = candidateLimits(rule, limits);
  if (selected.length === 0 && rule.statedBy === undefined) refuseSelection(rule, limits, place);
  const exact = selected.find(({ comparator }) => comparator === 'equal');
  if (exact !== undefined && sampling !== 'exact') {
    refuse(
      `${place}: expected sampling \`exact\` with a limit that says \`equal\` (\`${exact.id}\`), got \`${sampling}\``,
    );
  }
}

function checkSiblingsRule(
  rule: SiblingsRule,
  sampling: Requirement['sampling'],
  { metrics, limits }: Declared,
  place: string,
): void {
  checkName(rule.metric, metrics.keys(), `${place}.metric`, 'a declared metric');
  const selected = siblingLimits(rule, limits);
  if (selected.length === 0)
    refuse(`${place}: expected a limit of \`${rule.metric}\` that says \`statistic: siblings\`, found none`);
  if (selected.some(({ comparator }) => comparator === 'equal') && sampling !== 'exact')
    refuse(`${place}: expected sampling \`exact\` with a limit that says \`equal\`, got \`${sampling}\``);
}

/** Their first number says which chip it is for: versions for two chips have no order. */
const ofChips: ReadonlySet<VersionsRule['component']> = new Set(['vbios', 'nic-firmware']);

/** Every version is one by the component's own grammar, in the line that it is said to be of, and there is one for each line. */
function checkVersionsRule(
  { component, fixes }: VersionsRule,
  scope: Requirement['scope'],
  sampling: Requirement['sampling'],
  place: string,
): void {
  const about = versionFacts[component].scope;
  if (scope !== about)
    refuse(`${place}.scope: expected \`${about}\` for the version of ${component}, got \`${scope}\``);
  if (sampling !== 'exact') refuse(`${place}.sampling: expected \`exact\` for versions, got \`${sampling}\``);
  const lines = new Set<string>();
  for (const [index, { atLeast, branch }] of fixes.entries()) {
    const at = `${place}.rule.fixes[${index}]`;
    const read = readVersion(component, atLeast);
    if (read === undefined)
      refuse(`${at}.atLeast: expected a version of ${component}, got ${showValue(atLeast)}`);
    if (branch !== undefined && branch !== read.line)
      refuse(`${at}.branch: expected \`${read.line}\`, the line of ${atLeast}, got \`${branch}\``);
    if (branch === undefined && ofChips.has(component))
      refuse(
        `${at}.branch: expected \`${read.line}\`, since the ${component} of another chip counts otherwise, got none`,
      );
    const line = branch ?? '';
    if (lines.has(line))
      refuse(`${at}: expected one version for ${line === '' ? 'all lines' : line}, got another one`);
    lines.add(line);
  }
}

/** Refuses a rule that selects no limit, by the first thing in it that no limit says. */
function refuseSelection({ metric, where = {} }: MetricRule, limits: readonly Limit[], place: string): never {
  const published = limits.filter((limit) => limit.metric === metric);
  const contract = 'Say `statedBy: contract` if nobody publishes one.';
  if (published.length === 0)
    refuse(`${place}: expected a published limit of \`${metric}\`, found none`, contract);
  const dimensions = published.flatMap((limit) => Object.keys(limit.where));
  for (const [key, value] of Object.entries(where)) {
    checkName(key, dimensions, `${place}.where`, `a dimension of the limits of \`${metric}\``);
    const values = published.map((limit) => limit.where[key]);
    if (!values.includes(value))
      refuse(
        `${place}.where.${key}: expected what a limit of \`${metric}\` says, got ${showValue(value)}`,
        suggestName(String(value), new Set(values.filter((each) => each !== undefined).map(String))),
      );
  }
  return refuse(`${place}: expected to select a published limit of \`${metric}\`, found none`, contract);
}

/** Refuses a name that is not known, with the nearest one that is. */
export function checkName(name: string, known: Iterable<string>, place: string, expected: string): void {
  const names = [...known];
  if (!names.includes(name))
    refuse(`${place}: expected ${expected}, got \`${name}\``, suggestName(name, names));
}

/** Refuses a profile, or a requirement of one. */
export function refuse(message: string, hint = 'Correct the profile.'): never {
  throw new AssayError('CONFIG_INVALID', message, { hint });
}
