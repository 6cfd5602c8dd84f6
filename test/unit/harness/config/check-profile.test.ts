import { describe, expect, it } from 'vitest';
import { stringify } from 'yaml';
import { checkProfile } from '../../../../harness/config/check-profile.ts';
import { constructedDeclared, sharedRequirements } from '../../../support/constructed/declared.ts';
import { constructProfile, constructRequirement } from '../../../support/constructed-run.ts';

const declared = constructedDeclared();
const shared = sharedRequirements(declared);
const check = (requirements: readonly unknown[], changes: object = {}) =>
  checkProfile(
    {
      file: 'p.yaml',
      text: stringify({ ...constructProfile([fact('x', 'cpu.cores')]), requirements, ...changes }),
    },
    declared,
    shared,
  );
const fact = (id: string, path: string) =>
  constructRequirement({ id, rule: { kind: 'fact', path, atLeast: 1 } });

describe('checkProfile', () => {
  it('gives the profile when nothing is wrong', () => {
    expect(check(['clock', fact('one', 'cpu.sockets')])).toMatchObject({
      profile: { requirements: [{ id: 'clock' }, { id: 'one' }] },
    });
  });
  it('says everything that is wrong, each once and with what to do', () => {
    const found = check(
      [
        'clok',
        fact('one', 'cpu.socket'),
        { ...fact('two', 'cpu.sockets'), scop: 'node' },
        { ...fact('one', 'cpu.sockets'), level: 'optional' },
        fact('one', 'cpu.sockets'),
      ],
      { ranks: 1 },
    );
    expect(found).toEqual({
      errors: [
        {
          message: 'p.yaml: requirements[0]: expected the id of a shared requirement, got `clok`',
          hint: 'Did you mean `clock`?',
        },
        {
          message: 'p.yaml: requirements[2]: expected a known key, got `scop`',
          hint: 'Did you mean `scope`?',
        },
        {
          message: 'p.yaml: requirements[3].level: expected `required` or `advisory`, got `"optional"`',
          hint: 'Known: required, advisory.',
        },
        { message: 'p.yaml: expected a known key, got `ranks`', hint: 'Did you mean `rank`?' },
        {
          message: 'p.yaml: requirements[1].rule.path: expected a fact of a node, got `cpu.socket`',
          hint: 'Did you mean `cpu.sockets`?',
        },
        {
          message: 'p.yaml: requirements[4].id: expected each id once, got `one` again',
          hint: 'Correct the profile.',
        },
      ],
    });
  });
  it.each([
    '',
    '[]',
    'requirements: 1',
    'a: [',
    'requirements: [{like: clock, like: x}]',
  ])('says what is wrong with `%s`, and throws nothing', (text) => {
    const found = checkProfile({ file: 'p.yaml', text }, declared, shared);
    expect('errors' in found && found.errors.length).toBeGreaterThan(0);
  });
  it.each([
    ['node', {}, 'scope: expected `accelerator` for the version of driver, got `node`'],
    [
      'accelerator',
      { atLeast: '580.x' },
      'rule.fixes[0].atLeast: expected a version of driver, got `"580.x"`',
    ],
    [
      'accelerator',
      { branch: '570' },
      'rule.fixes[0].branch: expected `580`, the line of 580.178.04, got `570`',
    ],
    [
      'accelerator',
      { component: 'vbios', atLeast: '96.00.A5.00.01' },
      'rule.fixes[0].branch: expected `96`, since the vbios of another chip counts otherwise, got none',
    ],
  ] as const)('refuses a version that cannot be right: %s %j', (scope, changes, message) => {
    const { component, ...fix } = { component: 'driver' as const, ...changes };
    const advisory = { title: 'Bulletin', locator: 'https://example.com', date: '2026-09-30' };
    const rule = {
      kind: 'versions' as const,
      component,
      retrieved: '2026-11-30',
      fixes: [{ atLeast: '580.178.04', advisory, ...fix }],
    };
    expect(check([constructRequirement({ id: 'one', scope, rule })])).toMatchObject({
      errors: [{ message: `p.yaml: requirements[0].${message}` }],
    });
  });
});
