import { describe, expect, it } from 'vitest';
import { loadBuiltIn } from '../../../../harness/config/built-in.ts';
import { loadClasses } from '../../../../harness/config/hardware-class.ts';
import { judge } from '../../../../harness/judge/judge.ts';
import { resource } from '../../../../harness/resources.ts';
import { say } from '../../../../reports/verdict/words/say.ts';
import { known, unknown } from '../../../../workloads/kit/facts/fact.ts';
import { loadRegistry } from '../../../../workloads/registry.ts';
import { h100 } from '../../../support/constructed/facts.ts';
import { constructRun } from '../../../support/constructed-run.ts';

// What a class has and the bus does not show is not what the machine is: somebody has to look at its power.

const { profiles } = await loadBuiltIn(await loadRegistry());
const classes = await loadClasses(resource('harness/profiles/classes'));
const ladder = profiles.filter(({ family }) => family !== 'survey');
const ai = profiles.filter(({ family }) => family === 'ai');
const cases = ai.flatMap((profile) =>
  [...classes.values()].map(({ id, claims }) => [profile.id, id, { profile, claims }] as const),
);

const judgeEmpty = (
  profile: (typeof ai)[number],
  claims: Readonly<Record<string, string | number | boolean>>,
) =>
  judge(
    constructRun({
      profile,
      ladder,
      nodes: [{ id: 'node', claims, facts: { accelerators: known([]) } }],
    }),
  );

describe('an empty bus', () => {
  it('is tried for every AI profile and class', () => {
    expect(cases.length).toBeGreaterThanOrEqual(6);
  });
  it.each(cases)('%s, claimed %s: fails, U, and the baseboard is what to look at', (_, __, asked) => {
    const verdict = judgeEmpty(asked.profile, { ...asked.claims, 'facility.attested': true });
    expect(verdict.assets[0]).toMatchObject({ family: 'ai', verdict: 'U' });
    const lost = verdict.cells.filter(({ requirement }) =>
      ['accelerator-present', 'accelerator-count'].includes(requirement),
    );
    expect(lost.map((cell) => cell.verdict)).toEqual(['fail', 'fail']);
    for (const cell of lost) {
      expect(cell.owner).toBe('hardware');
      expect(cell.action && say(cell.action)).toMatch(/baseboard, the PCIe switch and the BIOS/);
    }
  });
  it.each(ai.map((profile) => [profile.id, profile] as const))('%s, nothing claimed: D', (_, profile) => {
    const verdict = judgeEmpty(profile, {});
    expect(verdict.assets[0]).toMatchObject({ family: 'ai', verdict: 'D' });
    const [present] = verdict.cells.filter(({ requirement }) => requirement === 'accelerator-present');
    expect(present?.action && say(present.action)).toMatch(/^Fit an accelerator/);
  });
});

describe('the state of the fabric', () => {
  const training = ai.find(({ id }) => id === 'ai-training-multinode');
  const cellOf = (claimed: string, fabric: string | undefined) => {
    if (training === undefined) throw new Error('expected the profile');
    const said = fabric === undefined ? unknown('not reported by this driver') : known(fabric);
    const verdict = judge(
      constructRun({
        profile: training,
        ladder,
        nodes: [
          {
            id: 'node',
            claims: { ...classes.get(claimed)?.claims },
            facts: { accelerators: known([h100(0, { fabric: said })]) },
          },
        ],
      }),
    );
    const [cell] = verdict.cells.filter(({ requirement }) => requirement === 'fabric');
    return cell && `${cell.verdict}: ${say(cell.reason)}`;
  };
  it.each([
    [
      'hgx-h100-8',
      'Completed, Success',
      'pass: expected exactly Completed, Success, found Completed, Success',
    ],
    ['hgx-a100-8', 'not supported', 'pass: expected exactly not supported, found not supported'],
    [
      'hgx-h200-8',
      'Completed, Success, bandwidth: Degraded',
      'fail: expected exactly Completed, Success, found Completed, Success, bandwidth: Degraded',
    ],
    ['hgx-h100-8', 'In Progress, N/A', 'fail: expected exactly Completed, Success, found In Progress, N/A'],
    ['hgx-h100-8', 'not supported', 'fail: expected exactly Completed, Success, found not supported'],
    ['hgx-h100-8', undefined, 'missing: not known: not reported by this driver'],
  ])('is what the class %s has: %s', (claimed, fabric, expected) => {
    expect(cellOf(claimed, fabric)).toBe(expected);
  });
});
