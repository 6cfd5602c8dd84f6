import { describe, expect, it } from 'vitest';
import { judge } from '../../../../../harness/judge/judge.ts';
import { known, unknown } from '../../../../../workloads/kit/facts/fact.ts';
import type { VersionsRule } from '../../../../../workloads/kit/requirement.ts';
import { h100 } from '../../../../support/constructed/facts.ts';
import { constructProfile, constructRequirement, constructRun } from '../../../../support/constructed-run.ts';
import { tell } from '../../../../support/tell.ts';

const advisory = { title: 'Bulletin', locator: 'https://example.com/1', date: '2026-09-30' };
const rule: VersionsRule = {
  kind: 'versions',
  component: 'driver',
  retrieved: '2026-11-01',
  fixes: [
    { branch: '535', atLeast: '535.309.01', advisory },
    { branch: '580', atLeast: '580.178.04', advisory },
  ],
};
const judgeDrivers = (
  drivers: readonly Parameters<typeof h100>[1][],
  changes: Partial<VersionsRule> = {},
) => {
  const requirement = constructRequirement({
    id: 'fixes',
    scope: 'accelerator',
    owner: 'configuration',
    rule: { ...rule, ...changes },
  });
  const verdict = judge(
    constructRun({
      profile: constructProfile([requirement]),
      limits: [],
      nodes: [
        { id: 'node', facts: { accelerators: known(drivers.map((each, index) => h100(index, each))) } },
      ],
    }),
  );
  return { cells: tell(verdict.cells), defects: verdict.defects };
};
const judgeDriver = (version: string, changes: Partial<VersionsRule> = {}) =>
  judgeDrivers([{ driverVersion: known(version) }], changes).cells[0];

describe('versions', () => {
  it('are held against the fix of their own line', () => {
    expect(judgeDriver('580.178.04')).toMatchObject({ verdict: 'pass' });
    expect(judgeDriver('535.309.01')).toMatchObject({ verdict: 'pass' });
    expect(judgeDriver('580.95.05')).toMatchObject({
      verdict: 'fail',
      limit: { comparator: 'atLeast', expected: '580.178.04' },
      reason: 'expected driver 580.178.04 or later in line 580, found 580.95.05 (Bulletin, 2026-09-30)',
    });
    // Newer than the fix of another line, and without the one of its own.
    expect(judgeDriver('580.65.06')).toMatchObject({ verdict: 'fail' });
  });
  it('of a line that nobody speaks of are not decided, unless something is said of all', () => {
    expect(judgeDriver('570.195.03')).toMatchObject({
      verdict: 'missing',
      missing: 'no-limit',
      reason: 'driver 570.195.03 is of a line that no advisory speaks of (535, 580)',
    });
    const fixes = [...rule.fixes, { atLeast: '575.10', advisory }];
    expect(judgeDriver('570.195.03', { fixes })).toMatchObject({ verdict: 'fail' });
    expect(judgeDriver('590.48.01', { fixes })).toMatchObject({ verdict: 'pass' });
    expect(judgeDriver('535.1.1', { fixes })).toMatchObject({ verdict: 'fail' });
  });
  it('that are not known are missing, and invalid when they are none', () => {
    expect(judgeDrivers([{ driverVersion: unknown('no nvidia-smi') }]).cells[0]).toMatchObject({
      verdict: 'missing',
      missing: 'unknown-fact',
      reason: 'not known: no nvidia-smi',
    });
    expect(judgeDriver('580.x')).toMatchObject({
      verdict: 'invalid',
      reason: 'expected a version of driver, found `580.x`',
    });
  });
  it('say how old the table is, when that is more than 90 days', () => {
    const looked = (retrieved: string) => judgeDriver('580.178.04', { retrieved })?.reason;
    expect(looked('2026-08-25')).not.toContain('looked up');
    expect(looked('2026-08-01')).toContain('looked up 114 days before the run: look again');
  });
  it('of eight cards that somebody left behind alike are one defect', () => {
    const old = { driverVersion: known('580.65.06') };
    const { defects } = judgeDrivers(Array.from({ length: 8 }, () => old));
    expect(defects).toMatchObject([{ owner: 'configuration' }]);
  });
  it('of a library and of a program of the node are held against one for all lines', () => {
    const told = (version?: string) => (version === undefined ? unknown('not found') : known(version));
    const judgeNode = (component: VersionsRule['component'], atLeast: string, found: string | undefined) => {
      const requirement = constructRequirement({
        id: component,
        rule: { ...rule, component, fixes: [{ atLeast, advisory }] },
      });
      const run = constructRun({
        profile: constructProfile([requirement]),
        limits: [],
        nodes: [{ id: 'node', facts: { software: { nccl: told(found), containerToolkit: told(found) } } }],
      });
      return tell(judge(run).cells[0]);
    };
    expect(judgeNode('nccl', '2.27.3', '2.27.5')).toMatchObject({ verdict: 'pass' });
    expect(judgeNode('nccl', '2.27.3', '2.21.5')).toMatchObject({ verdict: 'fail' });
    expect(judgeNode('container-toolkit', '1.19.1', '1.19.0')).toMatchObject({
      verdict: 'fail',
    });
    expect(judgeNode('nccl', '2.27.3', undefined)).toMatchObject({
      verdict: 'missing',
      missing: 'unknown-fact',
    });
  });
});
