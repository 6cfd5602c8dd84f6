import { describe, expect, it } from 'vitest';
import { stringify } from 'yaml';
import { readProfile, readShared } from '../../../../harness/config/load-profile.ts';
import type { Requirement } from '../../../../workloads/kit/requirement.ts';
import { constructedDeclared } from '../../../support/constructed/declared.ts';
import { refusal } from '../../../support/constructed/refusal.ts';
import { constructProfile, constructRequirement } from '../../../support/constructed-run.ts';

const declared = constructedDeclared();
const read = (...requirements: readonly Requirement[]) =>
  readProfile({ file: 'p.yaml', text: stringify(constructProfile(requirements)) }, declared, new Map());
const fact = (rule: object, changes: Partial<Requirement> = {}) =>
  constructRequirement({ id: 'one', rule: { kind: 'fact', path: 'cpu.sockets', ...rule }, ...changes });
const siblings = (name: string, changes: Partial<Requirement> = {}, where?: Record<string, string>) =>
  constructRequirement({
    id: 'one',
    scope: 'accelerator',
    rule: { kind: 'siblings', metric: name, ...(where === undefined ? {} : { where }) },
    ...changes,
  });
const metric = (name: string, selector: object = {}, changes: Partial<Requirement> = {}) =>
  constructRequirement({ id: 'one', rule: { kind: 'metric', metric: name, ...selector }, ...changes });

