import { expect, it } from 'vitest';
import { judge } from '../../../../../harness/judge/judge.ts';
import { known, unknown } from '../../../../../workloads/kit/facts/fact.ts';
import { h100 } from '../../../../support/constructed/facts.ts';
import { constructProfile, constructRequirement, constructRun } from '../../../../support/constructed-run.ts';
import { tell } from '../../../../support/tell.ts';

const advisory = { title: 'Guide', locator: 'https://example.com/1', date: '2026-11-30' };
const settings = {
  'settings.iommu': { oneOf: ['off', 'passthrough'], advisory },
  'accelerators.confidentialComputing': { oneOf: [false], advisory },
};
const judgeSettings = (
  facts: NonNullable<Parameters<typeof constructRun>[0]['nodes'][number]['facts']>,
  expected: typeof settings | 'none' = settings,
) => {
  const requirements = [
    constructRequirement({ id: 'iommu', rule: { kind: 'fact', path: 'settings.iommu', ofClass: true } }),
    constructRequirement({
      id: 'cc',
      scope: 'accelerator',
      rule: { kind: 'fact', path: 'confidentialComputing', ofClass: true },
    }),
  ];
  const node = { id: 'node', facts, ...(expected === 'none' ? {} : { settings: expected }) };
  return tell(
    judge(constructRun({ profile: constructProfile(requirements), limits: [], nodes: [node] })).cells,
  );
};

it('holds a setting of a host, and of its accelerators, against what its class should have', () => {
  const accelerators = known([h100(0, { confidentialComputing: known(false) })]);
  expect(judgeSettings({ settings: { iommu: known('passthrough') }, accelerators })).toMatchObject([
    {
      verdict: 'pass',
      limit: { comparator: 'oneOf', source: 'Guide, https://example.com/1, 2026-11-30' },
    },
    { verdict: 'pass' },
  ]);
  const protecting = known([h100(0, { confidentialComputing: known(true) })]);
  expect(judgeSettings({ settings: { iommu: known('translated') }, accelerators: protecting })).toMatchObject(
    [{ verdict: 'fail' }, { verdict: 'fail' }],
  );
});

it('decides nothing where the setting is not known, or nobody says what it should be', () => {
  expect(judgeSettings({ settings: { iommu: unknown('/sys/class is not there') } })[0]).toMatchObject({
    verdict: 'missing',
    missing: 'unknown-fact',
  });
  const [iommu] = judgeSettings({ settings: { iommu: known('off') } }, 'none');
  expect(iommu).toMatchObject({ verdict: 'missing', missing: 'no-limit' });
  expect(iommu?.reason).toContain('nobody says what `settings.iommu` should be');
});
