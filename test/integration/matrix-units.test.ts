import { describe, expect, it } from 'vitest';
import { judge } from '../../harness/judge/judge.ts';
import { RunDirectory } from '../../harness/store/run-directory.ts';
import { RunEvidence } from '../../harness/store/run-evidence.ts';
import { loadRegistry } from '../../workloads/registry.ts';
import { constructLimit } from '../support/constructed-run.ts';
import { canBuildStandIn } from '../support/stand-ins/build-stand-in.ts';
import type { SurveyedMachine } from '../support/stand-ins/survey-played.ts';
import { surveyPlayed } from '../support/stand-ins/survey-played.ts';
import { tell } from '../support/tell.ts';

// Matrix units of four cards through cuBLASLt, from the command line to the verdict: driver and library are played.

const cards = [1, 2, 3, 4].map((bus) => `0000:0${bus}:00.0`);
const bus = Object.fromEntries(cards.map((address) => [address, {}]));
const gemm = (params: object, repetitions = 1) => ({
  id: 'gemm',
  workload: 'matmul',
  params: { target: 'vendor', size: 128, seconds: 0.5, ...params },
  repetitions,
  budgetSeconds: 120,
});
const fp32 = gemm({ dtype: 'fp32' });
const bf16 = gemm({ dtype: 'bf16' });

/** The four cards, each with its lines of the scenario. */
const scenarioOf = (lines: Readonly<Record<number, readonly string[]>> = {}): readonly string[] =>
  cards.flatMap((address, index) => [`gpu ${address}`, 'product 10000', ...(lines[index] ?? [])]);

const survey = async (
  scenario: readonly string[],
  entries: readonly object[],
  more: SurveyedMachine = {},
) => {
  const surveyed = await surveyPlayed(scenario, {
    bus,
    entries,
    hasDriver: true,
    libraries: 'cublaslt',
    ...more,
  });
  return {
    ...surveyed,
    verdictsOn: (requirement: string) => cards.map((address) => surveyed.cell(address, requirement)?.verdict),
  };
};
const all = (verdict: string) => cards.map(() => verdict);

describe.skipIf(!canBuildStandIn)('matrix units of cards that are played', () => {
  it('are right, the same each time, and the same on all of them', async () => {
    const { verdictsOn, cell, verdict } = await survey(scenarioOf(), [bf16]);
    for (const requirement of ['gemm-exact', 'gemm-repeats', 'gemm-siblings-exact'])
      expect([requirement, ...verdictsOn(requirement)]).toEqual([requirement, ...all('pass')]);
    const speeds = verdict.measurements.filter(({ metric }) => metric === 'matmul.throughput');
    expect(speeds).toHaveLength(4);
    expect(speeds[0]?.dimensions).toMatchObject({
      'device.kind': 'gpu',
      dtype: 'bf16',
      size: 128,
      library: 'cuBLASLt 13.1.1',
      thermal: 'cold',
    });
    // Taken cold, no speed stands for one that is held hot.
    expect(cell(cards[0] ?? '', 'gemm-straggler')).toMatchObject({
      verdict: 'missing',
      reason: expect.stringContaining('thermal=steady') as string,
    });
  });

  it('find the card that is slow alone', async () => {
    const { run } = await survey(scenarioOf({ 2: ['product 14000'] }), [gemm({ dtype: 'fp32' }, 6)]);
    const evidence = await RunEvidence.read(await RunDirectory.open(run), await loadRegistry());
    const material = evidence.material('ai-inference');
    // The shipped limit is of products that were taken hot, which takes minutes.
    const cold = constructLimit({
      id: 'cold',
      metric: 'matmul.throughput',
      statistic: 'siblings',
      value: 0.9,
      unit: 'ratio',
      where: { 'device.kind': 'gpu', dtype: 'fp32', thermal: 'cold' },
    });
    const requirements = material.profile.requirements.map((each) =>
      each.id === 'gemm-straggler'
        ? {
            ...each,
            rule: { kind: 'siblings' as const, metric: 'matmul.throughput', where: { dtype: 'fp32' } },
            sessions: undefined,
          }
        : each,
    );
    const { cells } = judge({
      ...material,
      limits: [...material.limits.filter(({ id }) => id !== 'matmul.throughput-siblings'), cold],
      profile: { ...material.profile, requirements },
    });
    const own = tell(cells.filter(({ requirement }) => requirement === 'gemm-straggler'));
    expect(own.map(({ id, verdict }) => [id.slice(0, -':gemm-straggler'.length), verdict])).toEqual(
      cards.map((address, index) => [`local/GPU-${address}`, index === 2 ? 'fail' : 'pass']),
    );
    expect(own[2]?.reason).toMatch(
      /^expected at least 90\.0 % of the median with its 3 siblings, found [67]\d\.\d %.*: 6 of 6 runs miss the limit$/,
    );
  });

  it('find the card that changes one bit of one product, and the one that always computes another', async () => {
    const { verdictsOn, cell } = await survey(scenarioOf({ 1: ['bit 2'], 3: ['bits'] }), [fp32]);
    expect(verdictsOn('gemm-repeats')).toEqual(['pass', 'fail', 'pass', 'pass']);
    expect(verdictsOn('gemm-siblings-exact')).toEqual(['pass', 'pass', 'pass', 'fail']);
    expect(cell(cards[3] ?? '', 'gemm-siblings-exact')).toMatchObject({
      owner: 'hardware',
      reason: expect.stringContaining('not what 3 of 4 of its model have in common') as string,
    });
  });

  it('accuse nobody where two of them stand against two', async () => {
    const { verdictsOn } = await survey(scenarioOf({ 1: ['bits'], 3: ['bits'] }), [fp32]);
    expect(verdictsOn('gemm-siblings-exact')).toEqual(all('inconclusive'));
  });

  it('are not measured without the library, which is said with what brings it', async () => {
    const { verdictsOn, cell } = await survey(scenarioOf(), [bf16], { libraries: 'driver' });
    for (const requirement of ['gemm-exact', 'gemm-repeats', 'gemm-siblings-exact'])
      expect([requirement, ...verdictsOn(requirement)]).toEqual([requirement, ...all('missing')]);
    expect(cell(cards[0] ?? '', 'gemm-exact')?.reason).toMatch(
      /expected libcublasLt\.so\.13, libcublasLt\.so\.12, libcublasLt\.so\.11 .* found none: CUDA's toolkit/,
    );
  });

  it('count for nothing where it is no rehearsal', async () => {
    const { verdictsOn } = await survey(scenarioOf(), [bf16], { isRehearsal: false });
    for (const requirement of ['gemm-exact', 'gemm-repeats', 'gemm-siblings-exact'])
      expect([requirement, ...verdictsOn(requirement)]).toEqual([requirement, ...all('invalid')]);
  });
});