describe('readProfile', () => {
  it('reads what names only declared things', () => {
    const profile = read(fact({ equalClaim: 'cpu.sockets' }), {
      ...metric('sha256.wrongDigests'),
      id: 'two',
    });
    expect(profile.requirements.map(({ id }) => id)).toEqual(['one', 'two']);
    expect(Object.isFrozen(profile.requirements[0]?.rule)).toBe(true);
  });
  it('leaves a number that nobody publishes to a contract', () => {
    const rule = { kind: 'metric', metric: 'copy.latency', statedBy: 'contract' };
    expect(read(metric('copy.latency', { statedBy: 'contract' })).requirements[0]?.rule).toEqual(rule);
  });
  it.each([
    [
      'a fact path',
      fact({ path: 'cpu.socket', atLeast: 1 }),
      'rule.path: expected a fact of a node, got `cpu.socket`',
      'Did you mean `cpu.sockets`?',
    ],
    [
      'a device fact on the node',
      fact({ path: 'link.width', atLeast: 1 }),
      'rule.path: expected a fact of a node, got `link.width`',
      undefined,
    ],
    [
      'a claim path',
      fact({ equalClaim: 'cpu.socket' }),
      'rule.equalClaim: expected a fact of a node, got `cpu.socket`',
      'Did you mean `cpu.sockets`?',
    ],
    [
      'a number compared with text',
      fact({ equal: '2' }),
      'rule: expected a number to compare `cpu.sockets` with, got `"2"`',
      undefined,
    ],
    [
      'a floor on a text',
      fact({ path: 'cpu.model', atLeast: 2 }),
      'rule: expected a string to compare `cpu.model` with, got `2`',
      undefined,
    ],
    [
      'a claim of another type',
      fact({ equalClaim: 'cpu.model' }),
      'rule.equalClaim: expected a number, got the string `cpu.model`',
      undefined,
    ],
    [
      'a fact that is sampled',
      fact({ atLeast: 1 }, { sampling: 'screening' }),
      'sampling: expected `exact` for a fact, got `screening`',
      undefined,
    ],
    [
      'a series of facts',
      fact({ atLeast: 1 }, { sampling: 'series' }),
      'sampling: expected `series` with a metric of a node or of a device, got it with a rule on fact',
      undefined,
    ],
    [
      'a series of what several nodes do',
      metric('copy.latency', { statedBy: 'contract' }, { sampling: 'series', scope: 'pair' }),
      'sampling: expected `series` with a metric of a node or of a device, got it with the scope `pair`',
      undefined,
    ],
    [
      'a metric',
      metric('sha256.wrongDigest'),
      'rule.metric: expected a declared metric, got `sha256.wrongDigest`',
      'Did you mean `sha256.wrongDigests`?',
    ],
    [
      'a list of limit ids',
      metric('sha256.wrongDigests', { limits: ['sha256.wrong-digests'] }),
      'rule.limits: expected limits selected by what they say, got a list of ids',
      'Say `where`, `class` or neither: a limit for a new class then needs no edit of the profile.',
    ],
    [
      'a metric without a limit',
      metric('copy.latency'),
      'rule: expected a published limit of `copy.latency`, found none',
      'Say `statedBy: contract` if nobody publishes one.',
    ],
    [
      'a dimension',
      metric('nvme.randomReadRate', { where: { blockByte: 4096 } }),
      'rule.where: expected a dimension of the limits of `nvme.randomReadRate`, got `blockByte`',
      'Did you mean `blockBytes`?',
    ],
    [
      'a value of a dimension',
      metric('nvme.randomReadRate', { where: { blockBytes: 4069 } }),
      'rule.where.blockBytes: expected what a limit of `nvme.randomReadRate` says, got `4069`',
      'Did you mean `4096`?',
    ],
    [
      'a selection that no limit meets',
      metric('nvme.randomReadRate', { where: { blockBytes: 4096 }, class: 'any' }),
      'rule: expected to select a published limit of `nvme.randomReadRate`, found none',
      'Say `statedBy: contract` if nobody publishes one.',
    ],
    [
      '`equal` with screening',
      metric('sha256.wrongDigests', {}, { sampling: 'screening' }),
      'rule: expected sampling `exact` with a limit that says `equal` (`sha256.wrong-digests`), got `screening`',
      undefined,
    ],
    [
      'siblings of a node',
      siblings('matmul.throughput', { scope: 'node' }),
      'scope: expected `accelerator` for siblings, got `node`',
      undefined,
    ],
    [
      'a metric of siblings',
      siblings('memory.triad'),
      'rule: expected a limit of `memory.triad` that says `statistic: siblings`, found none',
      undefined,
    ],
    [
      'a selection of siblings',
      siblings('matmul.throughput', {}, { dtype: 'fp64' }),
      'rule: expected a limit of `matmul.throughput` that says `statistic: siblings`, found none',
      undefined,
    ],
    [
      'siblings that are to be equal, with screening',
      siblings('matmul.resultDigest', { sampling: 'screening' }),
      'rule: expected sampling `exact` with a limit that says `equal`, got `screening`',
      undefined,
    ],
    [
      'a word',
      constructRequirement({ id: 'one', rule: { kind: 'not-covered', subjectMatter: 'shared-storag' } }),
      'rule.subjectMatter: expected a word of vocabulary.yaml, got `shared-storag`',
      'Did you mean `shared-storage`?',
    ],
    [
      'an advisory gate',
      fact({ atLeast: 1 }, { gate: true, level: 'advisory' }),
      'gate: expected a gate to be required, got level `advisory`',
      undefined,
    ],
  ])('refuses %s that is not right', (_, requirement, message, hint) => {
    const found = refusal(() => read(requirement));
    expect(found.code).toBe('CONFIG_INVALID');
    expect(found.message).toBe(`p.yaml: requirements[0].${message}`);
    if (hint !== undefined) expect(found.hint).toBe(hint);
  });
  it('refuses the same id twice', () => {
    expect(refusal(() => read(fact({ atLeast: 1 }), fact({ atLeast: 2 }))).message).toBe(
      'p.yaml: requirements[1].id: expected each id once, got `one` again',
    );
  });
  it('refuses a rule without a comparator, with two, and with a typo', () => {
    const text = (rule: string) =>
      `schema: assay/profile\nschemaVersion: 2\nid: p\nversion: '1'\ntitle: t\npurpose: p\nfamily: ai\nrequirements:\n  - { id: one, title: t, dimension: D1, level: required, owner: hardware, scope: node, sampling: exact, action: a, rule: ${rule} }\n`;
    const message = (rule: string) =>
      refusal(() => readProfile({ file: 'p.yaml', text: text(rule) }, declared, new Map())).message;
    expect(message('{ kind: fact, path: cpu.sockets }')).toMatch(
      /^p.yaml: requirements\[0\].rule: expected exactly one of equal, oneOf/,
    );
    expect(message('{ kind: fact, path: cpu.sockets, atLeast: 1, atMost: 2 }')).toMatch(
      /expected exactly one of/,
    );
    expect(message('{ kind: fact, path: cpu.sockets, atleast: 1 }')).toMatch(
      /requirements\[0\].rule: expected a known key, got `atleast`/,
    );
    expect(message('{ kind: fakt, path: cpu.sockets }')).toMatch(/^p.yaml: requirements\[0\].rule/);
  });
});

