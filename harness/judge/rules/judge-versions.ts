import type { HostFacts } from '../../../workloads/kit/facts/host-facts.ts';
import type { VersionsRule } from '../../../workloads/kit/requirement.ts';
import { compareVersions, readVersion } from '../../../workloads/kit/version.ts';
import { versionFacts } from '../../config/fact-paths.ts';
import type { KnownSubject } from '../../plan/subjects.ts';
import type { Outcome } from '../outcome.ts';
import { invalid, missing } from '../outcome.ts';
import { judgeFault } from './judge-fact-rule.ts';
import { lookUpFact } from './look-up-fact.ts';

/** Advisories come out every few weeks: what was looked up longer ago than this is told with its age. */
const freshDays = 90;
const dayMs = 86_400_000;

/**
 * Judges the version of one component by the fix of its own line, else by the one that is for all lines. What is not known is
 * missing, what cannot be read is invalid, and a line that no advisory speaks of is not decided.
 */
export function judgeVersions(
  { component, retrieved, fixes }: VersionsRule,
  known: KnownSubject,
  { facts, startedAt }: { readonly facts: HostFacts; readonly startedAt: string },
): Outcome {
  const { path } = versionFacts[component];
  const fact = lookUpFact(known.device ?? facts, path);
  if ('unknown' in fact)
    return judgeFault(path, known) ?? missing('unknown-fact', { say: 'fact-unknown', unknown: fact.unknown });
  const found = String(fact.value);
  const version = readVersion(component, found);
  if (version === undefined) return invalid({ say: 'version-unreadable', component, found });
  const days = Math.floor((Date.parse(startedAt) - Date.parse(retrieved)) / dayMs);
  const age = days > freshDays ? { days } : {};
  const observed = { kind: 'fact', path, value: found } as const;
  const fix =
    fixes.find(({ branch }) => branch === version.line) ?? fixes.find(({ branch }) => branch === undefined);
  if (fix === undefined) {
    const lines = fixes.flatMap(({ branch }) => branch ?? []);
    return { ...missing('no-limit', { say: 'version-line', component, found, lines, ...age }), observed };
  }
  const { atLeast, branch, advisory } = fix;
  const bar = readVersion(component, atLeast);
  if (bar === undefined) return invalid({ say: 'version-unreadable', component, found: atLeast });
  return {
    verdict: compareVersions(version, bar) >= 0 ? 'pass' : 'fail',
    reason: {
      say: 'version',
      component,
      found,
      atLeast,
      line: branch ?? '',
      advisory: advisory.title,
      date: advisory.date,
      ...age,
    },
    limit: {
      id: `versions.${component}`,
      comparator: 'atLeast',
      expected: atLeast,
      source: `${advisory.title}, ${advisory.locator}, ${advisory.date}`,
    },
    observed,
  };
}
