import { describe, expect, it } from 'vitest';
import type { BuiltIn } from '../../../../harness/config/built-in.ts';
import { loadBuiltIn } from '../../../../harness/config/built-in.ts';
import { candidateLimits, siblingLimits } from '../../../../harness/config/candidate-limits.ts';
import type { Limit } from '../../../../workloads/kit/limit.ts';
import type { MetricRule, SiblingsRule } from '../../../../workloads/kit/requirement.ts';
import { loadRegistry } from '../../../../workloads/registry.ts';

const registry = await loadRegistry();

const selected = (rule: MetricRule | SiblingsRule, limits: readonly Limit[]): readonly Limit[] =>
  rule.kind === 'metric' ? candidateLimits(rule, limits) : siblingLimits(rule, limits);

/** Ids of the limits that each requirement on a metric selects. */
const selectionsOf = ({
  profiles,
  limits,
}: Pick<BuiltIn, 'profiles' | 'limits'>): Readonly<Record<string, readonly string[]>> =>
  Object.fromEntries(
    profiles.flatMap(({ id, requirements }) =>
      requirements.flatMap(({ id: requirement, rule }) =>
        rule.kind === 'metric' || rule.kind === 'siblings'
          ? [[`${id}/${requirement}`, selected(rule, limits).map((limit) => limit.id)] as const]
          : [],
      ),
    ),
  );

describe('shipped limits', () => {
  it('holds every requirement on a metric against these limits, whatever the hardware', async () => {
    const { profiles, limits } = await loadBuiltIn(registry);
    const selections = Object.entries(selectionsOf({ profiles, limits }));
    const text = selections.map(([place, ids]) =>
      [`${place}:`, ...ids.map((id) => `  ${id}`), ''].join('\n'),
    );
    await expect(text.join('\n')).toMatchFileSnapshot('limits.snapshot.txt');
  });

  it.each([
    ['a rate of a new drive', 'nvme.randomReadRate', { blockBytes: 4096, queueDepth: 32 }, 4],
    ['a rate of other reads', 'nvme.randomReadRate', { blockBytes: 512 }, 0],
    ['a speed that a purpose states by itself', 'nvme.sequentialReadThroughput', {}, 0],
    ['a speed between nodes of a new class', 'allreduce.busBandwidth', { nodes: 2 }, 0],
  ])('takes up %s without an edit of a profile', async (_, metric, where, requirements) => {
    const { profiles, limits } = await loadBuiltIn(registry);
    const [like] = limits.filter((limit) => limit.metric === metric && limit.statistic === undefined);
    if (like === undefined) throw new Error(`no limit of ${metric}`);
    const fresh: Limit = { ...like, id: 'new', where, hardware: { class: 'hgx-b200-8', models: ['NEW'] } };
    const selected = Object.values(selectionsOf({ profiles, limits: [...limits, fresh] })).flat();
    expect(selected.filter((id) => id === 'new')).toHaveLength(requirements);
  });
});