describe('shared requirements', () => {
  const write = (id: string, rule: object) => ({
    id,
    title: `Title of ${id}`,
    dimension: 'D1',
    level: 'required',
    owner: 'hardware',
    scope: 'node',
    rule,
    sampling: 'exact',
    action: 'Repair it.',
  });
  const one = write('one', { kind: 'fact', path: 'cpu.sockets', atLeast: 1 });
  const file = (name: string, ...requirements: readonly object[]) => ({
    file: name,
    text: stringify({ schema: 'assay/requirements', schemaVersion: 1, requirements }),
  });
  const shared = readShared([file('a.yaml', one)], declared);
  const readEntries = (...requirements: readonly unknown[]) =>
    readProfile(
      { file: 'p.yaml', text: stringify({ ...constructProfile([fact({ atLeast: 1 })]), requirements }) },
      declared,
      shared,
    ).requirements;

  it('stand where a profile names them, in its order', () => {
    expect(readEntries({ ...one, id: 'first' }, 'one')).toEqual([
      { ...one, id: 'first', gate: false },
      { ...one, gate: false },
    ]);
  });
  it('take the fields that a profile changes', () => {
    expect(readEntries('one', { like: 'one', id: 'two', level: 'advisory' })).toEqual([
      { ...one, gate: false },
      { ...one, gate: false, id: 'two', level: 'advisory' },
    ]);
  });
  it.each([
    [
      'a name that nobody shares',
      ['oen'],
      'requirements[0]: expected the id of a shared requirement, got `oen`',
      'Did you mean `one`?',
    ],
    [
      'a likeness to it',
      ['one', { like: 'On', id: 'two' }],
      'requirements[1]: expected the id of a shared requirement, got `On`',
      'Did you mean `one`?',
    ],
    [
      'the same one twice',
      ['one', 'one'],
      'requirements[1].id: expected each id once, got `one` again',
      undefined,
    ],
    [
      'a change of an unknown field',
      [{ like: 'one', levle: 'advisory' }],
      'requirements[0]: expected a known key, got `levle`',
      'Did you mean `level`?',
    ],
    [
      'a change that makes it wrong',
      [{ like: 'one', sampling: 'screening' }],
      'requirements[0].sampling: expected `exact` for a fact, got `screening`',
      undefined,
    ],
    ['neither a name nor a requirement', [7], 'requirements[0]: expected an object, got `7`', undefined],
  ])('refuses %s', (_, entries, message, hint) => {
    const found = refusal(() => readEntries(...entries));
    expect(found.code).toBe('CONFIG_INVALID');
    expect(found.message).toBe(`p.yaml: ${message}`);
    if (hint !== undefined) expect(found.hint).toBe(hint);
  });
  it('are refused in their own file', () => {
    const again = () => readShared([file('a.yaml', one), file('b.yaml', one)], declared);
    expect(refusal(again).message).toBe('b.yaml: requirements[0].id: expected each id once, got `one` again');
    const wrong = write('two', { kind: 'fact', path: 'cpu.socket', atLeast: 1 });
    expect(refusal(() => readShared([file('a.yaml', one, wrong)], declared)).message).toBe(
      'a.yaml: requirements[1].rule.path: expected a fact of a node, got `cpu.socket`',
    );
  });
});
