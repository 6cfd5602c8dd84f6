import { describe, expect, it } from 'vitest';
import { budgetOf, inTurns } from '../../../../agents/protocol/step.ts';
import { roundsOf } from '../../../../harness/plan/create-plan.ts';
import { known } from '../../../../workloads/kit/facts/fact.ts';
import { h100 } from '../../../support/constructed/facts.ts';
import { planSoak as plan, registry } from '../../../support/constructed/soak-plan.ts';

describe('a plan with a soak', () => {
  it('has a window for every hour, in which all entries are run at once', () => {
    const { steps } = plan(['n1'], 12 * 3600);
    const turns = inTurns(steps.filter(({ together }) => together !== undefined));
    expect(turns).toHaveLength(12);
    expect(turns.every((turn) => turn.length === turns[0]?.length && turn.length >= 2)).toBe(true);
    expect(turns[1]?.map(({ step }) => step)).toContain('w2-soak-matmul');
    expect(steps.find(({ step }) => step === 'w2-soak-matmul')).toMatchObject({
      repetition: 2,
      together: 'w2',
      params: { seconds: 3480 },
      budgetMs: 3_900_000,
    });
  });

  it('makes hours shorter in a rehearsal, never shorter than what can be measured, and at least three of them', () => {
    const windows = (seconds: number): number =>
      new Set(plan(['n1'], seconds).steps.flatMap(({ together }) => together ?? [])).size;
    expect([600, 60, 20].map(windows)).toEqual([12, 6, 3]);
    const step = plan(['n1'], 600).steps.find((each) => each.step === 'w1-soak-matmul');
    expect(step).toMatchObject({ params: { seconds: 48 }, budgetMs: 350_000 });
  });

  it('has no window longer than what can be asked of a step', () => {
    for (const minutes of [725, 745, 749]) {
      const { steps } = plan(['n1'], 60 * minutes);
      const inSoak = steps.filter(({ together }) => together !== undefined);
      expect(new Set(inSoak.map(({ together }) => together)).size).toBe(13);
      for (const { workload, params } of inSoak)
        expect(registry.get(workload)?.workload.params.safeParse(params)).toMatchObject({ success: true });
    }
  });

  it('loads all cards of a rig, one after the other, in the time of one window', () => {
    const rig = (cards: number) =>
      plan(['n1'], 12 * 3600, 12, {
        accelerators: known(
          Array.from({ length: cards }, (_, index) => h100(index, { purpose: known('mining') })),
        ),
      });
    const { steps, unplanned } = rig(6);
    expect(unplanned.filter(({ entry }) => entry === 'soak-device-matmul')).toEqual([]);
    const ofCards = steps.filter(
      ({ entry, together }) => entry === 'soak-device-matmul' && together !== undefined,
    );
    expect(ofCards).toHaveLength(12);
    expect(ofCards[0]).toMatchObject({ params: { seconds: 580 }, budgetMs: 1000 * (3600 + 6 * 300) });
    const [one] = rig(1).steps.filter(({ entry }) => entry === 'soak-device-matmul');
    expect(one).toMatchObject({ params: { seconds: 3480 }, budgetMs: 3_900_000 });
  });

  it("multiplies on matrix units of a vendor's accelerators, and lacks nothing where they are another's", () => {
    const soakOn = (vendor: string) => {
      const accelerators = known([h100(0, { vendor })]);
      const { steps, unplanned } = plan(['n1'], 600, undefined, { accelerators });
      const isGemm = ({ entry }: { readonly entry: string }): boolean => entry === 'soak-gemm-bf16';
      return [steps.some(isGemm), unplanned.some(isGemm)];
    };
    expect(soakOn('NVIDIA').filter(Boolean)).toHaveLength(1);
    expect(soakOn('AMD')).toEqual([false, false]);
  });

  it('measures once more behind it, and again after a boot nothing of the soak', () => {
    const { steps } = plan(['n1'], 600);
    const of = (session: number) =>
      steps.filter((step) => step.session === session && step.together === undefined);
    expect(of(2).map(({ step }) => step)).toEqual(of(1).map(({ step }) => `s2-${step}`));
    expect(of(2).length).toBeGreaterThan(0);
    const places = (session: number) => of(session).map((step) => steps.indexOf(step));
    const inSoak = steps.flatMap(({ together }, place) => (together === undefined ? [] : [place]));
    expect(Math.max(...places(1))).toBeLessThan(Math.min(...inSoak));
    expect(Math.max(...inSoak)).toBeLessThan(Math.min(...places(2)));
  });

  it('pairs nodes once for all windows, and has no round of it elsewhere', () => {
    const { steps, budgetSeconds } = plan(['n1', 'n2', 'n3', 'n4'], 600);
    const pairs = steps.filter(({ entry, seat }) => entry === 'soak-allreduce' && seat?.rank === 0);
    expect(new Set(pairs.map(({ seat }) => seat?.group))).toEqual(new Set(['n1+n4', 'n2+n3']));
    expect(pairs).toHaveLength(24);
    const rounds = roundsOf(steps);
    expect(rounds.flat().filter(({ together }) => together !== undefined)).toEqual([]);
    expect(rounds.every((round) => new Set(round.map(({ session }) => session)).size === 1)).toBe(true);
    // Windows count once, however much is run in them.
    const alone = steps.filter(({ node, seat }) => node === 'n1' && seat === undefined);
    expect(budgetOf(alone)).toBeLessThan(alone.reduce((sum, { budgetMs }) => sum + budgetMs, 0));
    expect(budgetSeconds).toBeGreaterThan(12 * 50);
  });
});
