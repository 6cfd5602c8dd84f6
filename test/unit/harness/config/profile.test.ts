import { describe, expect, it } from 'vitest';
import { StoredProfile } from '../../../../harness/config/profile.ts';
import { readDocument } from '../../../../harness/store/read-document.ts';
import { refusal } from '../../../support/constructed/refusal.ts';
import { constructProfile, constructRequirement } from '../../../support/constructed-run.ts';

const ask = (rule: object) => ({
  ...constructRequirement({ id: 'one', rule: { kind: 'manifest' } }),
  rule: { kind: 'metric', metric: 'copy.speed', ...rule },
});
const document = (schemaVersion: number, rule: object) => ({
  ...constructProfile([constructRequirement({ id: 'one', rule: { kind: 'manifest' } })]),
  schemaVersion,
  requirements: [ask(rule)],
});
const read = (schemaVersion: number, rule: object) =>
  readDocument(StoredProfile, JSON.stringify(document(schemaVersion, rule)), 'inputs/profiles/one.json');

describe('the profile that a run keeps', () => {
  it('is read as it was written', () => {
    const rule = { where: { blockBytes: 4096 }, class: 'any' };
    expect(read(2, rule)).toEqual(document(2, rule));
  });
  it('of version 1 keeps the limits that it names', () => {
    expect(read(1, { limits: ['copy.floor'] })).toEqual(document(2, { limits: ['copy.floor'] }));
  });
  it('of version 1 that names no limit waits for a contract', () => {
    expect(read(1, { limits: [] })).toEqual(document(2, { statedBy: 'contract' }));
  });
  it.each([
    [
      'of version 1 that selects as version 2 does',
      1,
      { where: { blockBytes: 4096 } },
      'EVIDENCE_DAMAGED inputs/profiles/one.json: expected a document of schema version 1, found requirements.0.rule.limits: Invalid input: expected array, received undefined',
    ],
    [
      'of version 2 with another key',
      2,
      { were: {} },
      'EVIDENCE_DAMAGED inputs/profiles/one.json: expected a document of schema version 2, found requirements.0.rule: Unrecognized key: "were"',
    ],
    [
      'of a newer version',
      3,
      {},
      'SCHEMA_TOO_NEW inputs/profiles/one.json: expected schemaVersion 1 or 2, found 3',
    ],
    [
      'of no version',
      0,
      {},
      "EVIDENCE_DAMAGED inputs/profiles/one.json: expected a document of schema version 1 or 2, found schemaVersion: Invalid discriminator value. Expected '1' | '2'",
    ],
  ])('is refused: one %s', (_, schemaVersion, rule, message) => {
    const { code, message: found } = refusal(() => read(schemaVersion, rule));
    expect(`${code} ${found}`).toBe(message);
  });
});
