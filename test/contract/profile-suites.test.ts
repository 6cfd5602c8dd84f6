import { describe, expect, it } from 'vitest';
import { findSuite, loadBuiltIn } from '../../harness/config/built-in.ts';
import { loadRegistry } from '../../workloads/registry.ts';

const registry = await loadRegistry();
const { profiles, limits } = await loadBuiltIn(registry);

const named = profiles.flatMap((profile) =>
  [...new Set(Object.values(profile.suites).filter((suite) => suite !== undefined))].map((suite) => ({
    profile,
    suite,
    id: profile.id,
  })),
);

describe('the suites that a profile names', () => {
  it.each(named)('$id: $suite measures all that the profile requires', async ({ profile, suite }) => {
    const { entries } = await findSuite(suite, registry, process.cwd());
    const measured = new Set(
      entries.flatMap(({ workload }) =>
        Object.keys(registry.get(workload)?.workload.metrics ?? {}).map((metric) => `${workload}.${metric}`),
      ),
    );
    const required = profile.requirements.flatMap(({ id, level, rule }) =>
      level === 'required' && rule.kind === 'metric' ? [{ id, metric: rule.metric }] : [],
    );
    expect(required.filter(({ metric }) => !measured.has(metric))).toEqual([]);
  });

  it.each(named)('$id: $suite looks twice at what is judged by its growth', async ({ profile, suite }) => {
    const { entries } = await findSuite(suite, registry, process.cwd());
    const grown = profile.requirements.flatMap(({ level, rule }) =>
      level === 'required' &&
      rule.kind === 'metric' &&
      limits.some(({ metric, statistic }) => metric === rule.metric && statistic === 'growth')
        ? [rule.metric.split('.')[0]]
        : [],
    );
    const once = grown.filter(
      (workload) => !entries.some((entry) => entry.workload === workload && entry.repetitions >= 2),
    );
    expect(once).toEqual([]);
  });
});
