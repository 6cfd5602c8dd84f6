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
});
