import { AssayError } from '../../workloads/kit/assay-error.ts';
import type { Limit } from '../../workloads/kit/limit.ts';
import type { FactRule, MetricRule, Requirement } from '../../workloads/kit/requirement.ts';
import type { Metric } from '../../workloads/kit/workload.ts';
import { showValue } from './describe-issues.ts';
import type { FactType } from './fact-paths.ts';
import { claimPaths, factPaths } from './fact-paths.ts';
import { loadSource, loadSources } from './load-source.ts';
import { suggestName } from './nearest-name.ts';
import { Profile } from './profile.ts';
import type { Source } from './read-config.ts';
import { readConfig } from './read-config.ts';

/** Every name that a profile may use. What is not among them is a typo, and is refused. */
export interface Declared {
  readonly metrics: ReadonlyMap<string, Metric>;
  readonly limits: readonly Limit[];
  /** Subject matters of `not-covered` rules (`harness/profiles/vocabulary.yaml`). */
  readonly vocabulary: ReadonlySet<string>;
}

/** Reads a profile file. */
export async function loadProfile(file: string, declared: Declared): Promise<Profile> {
  return readProfile(await loadSource(file), declared);
}

/** Reads all profiles of a directory, best purpose first, then those that are no purpose. */
export async function loadProfiles(directory: string, declared: Declared): Promise<readonly Profile[]> {
  const sources = (await loadSources(directory, '.yaml')).filter(
    ({ file }) => !file.endsWith('/vocabulary.yaml'),
  );
  const last = Number.MAX_SAFE_INTEGER;
  return sources
    .map((source) => readProfile(source, declared))
    .toSorted((a, b) => (a.rank ?? last) - (b.rank ?? last));
}

/** A profile from its text. Throws CONFIG_INVALID for everything that it names and nobody declares. */
export function readProfile(source: Source, declared: Declared): Profile {
  const profile = readConfig(Profile, source);
  const seen = new Set<string>();
  for (const [index, requirement] of profile.requirements.entries()) {
    const place = `${source.file}: requirements[${index}]`;
    if (seen.has(requirement.id))
      refuse(`${place}.id: expected each id once, got \`${requirement.id}\` again`);
    seen.add(requirement.id);
    checkRequirement(requirement, declared, place);
  }
  return profile;
}

function checkRequirement(
  { rule, scope, sampling, gate, level }: Requirement,
  declared: Declared,
  place: string,
): void {
  if (gate && level !== 'required')
    refuse(`${place}.gate: expected a gate to be required, got level \`${level}\``);
  switch (rule.kind) {
    case 'manifest':
    case 'drift':
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
  declared: Declared,
  place: string,
): void {
  checkName(rule.metric, declared.metrics.keys(), `${place}.metric`, 'a declared metric');
  for (const [index, id] of rule.limits.entries()) {
    const where = `${place}.limits[${index}]`;
    checkName(
      id,
      declared.limits.map((limit) => limit.id),
      where,
      'the id of a limit',
    );
    const limit = declared.limits.find((each) => each.id === id);
    if (limit !== undefined && limit.metric !== rule.metric) {
      refuse(`${where}: expected a limit of \`${rule.metric}\`, got one of \`${limit.metric}\``);
    }
    if (limit?.comparator === 'equal' && sampling !== 'exact') {
      refuse(`${where}: expected sampling \`exact\` with a limit that says \`equal\`, got \`${sampling}\``);
    }
  }
}

function checkName(name: string, known: Iterable<string>, place: string, expected: string): void {
  const names = [...known];
  if (!names.includes(name))
    refuse(`${place}: expected ${expected}, got \`${name}\``, suggestName(name, names));
}

function refuse(message: string, hint = 'Correct the profile.'): never {
  throw new AssayError('CONFIG_INVALID', message, { hint });
}
