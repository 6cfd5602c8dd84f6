import { describe, expect, it } from 'vitest';
import { cannotPass, describeForeseen, foresee } from '../../../../harness/cli/forecast.ts';
import { judge } from '../../../../harness/judge/judge.ts';
import { loadRegistry } from '../../../../workloads/registry.ts';
import { constructProfile, constructRequirement, constructRun } from '../../../support/constructed-run.ts';
import { exampleCell } from '../../../support/example-verdict.ts';

const registry = await loadRegistry();

const foreseen = (subject: string, title: string, level: 'required' | 'advisory', reason: string) => ({
  cell: exampleCell({
    subject,
    title,
    level,
    requirement: title.toLowerCase(),
    dimension: 'D5',
    verdict: 'missing',
    missing: 'not-run',
    reason,
  }),
  reason,
});

describe('what certify will not show', () => {
  it('is said of what is required first, and once for each reason', () => {
    const all = [
      foreseen('n1', 'Drift', 'advisory', 'no golden node'),
      foreseen('n2', 'Drift', 'advisory', 'no golden node'),
      foreseen('n1', 'Right', 'required', 'no interface ib7'),
      foreseen('n1', 'Fast', 'required', 'no interface ib7'),
      foreseen('n2', 'Right', 'required', 'no interface ib7'),
    ];
    expect(describeForeseen(all)).toEqual([
      'required: Right; Fast: no interface ib7 (n[1-2])',
      'advisory: Drift: no golden node (n[1-2])',
    ]);
    expect(cannotPass({ failing: [], hopeless: all })).toBe(true);
    expect(cannotPass({ failing: [], hopeless: all.slice(0, 2) })).toBe(false);
    expect(cannotPass({ failing: all.slice(2), hopeless: [] })).toBe(true);
  });

  it('has nothing that certify watches for first', () => {
    const profile = constructProfile([
      constructRequirement({
        id: 'idle',
        rule: { kind: 'fact', path: 'occupancy.reasons.length', atMost: 0, watched: true },
      }),
    ]);
    const material = constructRun({ profile, nodes: [{ id: 'n1', facts: {}, steps: [] }] });
    const watching = { ...material, suite: { ...material.suite, watchSeconds: 10 } };
    expect(judge(watching).cells).toMatchObject([{ verdict: 'missing', missing: 'unknown-fact' }]);
    expect(foresee(watching, registry)).toEqual({ failing: [], hopeless: [] });
  });
});
