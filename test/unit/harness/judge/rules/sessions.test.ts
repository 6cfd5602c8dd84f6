import { describe, expect, it } from 'vitest';
import { judge } from '../../../../../harness/judge/judge.ts';
import { known } from '../../../../../workloads/kit/facts/fact.ts';
import type { DeclaredMetric } from '../../../../../workloads/kit/workload.ts';
import type { ConstructedNode, ConstructedStep } from '../../../../support/constructed-run.ts';
import {
  constructLimit,
  constructProfile,
  constructRequirement,
  constructRun,
} from '../../../../support/constructed-run.ts';
import { tell } from '../../../../support/tell.ts';

const metrics: ReadonlyMap<string, DeclaredMetric> = new Map([
  [
    'memory.triad',
    { unit: 'B/s', better: 'higher', domain: 'positive', title: 'Triad', workload: 'memory', state: true },
  ],
]);
const limits = [constructLimit({ id: 'triad', metric: 'memory.triad', value: 100, unit: 'B/s' })];
const requirement = constructRequirement({
  id: 'triad',
  rule: { kind: 'metric', metric: 'memory.triad' },
  sessions: ['start', 'after-soak', 'after-boot'],
});

const inSession = (session: number, value: number, boot?: string): ConstructedStep => ({
  entry: 'triad',
  workload: 'memory',
  session,
  ...(boot === undefined ? {} : { boot }),
  samples: [{ metric: 'memory.triad', value }],
});

function cellOf(steps: readonly ConstructedStep[]): string {
  const nodes = [{ id: 'n', facts: {}, steps }];
  const [cell] = judge(
    constructRun({ profile: constructProfile([requirement]), nodes, limits, metrics }),
  ).cells;
  return `${cell?.verdict}: ${tell(cell)?.reason}`;
}

describe('a requirement with sessions', () => {
  it('is inconclusive until the last of them is there, whatever the others say', () => {
    expect(cellOf([inSession(1, 200)])).toMatch(
      /^inconclusive: nothing of the session after-soak, after-boot yet \(so far: .* hold/,
    );
    expect(cellOf([inSession(1, 200), inSession(2, 200)])).toMatch(
      /^inconclusive: nothing of the session after-boot/,
    );
    expect(cellOf([1, 2, 3].map((session) => inSession(session, 200)))).toMatch(/^pass/);
  });

  it('counts each boot as one', () => {
    expect(cellOf([1, 2, 5].map((session) => inSession(session, 200)))).toMatch(/^pass/);
  });

  it('takes no session as one behind a boot on a node that was not rebooted for it', () => {
    const others = [1, 2].map((session) => inSession(session, 200));
    expect(cellOf([...others, inSession(3, 200, 'boot-1')])).toMatch(
      /^inconclusive: nothing of the session after-boot/,
    );
    expect(cellOf([...others, inSession(3, 200, 'boot-1'), inSession(4, 200, 'boot-2')])).toMatch(/^pass/);
  });

  it('fails as soon as one of them misses', () => {
    expect(cellOf([inSession(1, 200), inSession(2, 50)])).toMatch(/^fail/);
  });
});

describe('a requirement on boots', () => {
  const boots = constructRequirement({ id: 'boots', rule: { kind: 'boots', atLeast: 2 } });
  const cell = (node: Omit<ConstructedNode, 'id'>): string => {
    const [found] = judge(
      constructRun({ profile: constructProfile([boots]), nodes: [{ id: 'n', ...node }] }),
    ).cells;
    return `${found?.verdict}: ${tell(found)?.reason}`;
  };

  it('is open until there were so many', () => {
    expect(cell({ facts: {} })).toBe(
      'missing: 0 of 2 boots seen: reboot it, then certify --session after-boot',
    );
    expect(cell({ facts: {}, boots: [{}] })).toMatch(/^inconclusive: 1 of 2 boots seen/);
    expect(cell({ facts: {}, boots: [{}, {}] })).toBe('pass: the same machine after each of 2 boots');
  });

  it('counts no keeper that took over in the same boot', () => {
    expect(cell({ facts: {}, later: {} })).toMatch(/^missing: 0 of 2/);
  });

  it('fails when a part is gone behind one of them, also when it is back behind the next', () => {
    const gone = { drives: known([]) };
    expect(cell({ facts: {}, boots: [gone] })).toMatch(/^fail: .*\(facts-2\).* is gone$/);
    expect(cell({ facts: {}, boots: [gone, {}] })).toMatch(/^fail: .*\(facts-2\).* is gone$/);
  });
});
